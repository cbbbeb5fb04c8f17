/* The filter of system calls (seccomp) that an executable installs before guest code runs. */
#ifndef SWASM_FILTER_H
#define SWASM_FILTER_H

/* What became of a part of the hardening. IN_PART: the kernel did it, but refused the rule of a grant.
 * LACKING: the kernel does not have it. REFUSED: it has it, but did not do it. */
enum swasm_outcome { SWASM_DONE, SWASM_IN_PART, SWASM_LACKING, SWASM_REFUSED };

/* Installs the filter, and a handler that ends the process with a message at a call that the filter
 * refuses. */
enum swasm_outcome swasm_filter_install(void);

#endif
