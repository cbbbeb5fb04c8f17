define internal fastcc float @f0(float %0, float %1) {
entry:
  %2 = fcmp olt float %0, %1
  %3 = select i1 %2, float %0, float %1
  %4 = fcmp olt float %1, %0
  %5 = select i1 %4, float %1, float %0
  %6 = bitcast float %3 to i32
  %7 = bitcast float %5 to i32
  %8 = or i32 %6, %7
  %nan = fcmp uno float %0, %1
  %9 = fadd float %0, %1
  %10 = bitcast i32 %8 to float
  %11 = select i1 %nan, float %9, float %10
  ret float %11
}
