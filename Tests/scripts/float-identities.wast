;; What a pass may take for nothing of floating-point arithmetic, or join with its neighbour.
(module
  (memory 1)
  (data (i32.const 0) "\00\00\40\40\00\00\e0\40")
  (func $both (param i32)
    (f32.store offset=16 (local.get 0) (f32.add (f32.load (local.get 0)) (f32.const 0)))
    (f32.store offset=20 (local.get 0) (f32.add (f32.load offset=4 (local.get 0)) (f32.const 0))))
  ;; Two neighbours in memory become one vector of two.
  (func (export "two-plus-zero") (param i32) (result f32 f32)
    (call $both (local.get 0))
    (f32.load offset=16 (local.get 0)) (f32.load offset=20 (local.get 0))))
(assert_return (invoke "two-plus-zero" (i32.const 0)) (f32.const 3) (f32.const 7))
