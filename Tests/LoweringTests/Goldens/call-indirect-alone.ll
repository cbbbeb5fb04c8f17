define internal fastcc i32 @f0(i32 %0) {
entry:
  %index = zext i32 %0 to i64
  %other = icmp ne i64 %index, 1
  br i1 %other, label %missing, label %ok

ok:                                               ; preds = %entry
  %1 = call fastcc i32 @f1(i32 %0)
  ret i32 %1

ok1:                                              ; preds = %missing
  %2 = getelementptr i8, ptr @nulls, i64 %index
  %null = load i8, ptr %2, align 1
  %3 = icmp ne i8 %null, 0
  br i1 %3, label %trap3, label %ok2

ok2:                                              ; preds = %ok1
  call void @llvm.ubsantrap(i8 9)
  unreachable

missing:                                          ; preds = %entry
  %beyond = icmp uge i64 %index, 4
  br i1 %beyond, label %trap, label %ok1

trap:                                             ; preds = %missing
  call void @llvm.ubsantrap(i8 7)
  unreachable

trap3:                                            ; preds = %ok1
  call void @llvm.ubsantrap(i8 8)
  unreachable
}
