define internal fastcc i32 @f0(i32 %0) {
entry:
  %index = zext i32 %0 to i64
  %table.length = load i64, ptr getelementptr inbounds (i8, ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), i64 8), align 8
  %beyond = icmp uge i64 %index, %table.length
  br i1 %beyond, label %trap, label %ok

ok:                                               ; preds = %entry
  %1 = shl i64 %index, 3
  %table.elements = load ptr, ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), align 8
  %element = getelementptr i8, ptr %table.elements, i64 %1
  %reference = load ptr, ptr %element, align 8
  %null = icmp eq ptr %reference, null
  br i1 %null, label %trap3, label %ok1

ok1:                                              ; preds = %ok
  %2 = getelementptr inbounds i8, ptr %reference, i64 16
  %type = load i32, ptr %2, align 4
  %mismatch = icmp ne i32 %type, 0
  br i1 %mismatch, label %trap4, label %ok2

ok2:                                              ; preds = %ok1
  %code = load ptr, ptr %reference, align 8
  %3 = call fastcc i32 %code(i32 %0)
  ret i32 %3

trap:                                             ; preds = %entry
  call void @llvm.ubsantrap(i8 7)
  unreachable

trap3:                                            ; preds = %ok
  call void @llvm.ubsantrap(i8 8)
  unreachable

trap4:                                            ; preds = %ok1
  call void @llvm.ubsantrap(i8 9)
  unreachable
}
