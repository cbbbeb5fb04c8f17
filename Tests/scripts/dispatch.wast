;; A loop around a br_table, like an interpreter. At -O2 and above, each of its cases gets a copy of the dispatch.
(module
  (memory 1)
  ;; 0 adds the two instructions before; 1, 2 and 5 share an end; 3 takes the instruction before for the sum;
  ;; 4 leaves out an instruction if the sum is odd, and claims that there was a 7 before; 6 ends.
  (func (export "run") (param $code i32) (param $sum i32) (result i32)
    (local $current i32) (local $last i32) (local $before i32)
    (loop $dispatch
      (local.set $before (local.get $last))
      (local.set $last (local.get $current))
      (local.set $current (i32.load8_u (local.get $code)))
      (local.set $code (i32.add (local.get $code) (i32.const 1)))
      (block $shared
        (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
          (block $exit
            (br_table $0 $1 $2 $3 $4 $5 $exit (local.get $current)))
          (return (i32.add (i32.mul (local.get $sum) (i32.const 1000)) (local.get $code))))
          ;; 0
          (local.set $sum (i32.add (local.get $sum) (i32.add (local.get $last) (local.get $before))))
          (br $dispatch))
          ;; 1
          (local.set $sum (i32.mul (local.get $sum) (i32.const 3)))
          (br $shared))
          ;; 2
          (local.set $sum (i32.xor (local.get $sum) (i32.const 5)))
          (br $shared))
          ;; 3
          (local.set $sum (local.get $last))
          (br $dispatch))
          ;; 4
          (if (i32.and (local.get $sum) (i32.const 1))
            (then
              (local.set $code (i32.add (local.get $code) (i32.const 1)))
              (local.set $current (i32.const 7))))
          (br $dispatch))
        ;; 5
        (local.set $sum (i32.sub (local.get $sum) (local.get $last))))
      (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
      (br $dispatch))
    (unreachable))
  ;; A loop that is a case of another one; both go on to the outer one.
  (func (export "nested") (param $code i32) (result i32) (local $sum i32) (local $op i32)
    (loop $outer
      (local.set $op (i32.load8_u (local.get $code)))
      (local.set $code (i32.add (local.get $code) (i32.const 1)))
      (block $d (block $c (block $b (block $a (block $inner
        (block $exit (br_table $inner $a $b $c $d $outer $exit (local.get $op)))
        (return (local.get $sum)))
        (loop $again
          (local.set $op (i32.load8_u (local.get $code)))
          (local.set $code (i32.add (local.get $code) (i32.const 1)))
          (block $w (block $z (block $y (block $x
            (br_table $outer $x $y $z $w $again $outer (local.get $op)))
            (local.set $sum (i32.add (local.get $sum) (i32.const 10))) (br $again))
            (local.set $sum (i32.mul (local.get $sum) (i32.const 3))) (br $again))
            (local.set $sum (i32.xor (local.get $sum) (i32.const 0x55))) (br $again))
          (local.set $sum (i32.sub (local.get $sum) (i32.const 7))) (br $again)))
        (local.set $sum (i32.add (local.get $sum) (i32.const 1))) (br $outer))
        (local.set $sum (i32.shl (local.get $sum) (i32.const 1))) (br $outer))
        (local.set $sum (i32.or (local.get $sum) (i32.const 8))) (br $outer))
      (local.set $sum (i32.rotl (local.get $sum) (i32.const 5))) (br $outer))
    (unreachable))
  (data (i32.const 0) "\00\01\00\02\04\05\00\01\03\00\05\04\01\00\02\05\01\00\06")
  (data (i32.const 32) "\04\04\01\04\02\04\03\00\00\00\06")
  (data (i32.const 64) "\01\02\03\00\01\02\05\03\04\06\04\05\00\04\01\00\02\01\00\01\01\00\06")
  (data (i32.const 96) "\06"))
(assert_return (invoke "run" (i32.const 0) (i32.const 0)) (i32.const 94019))
(assert_return (invoke "run" (i32.const 0) (i32.const 1)) (i32.const 94019))
(assert_return (invoke "run" (i32.const 1) (i32.const 12345)) (i32.const 94019))
(assert_return (invoke "run" (i32.const 5) (i32.const 0)) (i32.const 94019))
(assert_return (invoke "run" (i32.const 8) (i32.const 9)) (i32.const 76019))
(assert_return (invoke "run" (i32.const 9) (i32.const 0)) (i32.const 31019))
(assert_return (invoke "run" (i32.const 9) (i32.const 3)) (i32.const 76019))
(assert_return (invoke "run" (i32.const 10) (i32.const 77)) (i32.const 742019))
(assert_return (invoke "run" (i32.const 32) (i32.const 1)) (i32.const 14043))
(assert_return (invoke "run" (i32.const 32) (i32.const 2)) (i32.const 28043))
(assert_return (invoke "run" (i32.const 96) (i32.const 4)) (i32.const 4097))
(assert_return (invoke "nested" (i32.const 64)) (i32.const 6299))
(assert_return (invoke "nested" (i32.const 66)) (i32.const 5915))
(assert_return (invoke "nested" (i32.const 70)) (i32.const 256))
(assert_return (invoke "nested" (i32.const 80)) (i32.const 21))
(assert_return (invoke "nested" (i32.const 96)) (i32.const 0))
