define internal fastcc i32 @f0(double %0) {
entry:
  %1 = fcmp ogt double %0, 0xC1E0000000200000
  %2 = fcmp olt double %0, 0x41E0000000000000
  %3 = and i1 %1, %2
  %outside = xor i1 %3, true
  br i1 %outside, label %trap, label %ok

ok:                                               ; preds = %entry
  %4 = fptosi double %0 to i32
  ret i32 %4

trap:                                             ; preds = %entry
  %nan = fcmp uno double %0, %0
  br i1 %nan, label %trap.invalid, label %trap.overflow

trap.invalid:                                     ; preds = %trap
  call void @llvm.ubsantrap(i8 4)
  unreachable

trap.overflow:                                    ; preds = %trap
  call void @llvm.ubsantrap(i8 3)
  unreachable
}
