/* Files that an executable writes beside what the guest does: a profile, a core dump.
 *
 * An earlier run of the guest may have left anything under the name, or on the way to it. So no symbolic link is
 * followed, and only a regular file with one name is written.
 */
#ifndef SWASM_OUTPUT_FILE_H
#define SWASM_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

typedef struct swasm_output {
    swasm_error_code code; /* of messages */
    const char *what;      /* "core dump" */
    const char *variable;  /* names the file, unless the policy is sealed */
    const char *path;      /* names it if the variable does not; may be "" */
} swasm_output;

/* Opens the file for writing, and empties it, before the process gives up any rights. A new file can be read and
 * written by its owner alone. Stores the descriptor, which is none of a standard stream, or -1 if there is
 * no name. With foreign rights (set-user-ID), the process may open no file. If false, a message was printed and the
 * process must end. */
bool swasm_output_open(const swasm_output *output, const swasm_grants *grants, bool has_foreign_rights, int *descriptor);

/* If a standard stream is closed, what is opened next gets its number, and then the guest would get the file. Moves it
 * away; returns its descriptor or -errno. */
long swasm_output_place(long opened);

/* Writes all bytes; false if it cannot. */
bool swasm_output_write(int descriptor, const void *bytes, uint64_t count);

#endif
