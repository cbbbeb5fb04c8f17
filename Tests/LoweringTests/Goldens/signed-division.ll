define internal fastcc i32 @f0(i32 %0, i32 %1) {
entry:
  %zero = icmp eq i32 %1, 0
  br i1 %zero, label %trap, label %ok

ok:                                               ; preds = %entry
  %2 = icmp eq i32 %1, -1
  %3 = icmp eq i32 %0, -2147483648
  %overflow = and i1 %2, %3
  br i1 %overflow, label %trap2, label %ok1

ok1:                                              ; preds = %ok
  %4 = sdiv i32 %0, %1
  ret i32 %4

trap:                                             ; preds = %entry
  call void @llvm.ubsantrap(i8 2)
  unreachable

trap2:                                            ; preds = %ok
  call void @llvm.ubsantrap(i8 3)
  unreachable
}
