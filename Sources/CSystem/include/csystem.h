/* System calls of Linux that Swift does not see in the C library. */
#ifndef SWASMC_CSYSTEM_H
#define SWASMC_CSYSTEM_H

#include "status.h"
#include "work.h"

#include <sys/types.h>

/* An unnamed file in memory, open for reading and writing, closed on exec; -1 and errno on failure. */
int swasmc_memory_file(const char *name);

/* Writes what standard output has kept. Returns 0, or the error that kept any of it from being written. */
int swasmc_finish_output(void);

/* As pipe(2), with both ends closed on exec. */
int swasmc_pipe(int ends[2]);

/* How many processors this process may run on; 0 if the kernel does not say. */
int swasmc_usable_processors(void);

/* From now on, children whose parent ends become children of this process; -1 and errno on failure. */
int swasmc_adopt_orphans(void);

/* A descriptor that becomes readable when the process ends, closed on exec; -1 and errno on failure. */
int swasmc_open_process(pid_t process);

/* Removes a directory and the files in it, but no directories in it. What cannot be removed stays. Fit for
 * a signal handler. */
void swasmc_remove_flat_directory(const char *path);

#endif
