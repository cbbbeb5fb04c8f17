;; Passes a resource of `wasi:io/poll` without a version to a function of WASI. The export `f` does it.
(component
  (import "wasi:io/poll" (instance $other
    (export "pollable" (type $p (sub resource)))
    (export "make" (func (param "representation" u32) (result (own $p))))))
  (alias export $other "pollable" (type $pollable))
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $p (eq $pollable)))
    (export "poll" (func (param "in" (list (borrow $p))) (result (list u32))))))
  (core module $memory
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 256)))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $mem))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $make (canon lower (func $other "make")))
  (core func $poll-list (canon lower (func $poll "poll") (memory $mem) (realloc $realloc)))
  (core module $m
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "poll" (func $poll (param i32 i32 i32)))
    (import "" "memory" (memory 1))
    (func (export "f")
      (i32.store (i32.const 64) (call $make (i32.const 0xfffffff0)))
      (call $poll (i32.const 64) (i32.const 1) (i32.const 128))))
  (core instance $i (instantiate $m (with "" (instance
    (export "make" (func $make)) (export "poll" (func $poll-list)) (export "memory" (memory $mem))))))
  (func (export "f") (canon lift (core func $i "f"))))
