// Code generation for objects that only the linker and the code maps read.
//
// LLVM's C API can only generate code with everything that a debugger may want. An executable needs nothing of
// that but the line table, from which its code map is made.
//
// The callers use C; the target itself is C++.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LLVMOpaqueModule *LLVMModuleRef;
typedef struct LLVMOpaqueTargetMachine *LLVMTargetMachineRef;
typedef struct LLVMOpaqueMemoryBuffer *LLVMMemoryBufferRef;

/// Generates an object whose only debug information is the line table (LineTable.h). The machine code is the
/// same as with full debug information. The module loses its list of compile units, and parts of its IR are
/// lowered in place.
/// - Returns the object, which the caller owns. NULL if the machine cannot generate objects.
LLVMMemoryBufferRef swasm_emit_object(LLVMTargetMachineRef machine, LLVMModuleRef module);

#ifdef __cplusplus
}
#endif
