// Puts IR into a form that instruction selection of its machine has. It runs after the isolation check, and so
// belongs to what the check trusts: each step replaces an operation by another with the same meaning.
//
// RISC-V:
//   conventions   LLVM has no `tailcc` for it. Nothing is passed on the stack, so `fastcc` passes the same
//                 values in the same registers, and a tail call needs no more than its mark. LLVM makes a jump of
//                 each such call, because no argument and no result is in memory.
//   traps         LLVM's trap instruction has no room for the code. An instruction that writes the register
//                 `cycle`, which can only be read, has (swasm_trap_code_at in the runtime).
//   numbers       C functions get numbers of 32 bits with their sign extended, and return them so.
#pragma once

#include "llvm/IR/Module.h"

namespace swasm {

void adaptToMachine(llvm::Module &module);

} // namespace swasm
