;; Mistakes about traps that random modules found. Run at every level of optimisation.

;; Only a later block needs the value of a load. LLVM moved the load there, after a check that traps for another
;; reason, or removed it.
(module
  (memory 0)
  (func (export "load-then-convert") (param i32 f32) (result i32)
    (local f32)
    (local.set 2 (f32.trunc (f32.load (local.get 0))))
    (i32.trunc_f32_s (local.get 1))
    (i32.add (i32.reinterpret_f32 (local.get 2))))
  (func (export "load-then-divide") (param i32 i32) (result i64)
    (i64.load8_u (local.get 0))
    (drop (i32.div_u (i32.const 1) (local.get 1))))
  (func (export "load-for-one-branch") (param i32 i32) (result i32)
    (local i32)
    (local.set 2 (i32.load (local.get 0)))
    (if (result i32) (local.get 1)
      (then (i32.const 7))
      (else (i32.add (local.get 2) (i32.const 1)))))
  (func $sum (param i32) (result i32)
    (i32.mul (i32.load (local.get 0)) (i32.const 0)))
  (func (export "load-for-nothing") (param i32) (result i32)
    (drop (call $sum (local.get 0)))
    (i32.const 1)))

(assert_trap (invoke "load-then-convert" (i32.const 0) (f32.const 1e30)) "out of bounds memory access")
(assert_trap (invoke "load-then-divide" (i32.const 0) (i32.const 0)) "out of bounds memory access")
(assert_trap (invoke "load-for-one-branch" (i32.const 0) (i32.const 1)) "out of bounds memory access")
(assert_trap (invoke "load-for-nothing" (i32.const 0)) "out of bounds memory access")

;; Lanes that are zero whatever was loaded. Only code generation noticed that, and dropped the load.
(module
  (memory 0)
  (func $nothing (result i32) (unreachable))
  (func (export "load-zero-lanes") (result i32)
    (local v128)
    (local.set 0 (v128.load32x2_u (i32.const 8)))
    (i32.xor
      (call $nothing)
      (i16x8.extract_lane_s 2 (i32x4.extadd_pairwise_i16x8_u (local.get 0))))))

(assert_trap (invoke "load-zero-lanes") "out of bounds memory access")

;; A value that was written before a trap must stay. LLVM treated the trap as the end of everything, and kept a global
;; in a register during the loop that ended with the trap.
(module
  (global $fuel (mut i32) (i32.const 100))
  (memory (export "memory") 1)
  (func (export "burn")
    (loop
      (if (i32.eqz (global.get $fuel)) (then (unreachable)))
      (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
      (br 0)))
  (func (export "fuel") (result i32) (global.get $fuel))
  (func (export "store-then-divide") (param i32)
    (i32.store (i32.const 8) (i32.const 5))
    (drop (i32.div_s (i32.const 1) (local.get 0)))
    (i32.store (i32.const 8) (i32.const 6)))
  (func (export "load") (result i32) (i32.load (i32.const 8))))

(assert_trap (invoke "burn") "unreachable")
(assert_return (invoke "fuel") (i32.const 0))
(assert_trap (invoke "store-then-divide" (i32.const 0)) "integer divide by zero")
(assert_return (invoke "load") (i32.const 5))
