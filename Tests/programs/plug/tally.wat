;; Imports the resource of counters.wat in an earlier version, and exports functions that get handles of it.
(component
  (import "my:lib/counters@0.3.0" (instance $counters
    (export "counter" (type $counter (sub resource)))
    (export "[method]counter.add" (func (param "self" (borrow $counter)) (param "value" u32)))
    (export "[method]counter.get" (func (param "self" (borrow $counter)) (result u32)))))
  (alias export $counters "counter" (type $counter))
  (core func $add (canon lower (func $counters "[method]counter.add")))
  (core func $get (canon lower (func $counters "[method]counter.get")))
  (core func $drop (canon resource.drop $counter))
  (core module $m
    (import "i" "add" (func $add (param i32 i32)))
    (import "i" "get" (func $get (param i32) (result i32)))
    (import "i" "drop" (func $drop (param i32)))
    (func (export "double") (param i32)
      (call $add (local.get 0) (call $get (local.get 0)))
      (call $drop (local.get 0)))
    (func (export "finish") (param i32) (result i32)
      (call $get (local.get 0))
      (call $drop (local.get 0))))
  (core instance $m (instantiate $m (with "i" (instance
    (export "add" (func $add)) (export "get" (func $get)) (export "drop" (func $drop))))))
  (func $double (param "c" (borrow $counter)) (canon lift (core func $m "double")))
  (func $finish (param "c" (own $counter)) (result u32) (canon lift (core func $m "finish")))
  (component $interface
    (import "counter" (type $counter' (sub resource)))
    (import "double" (func $double (param "c" (borrow $counter'))))
    (import "finish" (func $finish (param "c" (own $counter')) (result u32)))
    (export $counter "counter" (type $counter'))
    (export "double" (func $double) (func (param "c" (borrow $counter))))
    (export "finish" (func $finish) (func (param "c" (own $counter)) (result u32))))
  (instance $i (instantiate $interface
    (with "counter" (type $counter)) (with "double" (func $double)) (with "finish" (func $finish))))
  (export "my:lib/tally" (instance $i)))
