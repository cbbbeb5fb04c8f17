;; A store that traps does so in the first iteration of a loop that never ends, whatever keeps its value in a register until then.
(module (memory 1) (memory $b 1) (global $g (mut i32) (i32.const 0))
  (func (export "unreachable") (param i32) (i32.store $b (local.get 0) (i32.const 1)) unreachable)
  (func (export "div") (param i32) (result i32) (i32.store (local.get 0) (i32.const 1)) (i32.div_u (i32.const 1) (i32.const 0)))
  (func (export "loop") (param i32) (i32.store $b (local.get 0) (i32.const 1)) (loop (br 0)))
  (func (export "loop2") (param i32) (loop (i32.store $b (local.get 0) (i32.const 1)) (br 0)))
  (func (export "loop3") (param i32 i32) (local i32) (loop (i32.store $b (local.get 0) (i32.const 1))
      (if (local.get 1) (then (local.set 2 (i32.add (local.get 2) (i32.load (local.get 1)))))) (br 0)))
  (func (export "loop4") (param i32 i32) (loop (i32.store $b (local.get 0) (i32.const 1)) (global.set $g (i32.add (global.get $g) (i32.const 1))) (br 0)))
  (func (export "loop5") (param i32 i32) (loop (if (local.get 1) (then (i32.store $b (local.get 0) (i32.const 1)))) (br 0)))
  (func (export "loop6") (param i32 i32) (local i32) (loop $l
     (i32.store $b (local.get 0) (local.get 2)) (local.set 2 (i32.add (local.get 2) (i32.const 1)))
     (br_if $l (local.get 1)) (i32.store $b (i32.const 0) (local.get 2)) (br $l)))
  (func (export "loop7") (param i32 i32) (local i32) (loop $l
     (i64.atomic.store (local.get 0) (i64.const 0)) (br $l)))
  (func (export "loop8") (param i32 i32) (loop $l
     (drop (i32.atomic.rmw.add $b (local.get 0) (i32.const 0))) (br $l)))
  (func (export "loop9") (param i32 i32) (loop $l
     (memory.fill $b (local.get 0) (i32.const 0) (i32.const 100)) (br $l)))
  (func (export "loop10") (param i32 i32) (loop $l
     (memory.copy (local.get 0) (i32.const 0) (i32.const 100)) (br $l)))
)
(assert_trap (invoke "unreachable" (i32.const 65533)) "out of bounds memory access")
(assert_trap (invoke "div" (i32.const 65533)) "out of bounds memory access")
(assert_trap (invoke "loop" (i32.const 65533)) "out of bounds memory access")
(assert_trap (invoke "loop2" (i32.const 65533)) "out of bounds memory access")
(assert_trap (invoke "loop3" (i32.const 65533) (i32.const 8)) "out of bounds memory access")
(assert_trap (invoke "loop4" (i32.const 65533) (i32.const 8)) "out of bounds memory access")
(assert_trap (invoke "loop5" (i32.const 65533) (i32.const 8)) "out of bounds memory access")
(assert_trap (invoke "loop6" (i32.const 65533) (i32.const 8)) "out of bounds memory access")
(assert_trap (invoke "loop7" (i32.const 65536) (i32.const 8)) "out of bounds memory access")
(assert_trap (invoke "loop8" (i32.const 65536) (i32.const 8)) "out of bounds memory access")
(assert_trap (invoke "loop9" (i32.const 65533) (i32.const 8)) "out of bounds memory access")
(assert_trap (invoke "loop10" (i32.const 65533) (i32.const 8)) "out of bounds memory access")
