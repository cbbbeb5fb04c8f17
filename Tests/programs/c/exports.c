// A module without WASI and without a start: its exports are called by name.
#include <stdint.h>


__attribute__((export_name("add"))) int32_t add(int32_t a, int32_t b) { return a + b; }
__attribute__((export_name("multiply"))) int64_t multiply(int64_t a, int64_t b) { return a * b; }
__attribute__((export_name("half"))) double half(double x) { return x / 2; }
__attribute__((export_name("third"))) float third(float x) { return x / 3; }
__attribute__((export_name("nothing"))) void nothing(void) {}
__attribute__((export_name("fibonacci"))) uint64_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
