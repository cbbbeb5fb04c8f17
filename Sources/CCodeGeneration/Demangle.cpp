// Names of Rust, by LLVM's reader of them.
#include "CCodeGeneration.h"

#include "llvm/Demangle/Demangle.h"

char *swasm_demangle_rust(const char *name) { return llvm::rustDemangle(name); }
