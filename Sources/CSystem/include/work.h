/* What each thread works on, for whoever reports that it crashed. Reading is fit for signal handlers. */
#ifndef SWASMC_WORK_H
#define SWASMC_WORK_H

#include <stddef.h>

/* The calling thread begins a phase, which lives forever and is the latest of the process too; no function yet. */
void swasmc_work_phase(const char *phase);

/* The calling thread begins with a function of the module, of which a copy is kept that is safe to print; an empty
 * name: with none in particular. */
void swasmc_work_function(const char *name, size_t length);

/* Of the calling thread; of a thread that began none, the latest of the process. */
const char *swasmc_phase(void);
/* Of the calling thread; empty when there is none. */
const char *swasmc_function(void);

/* From now on `report`, which does not return and allocates nothing, is called when an allocation fails, whoever
 * asked for it. */
void swasmc_report_exhausted_memory(void (*report)(void));

#endif
