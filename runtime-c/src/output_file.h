/* Files that an executable writes beside what the guest does: a profile, a core dump. */
#ifndef SWASM_OUTPUT_FILE_H
#define SWASM_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* Opens a file for writing, and empties it, before the process gives up any rights. Its name is the value of
 * the variable in `envp`, if `envp` has one that is not empty, or else `path`. The descriptor is none of a
 * standard stream. Returns -errno on failure, and 0 if there is no name. `name`: the chosen one. */
long swasm_output_open(const char *variable, const char *path, const char *const *envp, const char **name);

/* Writes all bytes; false if it cannot. */
bool swasm_output_write(int descriptor, const void *bytes, uint64_t count);

#endif
