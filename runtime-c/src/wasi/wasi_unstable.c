/* The calls of the older module name wasi_unstable that differ from preview 1: smaller filestats, other
 * numbers for whence, and subscriptions that have a clock identifier. All other calls are those of preview 1.
 */
#include "context.h"
#include "embedded.h"
#include "filestat.h"
#include "guest.h"
#include "path.h"
#include "poll.h"

/* As in preview 1, but with a filestat of 56 bytes; the same errors. */
uint32_t swasm_wasi0_fd_filestat_get(swasm_instance *instance, uint32_t fd, uint32_t stat)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), stat, 1, SWASM_FILESTAT0_BYTES, &result)) {
        return SWASM_WASI_FAULT;
    }
    swasm_fd *entry;
    uint32_t error = swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, SWASM_RIGHT_FD_FILESTAT_GET,
                                   &entry);
    if (error) return error;
    swasm_statx host;
    long status = swasm_fd_entry_stat(entry, &host);
    if (swasm_is_error(status)) return swasm_wasi_errno(status);
    swasm_filestat0_store(result, &host, entry->filetype);
    return SWASM_WASI_SUCCESS;
}

/* As in preview 1, but with a filestat of 56 bytes; the same errors. */
uint32_t swasm_wasi0_path_filestat_get(swasm_instance *instance, uint32_t fd, uint32_t lookup,
                                       uint32_t path, uint32_t path_bytes, uint32_t stat)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), stat, 1, SWASM_FILESTAT0_BYTES, &result)) {
        return SWASM_WASI_FAULT;
    }
    swasm_statx host;
    uint32_t error = swasm_path_stat(instance, fd, lookup, path, path_bytes, &host);
    if (!error) swasm_filestat0_store(result, &host, swasm_filetype_of_mode(host.mode));
    return error;
}

/* As in preview 1, but whence is 0 for the position, 1 for the end and 2 for the start; the same errors. */
uint32_t swasm_wasi0_fd_seek(swasm_instance *instance, uint32_t fd, uint64_t offset, uint32_t whence,
                             uint32_t position)
{
    static const uint8_t whence_of_preview1[] = {1, 2, 0};
    if (whence >= sizeof whence_of_preview1) return SWASM_WASI_INVAL;
    return swasm_wasi_fd_seek(instance, fd, offset, whence_of_preview1[whence], position);
}

/* As in preview 1, but with subscriptions of 56 bytes; the same errors. */
uint32_t swasm_wasi0_poll_oneoff(swasm_instance *instance, uint32_t in, uint32_t out, uint32_t count,
                                 uint32_t stored)
{
    static const swasm_subscription_layout layout = {56, 24, 32, 48};
    return swasm_poll(instance, &layout, in, out, count, stored);
}
