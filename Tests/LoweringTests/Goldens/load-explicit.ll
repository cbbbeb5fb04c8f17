define internal fastcc i32 @f0(i32 %0) {
entry:
  %memory.base = load ptr addrspace(1), ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), align 8
  %addr = zext i32 %0 to i64
  %memory.bytes = load i64, ptr getelementptr inbounds (i8, ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), i64 8), align 8
  %1 = icmp ult i64 %memory.bytes, 20
  %last = sub i64 %memory.bytes, 20
  %2 = icmp ugt i64 %addr, %last
  %oob = or i1 %1, %2
  br i1 %oob, label %trap, label %ok

ok:                                               ; preds = %entry
  %ptr = getelementptr i8, ptr addrspace(1) %memory.base, i64 %addr
  %ptr1 = getelementptr i8, ptr addrspace(1) %ptr, i64 16
  %value = load i32, ptr addrspace(1) %ptr1, align 1
  ret i32 %value

trap:                                             ; preds = %entry
  call void @llvm.ubsantrap(i8 5)
  unreachable
}
