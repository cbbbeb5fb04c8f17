/* The end of a process. An executable that was compiled with --pgo-generate writes its profile first. */
#ifndef SWASM_PROFILE_H
#define SWASM_PROFILE_H

#include "policy.h"
#include "sys/sys.h"

/* Opens the file for the profile, before the process gives up any rights. The file is SWASM_PROFILE unless
 * the policy is sealed, or else the name that was baked in. With foreign rights (set-user-ID) there is no file: a link of
 * that name may lead to a file that only those rights can write. If false, a message was printed and the
 * process must end. Only executables that count link this. */
bool swasm_profile_begin(const swasm_grants *grants, bool has_foreign_rights) __attribute__((weak));
/* Writes the profile. Signal handlers call it too, so it does not allocate and takes no locks. */
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
