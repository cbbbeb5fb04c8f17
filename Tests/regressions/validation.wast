;; Mistakes of validation that damaged modules found.

;; An if without else whose branch never ends. The missing branch still has no result, so the module is invalid.
(assert_invalid
  (module (func (param i32) (result i32) (local.get 0) (if (result i32) (then (unreachable)))))
  "type mismatch")
(assert_invalid
  (module (func (param i32) (block (result i64) (local.get 0) (if (result i64) (then (br 1 (i64.const 1))))) (drop)))
  "type mismatch")
(assert_invalid
  (module (func (param i32) (loop (br 0) (local.get 0) (if (result f32) (then (return))) (drop))))
  "type mismatch")
