define internal fastcc { i32, i32, i32 } @f0(i32 %0) {
entry:
  store i32 %0, ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), align 4
  store i32 %0, ptr getelementptr inbounds (i8, ptr getelementptr inbounds (i8, ptr @swasm_main_state, i64 64), i64 16), align 4
  %1 = insertvalue { i32, i32, i32 } poison, i32 %0, 0
  %2 = insertvalue { i32, i32, i32 } %1, i32 %0, 1
  %3 = insertvalue { i32, i32, i32 } %2, i32 %0, 2
  ret { i32, i32, i32 } %3
}
