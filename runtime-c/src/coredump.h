/* A core dump of a program that trapped: a wasm file that tools for wasm read. Only executables that were
 * compiled with --coredump link this. */
#ifndef SWASM_COREDUMP_H
#define SWASM_COREDUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

/* Opens the file, before the process gives up any rights: SWASM_COREDUMP unless the policy is sealed, or else the name that
 * was baked in. Without a name there is no dump. With foreign rights (set-user-ID) there is none either. If
 * false, a message was printed and the process must end. */
bool swasm_coredump_begin(const swasm_grants *grants, bool has_foreign_rights) __attribute__((weak));

/* The descriptor of the file, or -1. */
int swasm_coredump_descriptor(void) __attribute__((weak));

/* Writes the state of the program, and the call stack that was found last (backtrace.h). Safe in a signal
 * handler. */
void swasm_coredump_write(void) __attribute__((weak));

/* The timer's signal calls this each second from the time limit on. False: no dump is being written now. If one is
 * being written for too long, ends the process. */
bool swasm_coredump_is_late(void) __attribute__((weak));

#endif
