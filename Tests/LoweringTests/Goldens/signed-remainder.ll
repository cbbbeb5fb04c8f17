define internal fastcc i64 @f0(i64 %0, i64 %1) {
entry:
  %zero = icmp eq i64 %1, 0
  br i1 %zero, label %trap, label %ok

ok:                                               ; preds = %entry
  %2 = icmp eq i64 %1, -1
  %divisor = select i1 %2, i64 1, i64 %1
  %3 = srem i64 %0, %divisor
  ret i64 %3

trap:                                             ; preds = %entry
  call void @llvm.ubsantrap(i8 2)
  unreachable
}
