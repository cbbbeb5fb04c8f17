;; The part of the scripts' host module that needs threads.
(module $spectest (memory (export "shared_memory") 1 2 shared))
