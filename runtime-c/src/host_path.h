/* From a name that the host gives to the file that it means, without help from a guest.
 *
 * A program may have made links where an earlier run of it could write. If the runtime followed them, it would open
 * for the program what nobody granted. Only for use before the process gives up its rights.
 */
#ifndef SWASM_HOST_PATH_H
#define SWASM_HOST_PATH_H

#include "policy.h"
#include "sys/sys.h"

/* Finds the file or directory of a name, and returns a descriptor of its place (O_PATH), or -errno.
 *
 * It is -ELOOP if the name leads through a symbolic link that a guest may have made. Without `grants`, that may be
 * any link. With them, it is a link in a directory that they let the program write to, or beneath one; and a link
 * after which the name goes back by `..`, because then it is not known which directory the host meant. */
long swasm_host_find(const char *path, const swasm_grants *grants);

/* Opens a granted directory to read it, or a granted file (a regular one or a character device) as a place, O_PATH.
 * The host's paths are trusted, except for links as above. -ENOTDIR if it is neither. */
long swasm_open_grant(const swasm_grants *grants, const char *host, bool *is_file);

/* The shortest beginning of `path` for which swasm_host_find returns -ELOOP: it ends in the name of the link. */
const char *swasm_host_link(const char *path, const swasm_grants *grants);

/* As statx(2). `path` may be "": then it is the file of the descriptor. */
long swasm_host_stat(long directory, const char *path, swasm_statx *stat);

#endif
