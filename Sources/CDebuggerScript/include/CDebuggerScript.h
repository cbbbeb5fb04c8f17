// The script for gdb that executables with debug information carry.
#pragma once

/// The text of gdb.py.
const char *swasm_gdb_script(void);
