// The lists of CGuestIR.h as arrays, for Swift, which cannot expand them.
#include "CGuestIR.h"

#define NAME(name) name,
static const char *const builtins[] = {SWASM_IR_BUILTINS(NAME)};
static const char *const marks[] = {SWASM_IR_MARKS(NAME)};

const char *swasm_ir_builtin_at(size_t position) {
  return position < sizeof builtins / sizeof builtins[0] ? builtins[position] : NULL;
}

const char *swasm_ir_mark_at(size_t position) {
  return position < sizeof marks / sizeof marks[0] ? marks[position] : NULL;
}
