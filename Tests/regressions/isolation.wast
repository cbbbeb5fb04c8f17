;; Addresses that left the memory after a loop was prepared for vectors. The access that should have trapped first was
;; removed as useless, and the others went on through the process. Every call with more than one iteration must trap.

;; A store of the value that was just loaded from the same address, in another form, bounded the stream.
(module
  (memory (export "memory") 1)
  (func (export "read") (param $n i64) (param $k i64) (result i32)
    (local $p i32) (local $i i64) (local $v i32) (local $r i32)
    (loop $l
      (local.set $v (i32.load (i32.add (local.get $p) (i32.const 4))))
      (i32.store offset=4 (local.get $p) (local.get $v))
      (if (i64.eq (local.get $i) (local.get $k))
        (then (local.set $r (i32.load offset=164 (local.get $p)))))
      (local.set $p (i32.add (local.get $p) (i32.const 65532)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (i64.lt_u (local.get $i) (local.get $n))))
    (local.get $r))
  (func (export "write") (param $n i64) (param $k i64) (result i32)
    (local $p i32) (local $i i64) (local $v i32)
    (loop $l
      (local.set $v (i32.load (i32.add (local.get $p) (i32.const 4))))
      (i32.store offset=4 (local.get $p) (local.get $v))
      (if (i64.eq (local.get $i) (local.get $k))
        (then (i32.store offset=8 (local.get $p) (i32.const 0x41414141))))
      (local.set $p (i32.add (local.get $p) (i32.const 65532)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (i64.lt_u (local.get $i) (local.get $n))))
    (i32.load (i32.const 8)))
  ;; The step is on the other side of 2^16. The difference of two equal loads should have trapped.
  (func (export "difference") (param $n i64) (param $k i64) (param $step i32) (result i32)
    (local $p i32) (local $i i64) (local $r i32)
    (loop $l
      (local.set $r (i32.or (local.get $r)
        (i32.sub (i32.load offset=4 (local.get $p)) (i32.load (i32.add (local.get $p) (i32.const 4))))))
      (if (i64.eq (local.get $i) (local.get $k))
        (then (local.set $r (i32.load offset=164 (local.get $p)))))
      (local.set $p (i32.add (local.get $p) (i32.const 65537)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (i64.lt_u (local.get $i) (local.get $n))))
    (local.get $r))
  ;; The value of the load that bounds the stream is masked away.
  (func (export "masked") (param $n i64) (param $k i64) (result i32)
    (local $p i32) (local $i i64) (local $r i32)
    (loop $l
      (local.set $r (i32.or (local.get $r) (i32.and (i32.load (local.get $p)) (i32.const 0))))
      (if (i64.eq (local.get $i) (local.get $k))
        (then (i64.store offset=160 (local.get $p) (i64.const -1))))
      (local.set $p (i32.add (local.get $p) (i32.const 65535)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (i64.lt_u (local.get $i) (local.get $n))))
    (local.get $r))
  ;; The same with a vector access and an atomic access.
  (func (export "vector") (param $n i64) (param $k i64) (result i32)
    (local $p i32) (local $i i64) (local $r i32)
    (loop $l
      (v128.store offset=4 (local.get $p) (v128.load (i32.add (local.get $p) (i32.const 4))))
      (if (i64.eq (local.get $i) (local.get $k))
        (then (local.set $r (i32x4.extract_lane 0 (v128.load offset=176 (local.get $p))))))
      (local.set $p (i32.add (local.get $p) (i32.const 65520)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (i64.lt_u (local.get $i) (local.get $n))))
    (local.get $r))
  ;; Downwards, from the start of memory.
  (func (export "down") (param $n i64) (param $k i64) (result i32)
    (local $p i32) (local $i i64) (local $v i32) (local $r i32)
    (loop $l
      (local.set $v (i32.load (i32.add (local.get $p) (i32.const 4))))
      (i32.store offset=4 (local.get $p) (local.get $v))
      (if (i64.eq (local.get $i) (local.get $k))
        (then (local.set $r (i32.load offset=164 (local.get $p)))))
      (local.set $p (i32.sub (local.get $p) (i32.const 65532)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (i64.lt_u (local.get $i) (local.get $n))))
    (local.get $r)))

(assert_trap (invoke "read" (i64.const 163891) (i64.const 163881)) "out of bounds memory access")
(assert_trap (invoke "read" (i64.const 3) (i64.const 2)) "out of bounds memory access")
(assert_trap (invoke "write" (i64.const 163891) (i64.const 163881)) "out of bounds memory access")
(assert_trap (invoke "write" (i64.const 32771) (i64.const 32770)) "out of bounds memory access")
(assert_trap (invoke "difference" (i64.const 163891) (i64.const 163881) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "masked" (i64.const 163891) (i64.const 163881)) "out of bounds memory access")
(assert_trap (invoke "vector" (i64.const 163891) (i64.const 163881)) "out of bounds memory access")
(assert_trap (invoke "down" (i64.const 163891) (i64.const 163881)) "out of bounds memory access")
(assert_return (invoke "read" (i64.const 1) (i64.const 0)) (i32.const 0))
(assert_return (invoke "write" (i64.const 1) (i64.const 0)) (i32.const 0x41414141))

;; A store with a static offset of 2 GiB stays in the memory while its base runs below zero.
(module
  (memory (export "memory") 32800)
  (func (export "below") (param $n i64) (param $k i64) (param $value i64) (result i32)
    (local $p i32) (local $i i64) (local $acc i32)
    (loop $l
      (local.set $acc (i32.or (local.get $acc)
        (i32.and (i32.load (local.get $p))
          (i32.sub (i32.load offset=4 (local.get $p)) (i32.load (i32.add (local.get $p) (i32.const 4)))))))
      (i32.store offset=2147680256 (local.get $p) (i32.const 1))
      (if (i64.eq (local.get $i) (local.get $k))
        (then (i64.store offset=60912 (local.get $p) (local.get $value))
          (i64.store offset=61160 (local.get $p) (local.get $value))
          (i64.store offset=61416 (local.get $p) (local.get $value))))
      (local.set $p (i32.sub (local.get $p) (i32.const 65532)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br_if $l (i64.lt_u (local.get $i) (local.get $n))))
    (local.get $acc)))

(assert_trap (invoke "below" (i64.const 32773) (i64.const 32772) (i64.const 71748523622400))
  "out of bounds memory access")
(assert_trap (invoke "below" (i64.const 2) (i64.const 1) (i64.const 1)) "out of bounds memory access")
(assert_return (invoke "below" (i64.const 1) (i64.const 5) (i64.const 1)) (i32.const 0))
