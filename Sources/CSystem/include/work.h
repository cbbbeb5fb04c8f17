/* The present work of each thread, for the report of a crash. Signal handlers may read it. */
#ifndef SWASMC_WORK_H
#define SWASMC_WORK_H

#include <stddef.h>

/* The calling thread begins a phase, without a function so far. The phase also becomes the latest of the
 * process. The text must never be freed. */
void swasmc_work_phase(const char *phase);

/* The calling thread begins to work on a function of the module; an empty name means none in particular. A
 * copy of the name is kept, made safe to print. */
void swasmc_work_function(const char *name, size_t length);

/* The phase of the calling thread, or the latest of the process if the thread began none. */
const char *swasmc_phase(void);
/* The function of the calling thread, or "". */
const char *swasmc_function(void);

/* From now on `report` is called if any allocation fails. It must not allocate, and must not return. */
void swasmc_report_exhausted_memory(void (*report)(void));

#endif
