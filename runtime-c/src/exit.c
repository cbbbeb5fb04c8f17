/* The end of the process. */
#include "sys/sys.h"

/* If a filter of the host refuses to end the process, ends the thread, which is the only one. If it refuses
 * that, too, a fault ends the process. */
_Noreturn void swasm_exit(int status)
{
    swasm_syscall1(SWASM_SYS_EXIT_GROUP, status);
    swasm_syscall1(SWASM_SYS_EXIT, status);
    __builtin_trap();
}
