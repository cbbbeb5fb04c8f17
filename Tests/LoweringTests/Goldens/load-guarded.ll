define internal fastcc i64 @f0(i32 %0) {
entry:
  %memory.base = load ptr addrspace(1), ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), align 8
  %addr = zext i32 %0 to i64
  %ptr = getelementptr i8, ptr addrspace(1) %memory.base, i64 %addr
  %ptr1 = getelementptr i8, ptr addrspace(1) %ptr, i64 16
  %value = load i32, ptr addrspace(1) %ptr1, align 1
  %1 = sext i32 %value to i64
  ret i64 %1
}
