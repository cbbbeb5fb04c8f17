/* How an executable tells a person about a trap. */
#ifndef SWASM_REPORT_H
#define SWASM_REPORT_H

#include "../abi/swasm_abi.h"

/* The exit status of a program that trapped: the number by which a shell shows SIGABRT. */
enum { SWASM_TRAP_STATUS = 134 };

/* Prints `app: wasm trap: <kind> in <function> at offset 0x...` and ends the process. */
_Noreturn void swasm_report_trap(uint32_t code, uintptr_t pc);
/* Prints that the fault that is about to end the process is a bug in swasmc. */
void swasm_report_fault(int signal_number, uintptr_t pc, uintptr_t address);

#endif
