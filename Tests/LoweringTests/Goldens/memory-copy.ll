define internal fastcc void @f0(i32 %0, i32 %1, i32 %2) {
entry:
  %memory.base = load ptr addrspace(1), ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), align 8
  %count = zext i32 %2 to i64
  %addr = zext i32 %1 to i64
  %addr1 = zext i32 %0 to i64
  %memory.bytes = load i64, ptr getelementptr inbounds (i8, ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), i64 8), align 8
  %3 = icmp ugt i64 %count, %memory.bytes
  %last = sub i64 %memory.bytes, %count
  %4 = icmp ugt i64 %addr, %last
  %oob = or i1 %3, %4
  br i1 %oob, label %trap, label %ok

ok:                                               ; preds = %entry
  %memory.bytes2 = load i64, ptr getelementptr inbounds (i8, ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), i64 8), align 8
  %5 = icmp ugt i64 %count, %memory.bytes2
  %last3 = sub i64 %memory.bytes2, %count
  %6 = icmp ugt i64 %addr1, %last3
  %oob4 = or i1 %5, %6
  br i1 %oob4, label %trap6, label %ok5

ok5:                                              ; preds = %ok
  %to = getelementptr i8, ptr addrspace(1) %memory.base, i64 %addr1
  %from = getelementptr i8, ptr addrspace(1) %memory.base, i64 %addr
  call void @llvm.memmove.p1.p1.i64(ptr addrspace(1) align 1 %to, ptr addrspace(1) align 1 %from, i64 %count, i1 false)
  ret void

trap:                                             ; preds = %entry
  call void @llvm.ubsantrap(i8 5)
  unreachable

trap6:                                            ; preds = %ok
  call void @llvm.ubsantrap(i8 5)
  unreachable
}
