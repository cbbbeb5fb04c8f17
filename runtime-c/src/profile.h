/* The end of a process, with a profile to write in an executable made by --pgo-generate. */
#ifndef SWASM_PROFILE_H
#define SWASM_PROFILE_H

#include "sys/sys.h"

/* Opens the file that the profile goes to, before anything is given up: SWASM_PROFILE unless `sealed`, or the name
 * that was baked in. False: a message was printed and the process must end. Linked into executables that count. */
bool swasm_profile_begin(const char *const *envp, bool sealed) __attribute__((weak));
/* Writes it. Runs in signal handlers too: no allocation, no locks. */
void swasm_profile_end(void) __attribute__((weak));

/* The descriptor of the file. */
int swasm_profile_descriptor(void) __attribute__((weak));

/* Ends the process after guest code has run. */
static inline _Noreturn void swasm_end(int status)
{
    if (swasm_profile_end) swasm_profile_end();
    swasm_exit(status);
}

#endif
