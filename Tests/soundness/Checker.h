// Asks the isolation checker about one function, with a reservation of any size around memory 0.
#pragma once

#include "CIsolation.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include <string>

using namespace llvm;

struct Checker {
  swasm_isolation_description D{};
  swasm_isolation_value num[16] = {}; int32_t places[16]; uint8_t eight[16]; swasm_isolation_type T[1];
  swasm_isolation_memory M[2] = {{false, true}, {false, false}};
  swasm_isolation_function F[1] = {{"f", 0, 0}}; uint32_t ids[1] = {0};
  uint64_t before = 0, span = 0;
  std::string reason;
  bool accepts(Module &m) {
    auto &l = D.layout; l.bytes = 1024; l.head_bytes = 64; l.head_slots = 16; l.memories = 64; l.globals = 192; l.tables = 256; l.slots = 512; l.slot_count = 4; l.tag_ids = 640;
    l.memory_pointers = l.table_pointers = l.global_pointers = l.function_pointers = l.funcrefs = l.type_ids = 1000; l.dropped = 704; l.dropped_count = 2;
    auto &a = D.abi; a.memory_bytes = 8; a.memory_stride = 64; a.table_length = 8; a.table_stride = 64; a.funcref_instance = 8; a.funcref_type_id = 16; a.funcref_function_index = 20; a.funcref_stride = 32;
    a.exception_captured = 28; a.exception_escaped = 29; a.exception_values = 48; a.value_stride = 16; a.guard_before_bytes = before; a.guard_span_bytes = span; a.table_maximum_elements = 1ull << 32; a.memory_maximum_bytes = 1ull << 48;
    for (int i = 0; i < 16; i++) places[i] = i, eight[i] = 8;
    T[0] = {}; T[0].llvm = wrap((Type *)m.getFunction("f")->getFunctionType()); T[0].parameters = num; T[0].places = places; T[0].results = num; T[0].parameter_bytes = eight; T[0].result_bytes = eight; T[0].parameter_count = 4;
    D.static_instance = true; D.calling_convention = 8; D.types = T; D.type_count = 1; D.memories = M; D.memory_count = 2; D.type_of_id = ids; D.id_count = 1; D.functions = F; D.function_count = 1;
    struct R { bool ok; std::string why; } r{false, ""};
    swasm_check_isolation(wrap(&m), &D, [](void *c, const swasm_isolation_result *x) { auto *r = (R *)c; r->ok = x->proven; if (!x->proven) r->why = std::string(x->reason) + ": " + x->instruction; }, &r);
    reason = r.why;
    return r.ok;
  }
};
