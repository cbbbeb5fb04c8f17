/* The line at the bottom of a terminal that tells how far the work is. One for the process. */
#ifndef SWASMC_STATUS_H
#define SWASMC_STATUS_H

#include <stddef.h>

/* Shows `line` in place of the line that is shown. It is ASCII without control characters, and is cut
 * where the terminal ends. */
void swasmc_status_show(int terminal, const char *line);

/* Erases the line, then writes to a descriptor. The line comes back when it is shown again. */
void swasmc_status_write(int descriptor, const char *text, size_t length);

/* Erases the line and shows none any more, because the process ends. Fit for a signal handler. */
void swasmc_status_end(void);

#endif
