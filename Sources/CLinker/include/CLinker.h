/* The linker of LLVM (LLD), as a function. */
#ifndef SWASM_CLINKER_H
#define SWASM_CLINKER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Does what the command `ld.lld` does with these words, of which the first is its name, and ends the process
 * with its status. */
void swasmc_run_linker(int count, char *const *words) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
#endif
