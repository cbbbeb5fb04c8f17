define internal fastcc i32 @f0(i32 %0, i32 %1) {
entry:
  br label %loop

loop:                                             ; preds = %loop, %entry
  %local1 = phi i32 [ %0, %entry ], [ %3, %loop ]
  %local = phi i32 [ 0, %entry ], [ %2, %loop ]
  %2 = add i32 %local, %1
  %3 = sub i32 %local1, 1
  %nonzero = icmp ne i32 %3, 0
  br i1 %nonzero, label %loop, label %next

next:                                             ; preds = %loop
  ret i32 %2
}
