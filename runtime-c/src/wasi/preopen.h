/* Links preopen.c: a file with calls that use granted directories includes this. */
#ifndef SWASM_WASI_PREOPEN_H
#define SWASM_WASI_PREOPEN_H

extern const char swasm_preopens_are_linked;
/* This reference makes the linker take the archive member that has swasm_wasi_start_preopens. */
__attribute__((used)) static const char *const swasm_needs_preopens = &swasm_preopens_are_linked;

#endif
