define internal fastcc i32 @f0(i32 %0, i32 %1) {
entry:
  %2 = icmp slt i32 %0, %1
  br i1 %2, label %then, label %else

then:                                             ; preds = %entry
  br label %end

else:                                             ; preds = %entry
  br label %end

end:                                              ; preds = %else, %then
  %3 = phi i32 [ %0, %then ], [ %1, %else ]
  ret i32 %3
}
