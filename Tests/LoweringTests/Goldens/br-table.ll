define internal fastcc i32 @f0(i32 %0) {
entry:
  switch i32 %0, label %end1 [
    i32 0, label %case
    i32 1, label %case
  ]

case:                                             ; preds = %entry, %entry
  br label %end

end:                                              ; preds = %case
  br label %end2

end1:                                             ; preds = %entry
  br label %end2

end2:                                             ; preds = %end1, %end
  %1 = phi i32 [ 7, %end ], [ 9, %end1 ]
  ret i32 %1
}
