/* How an executable tells a person about a trap. */
#ifndef SWASM_REPORT_H
#define SWASM_REPORT_H

#include "trap.h"

/* The exit status of a program that trapped: the number by which a shell shows SIGABRT. */
enum { SWASM_TRAP_STATUS = 134 };

/* What is printed of the call stack: SWASM_BACKTRACE_*. start.c sets it. */
extern uint64_t swasm_backtrace;

/* Whether a report is being printed. */
extern bool swasm_is_reporting;

/* Prints `app: wasm trap: <kind> in <function> at offset 0x...` and the call stack, and ends the process.
 * `at` is zero if no guest code ran. */
_Noreturn void swasm_report_trap(uint32_t code, const swasm_cursor *at);
/* Prints why the process is about to end: by a signal that somebody sent, or by a fault, which is a bug in
 * swasmc. */
void swasm_report_fault(int signal_number, bool was_sent, uintptr_t pc, uintptr_t address);

#endif
