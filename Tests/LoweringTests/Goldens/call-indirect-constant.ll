define internal fastcc i32 @f0(i32 %0) {
entry:
  %index = zext i32 %0 to i64
  %beyond = icmp uge i64 %index, 2
  br i1 %beyond, label %missing, label %ok

ok:                                               ; preds = %entry
  %1 = shl i64 %index, 3
  %entry1 = getelementptr i8, ptr @targets, i64 %1
  %code = load ptr, ptr %entry1, align 8
  %2 = call fastcc i32 %code(i32 %0)
  ret i32 %2

ok2:                                              ; preds = %missing
  %3 = getelementptr i8, ptr @nulls, i64 %index
  %null = load i8, ptr %3, align 1
  %4 = icmp ne i8 %null, 0
  br i1 %4, label %trap5, label %ok3

ok3:                                              ; preds = %ok2
  call void @llvm.ubsantrap(i8 9)
  unreachable

missing:                                          ; preds = %entry
  %beyond4 = icmp uge i64 %index, 4
  br i1 %beyond4, label %trap, label %ok2

trap:                                             ; preds = %missing
  call void @llvm.ubsantrap(i8 7)
  unreachable

trap5:                                            ; preds = %ok2
  call void @llvm.ubsantrap(i8 8)
  unreachable
}
