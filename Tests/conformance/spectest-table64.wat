;; The part of the scripts' host module that needs tables of 64-bit indices.
(module $spectest (table (export "table64") i64 10 20 funcref))
