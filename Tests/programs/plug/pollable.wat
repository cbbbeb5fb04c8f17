;; Exports `wasi:io/poll`, which without a version is not WASI's, with a resource whose representations are chosen by
;; whoever calls `make`.
(component
  (type $own (resource (rep i32)))
  (core func $new (canon resource.new $own))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
  (func $make (param "representation" u32) (result (own $own)) (canon lift (core func $i "make")))
  (component $shape
    (import "pollable" (type $p (sub resource)))
    (import "make" (func $make (param "representation" u32) (result (own $p))))
    (export $pollable "pollable" (type $p))
    (export "make" (func $make) (func (param "representation" u32) (result (own $pollable)))))
  (instance $poll (instantiate $shape (with "pollable" (type $own)) (with "make" (func $make))))
  (export "wasi:io/poll" (instance $poll)))
