/* System calls of Linux that Swift's view of the C library leaves out. */
#ifndef SWASMC_CSYSTEM_H
#define SWASMC_CSYSTEM_H

/* An unnamed file in memory, open for reading and writing, closed on exec; -1 and errno on failure. */
int swasmc_memory_file(const char *name);

#endif
