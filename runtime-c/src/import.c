/* A call of an import that nothing provides is a trap. An executable first prints a message that names the
 * import. */
#include "report.h"
#include "runtime.h"
#include "text.h"
#include "trap.h"

void swasm_unknown_import(swasm_instance *instance, const char *module, const char *name)
{
    (void)instance;
    if (swasm_trap_fatal) {
        swasm_line line = {.length = 0};
        swasm_put_program(&line);
        swasm_put(&line, "unknown import: ");
        swasm_put_untrusted(&line, module, swasm_text_length(module));
        swasm_put(&line, ".");
        swasm_put_untrusted(&line, name, swasm_text_length(name));
        swasm_put_out(&line, 2);
    }
    swasm_trap(SWASM_TRAP_UNKNOWN_IMPORT);
}
