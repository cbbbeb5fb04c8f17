;; Imports the interface of text.wat in an earlier version, and passes on its own arguments.
(component
  (import "my:lib/text@1.0.3" (instance $i
    (type $p' (record (field "x" u32) (field "y" u32) (field "name" string)))
    (export "point" (type $p (eq $p')))
    (export "reverse" (func (param "s" string) (result string)))
    (export "swap" (func (param "p" (list $p)) (result (list $p))))))
  
  (core module $memory
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local i32)
      (local.set 4 (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.set $next (i32.add (local.get 4) (local.get 3)))
      (local.get 4)))
  (core instance $memory (instantiate $memory))

  (core func $reverse (canon lower (func $i "reverse") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $swap (canon lower (func $i "swap") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $m
    (import "i" "reverse" (func $r (param i32 i32 i32)))
    (import "i" "swap" (func $s (param i32 i32 i32)))
    (func (export "f") (param i32 i32) (result i32) (call $r (local.get 0) (local.get 1) (i32.const 64)) (i32.const 64))
    (func (export "g") (param i32 i32) (result i32) (call $s (local.get 0) (local.get 1) (i32.const 64)) (i32.const 64)))
  (core instance $m (instantiate $m (with "i" (instance (export "reverse" (func $reverse)) (export "swap" (func $swap))))))
  (alias export $i "point" (type $pt))
  (export $ptx "point" (type $pt))
  (func (export "f") (param "s" string) (result string) (canon lift (core func $m "f") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (func (export "g") (param "p" (list $ptx)) (result (list $ptx)) (canon lift (core func $m "g") (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")))))