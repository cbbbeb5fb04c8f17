/* Prints what happened at a trap, and where, if the executable has the tables for that (backtrace.h). Input:
 * the trap's code and the guest's registers. This runs in the signal handler, so it does not allocate and
 * takes no locks.
 */
#include "report.h"

#include "backtrace.h"
#include "coredump.h"
#include "profile.h"
#include "runtime.h"
#include "sys/sys.h"
#include "text.h"
#include "trap.h"
#include "uncaught.h"

/* Absent if nothing throws. */
#pragma weak swasm_uncaught
#pragma weak swasm_put_uncaught

uint64_t swasm_backtrace;
bool swasm_is_reporting;

void swasm_report_trap(uint32_t code, const swasm_cursor *at)
{
    swasm_line line = {.length = 0};
    swasm_is_reporting = true;
    swasm_put_program(&line);
    bool has_place = false;
    if (code == SWASM_TRAP_UNCAUGHT_EXCEPTION && &swasm_uncaught && swasm_uncaught) {
        has_place = swasm_put_uncaught(&line);
    } else {
        swasm_put(&line, "wasm trap: ");
        swasm_put(&line, swasm_trap_message(code));
    }
    if (swasm_backtrace_find && swasm_backtrace_find(at) && !has_place)
        swasm_backtrace_put_where(&line, swasm_backtrace_innermost());
    swasm_put_out(&line, 2);
    if (swasm_backtrace_find) swasm_backtrace_put();
    swasm_is_reporting = false;
    if (swasm_coredump_write) swasm_coredump_write();
    swasm_end(SWASM_TRAP_STATUS);
}

void swasm_report_fault(int signal_number, bool was_sent, uintptr_t pc, uintptr_t address)
{
    if (was_sent) {
        swasm_complain_of_signal(signal_number);
        return;
    }
    swasm_line line = {.length = 0};
    swasm_put_program(&line);
    swasm_put(&line, "internal error: signal ");
    swasm_put_decimal(&line, (uint64_t)signal_number);
    swasm_put(&line, " at pc ");
    swasm_put_hex(&line, pc);
    swasm_put(&line, ", address ");
    swasm_put_hex(&line, address);
    swasm_put(&line, " (a bug in swasmc, not in the program)");
    swasm_put_out(&line, 2);
}
