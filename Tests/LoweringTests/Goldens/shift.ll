define internal fastcc i32 @f0(i32 %0, i32 %1) {
entry:
  %count = and i32 %1, 31
  %2 = shl i32 %0, %count
  %3 = call i32 @llvm.fshl.i32(i32 %2, i32 %2, i32 %1)
  ret i32 %3
}
