/* What each thread works on, for the report of a crash. Reading is fit for signal handlers. */
#ifndef SWASMC_WORK_H
#define SWASMC_WORK_H

#include <stddef.h>

/* The calling thread begins a phase. It is the latest of the process too. The text is never freed. The thread has no
 * function yet. */
void swasmc_work_phase(const char *phase);

/* The calling thread begins to work on a function of the module; an empty name means none in particular. A copy of the
 * name is kept, made safe to print. */
void swasmc_work_function(const char *name, size_t length);

/* The phase of the calling thread, or the latest of the process if the thread began none. */
const char *swasmc_phase(void);
/* The function of the calling thread, or "". */
const char *swasmc_function(void);

/* From now on `report` is called when any allocation fails. It allocates nothing and does not return. */
void swasmc_report_exhausted_memory(void (*report)(void));

#endif
