define internal tailcc void @m_f0(ptr %0, i32 %1) {
entry:
  %global = getelementptr inbounds i8, ptr %0, i64 64
  store i32 %1, ptr %global, align 4
  ret void
}
