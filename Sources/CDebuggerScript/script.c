#include "CDebuggerScript.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char script[] = {
#embed "gdb.py" suffix(, )
    0};

const char *swasm_gdb_script(void) { return script; }
