/* See fdtable.h. The lowest free number is given out first, as in POSIX. A table that outgrows its inline
 * entries moves to a mapping of twice the size, and so on. */
#include "fdtable.h"

#include "../alloc.h"
#include "../text.h"
#include "context.h"

static uint32_t missing_right(const swasm_fd *entry, uint64_t missing)
{
    if (entry->filetype == SWASM_FILETYPE_DIRECTORY) {
        return missing & SWASM_RIGHTS_DIRECTORY ? SWASM_WASI_NOTCAPABLE : SWASM_WASI_ISDIR;
    }
    if (missing & SWASM_RIGHTS_DIRECTORY & ~(uint64_t)SWASM_RIGHTS_FILE) return SWASM_WASI_NOTDIR;
    bool positioned = swasm_rights_of(entry->host, entry->filetype, SWASM_O_RDWR) & SWASM_RIGHT_FD_SEEK;
    if (missing & (SWASM_RIGHT_FD_SEEK | SWASM_RIGHT_FD_TELL) && !positioned) return SWASM_WASI_SPIPE;
    if (missing & (SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_WRITE)) return SWASM_WASI_BADF;
    return SWASM_WASI_NOTCAPABLE;
}

uint32_t swasm_fd_find(swasm_fd_table *table, uint32_t number, uint64_t rights, swasm_fd **found)
{
    if (number >= table->capacity || !table->entries[number].open) return SWASM_WASI_BADF;
    swasm_fd *entry = &table->entries[number];
    const uint64_t of_every_type = SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_WRITE;
    uint64_t missing = rights & ~entry->rights;
    if (entry->filetype == SWASM_FILETYPE_UNASKED && (missing || rights & ~of_every_type)) {
        uint32_t error = swasm_fd_ask_type(entry);
        if (error) return error;
        missing = rights & ~entry->rights;
    }
    if (missing) return missing_right(entry, missing);
    if (rights & SWASM_RIGHTS_MUTATING && entry->flags & SWASM_FD_READ_ONLY) return SWASM_WASI_ROFS;
    *found = entry;
    return SWASM_WASI_SUCCESS;
}

static bool grow(swasm_fd_table *table)
{
    if (!table->entries) {
        table->entries = table->inline_entries;
        table->capacity = SWASM_FD_INLINE_COUNT;
        return true;
    }
    uint32_t capacity = table->capacity * 2;
    swasm_fd *entries = swasm_map(capacity * sizeof *entries);
    if (!entries) return false;
    __builtin_memcpy(entries, table->entries, table->capacity * sizeof *entries);
    if (table->entries != table->inline_entries) {
        swasm_unmap(table->entries, table->capacity * sizeof *entries);
    }
    table->entries = entries;
    table->capacity = capacity;
    return true;
}

uint32_t swasm_fd_reserve(swasm_fd_table *table, uint32_t lowest, uint32_t *number)
{
    uint32_t limit = table->limit ? table->limit : SWASM_FD_DEFAULT_LIMIT;
    uint32_t candidate = lowest;
    while (candidate < table->capacity && table->entries[candidate].open) candidate++;
    if (candidate >= limit) return SWASM_WASI_MFILE;
    while (candidate >= table->capacity) {
        if (!grow(table)) return SWASM_WASI_NOMEM;
    }
    *number = candidate;
    return SWASM_WASI_SUCCESS;
}

uint32_t swasm_fd_insert(swasm_fd_table *table, uint32_t number, swasm_fd entry)
{
    if (entry.host >= 0 && entry.host < 3) {
        long moved = swasm_syscall3(SWASM_SYS_FCNTL, entry.host, SWASM_F_DUPFD_CLOEXEC, 3);
        swasm_syscall1(SWASM_SYS_CLOSE, entry.host);
        if (swasm_is_error(moved)) return SWASM_WASI_MFILE;
        entry.host = (int32_t)moved;
    }
    entry.open = true;
    table->entries[number] = entry;
    return SWASM_WASI_SUCCESS;
}

enum { HOST_ERRORS = 2 };

/* Not inlined into swasm_wasi_context_end. */
__attribute__((noinline)) uint32_t swasm_fd_remove(swasm_fd_table *table, uint32_t number)
{
    swasm_fd *entry;
    uint32_t error = swasm_fd_find(table, number, 0, &entry);
    if (error) return error;
    entry->open = false;
    if (entry->host == SWASM_FD_EMBEDDED) return SWASM_WASI_SUCCESS;
    if (entry->positions && entry->flags & SWASM_FD_NET)
        (entry->flags & SWASM_FD_LOOKUP ? swasm_net_end_lookup : swasm_net_release_peers)(entry);
    else if (entry->positions)
        swasm_fd_end_listing(entry);
    if (entry->host == SWASM_FD_NO_HOST) return SWASM_WASI_SUCCESS;
    /* The host's standard error stays open: messages about this program go there, whatever it closes. */
    if (entry->host == HOST_ERRORS) return SWASM_WASI_SUCCESS;
    /* Linux closes the descriptor even if close returns EINTR. So never call it again. */
    long result = swasm_syscall1(SWASM_SYS_CLOSE, entry->host);
    return result == -SWASM_EINTR ? SWASM_WASI_SUCCESS : swasm_wasi_errno(result);
}

uint8_t swasm_filetype_of_mode(uint32_t mode)
{
    switch (mode & SWASM_S_IFMT) {
    case SWASM_S_IFREG: return SWASM_FILETYPE_REGULAR_FILE;
    case SWASM_S_IFDIR: return SWASM_FILETYPE_DIRECTORY;
    case SWASM_S_IFLNK: return SWASM_FILETYPE_SYMBOLIC_LINK;
    case SWASM_S_IFCHR: return SWASM_FILETYPE_CHARACTER_DEVICE;
    case SWASM_S_IFBLK: return SWASM_FILETYPE_BLOCK_DEVICE;
    case SWASM_S_IFSOCK: return SWASM_FILETYPE_SOCKET_STREAM;
    }
    return SWASM_FILETYPE_UNKNOWN; /* a FIFO: WASI has no name for it */
}

long swasm_fd_stat(int32_t host, swasm_statx *stat)
{
    return swasm_syscall5(SWASM_SYS_STATX, host, (long)"", SWASM_AT_EMPTY_PATH, SWASM_STATX_BASIC_STATS,
                          (long)stat);
}

static bool is_terminal(int32_t host)
{
    enum { TCGETS = 0x5401 };
    uint8_t settings[64]; /* struct termios of the kernel: 36 bytes */
    return !swasm_is_error(swasm_syscall3(SWASM_SYS_IOCTL, host, TCGETS, (long)settings));
}

uint64_t swasm_rights_of_access(uint32_t access)
{
    uint64_t rights = UINT64_MAX;
    if (access == SWASM_O_RDONLY) rights &= ~(uint64_t)SWASM_RIGHTS_WRITE;
    if (access == SWASM_O_WRONLY) rights &= ~(uint64_t)SWASM_RIGHT_FD_READ;
    return rights;
}

uint64_t swasm_rights_of(int32_t host, uint8_t filetype, uint32_t access)
{
    uint64_t rights = SWASM_RIGHTS_STREAM;
    switch (filetype) {
    case SWASM_FILETYPE_DIRECTORY: return SWASM_RIGHTS_DIRECTORY;
    case SWASM_FILETYPE_REGULAR_FILE:
    case SWASM_FILETYPE_BLOCK_DEVICE: rights = SWASM_RIGHTS_FILE; break;
    case SWASM_FILETYPE_SOCKET_DGRAM:
    case SWASM_FILETYPE_SOCKET_STREAM: rights = SWASM_RIGHTS_SOCKET; break;
    case SWASM_FILETYPE_CHARACTER_DEVICE:
        if (!is_terminal(host)) rights = SWASM_RIGHTS_FILE;
        break;
    }
    return rights & swasm_rights_of_access(access);
}

/* Datagram and stream sockets have the same mode, so this asks the socket. */
static uint8_t socket_filetype(int32_t host)
{
    enum { SOL_SOCKET = 1, SO_TYPE = 3, SOCK_DGRAM = 2 };
    int32_t type = 0;
    uint32_t bytes = sizeof type;
    swasm_syscall5(SWASM_SYS_GETSOCKOPT, host, SOL_SOCKET, SO_TYPE, (long)&type, (long)&bytes);
    return type == SOCK_DGRAM ? SWASM_FILETYPE_SOCKET_DGRAM : SWASM_FILETYPE_SOCKET_STREAM;
}

/* Standard input may only be read, and the other streams may only be written, even if the host opened
 * them for reading and writing, as it often does with a terminal. */
static uint64_t rights_of_stream(uint32_t number, int32_t host, uint8_t filetype, uint32_t host_access)
{
    uint64_t rights = swasm_rights_of(host, filetype, host_access);
    return rights & ~(number == 0 ? (uint64_t)SWASM_RIGHTS_WRITE : SWASM_RIGHT_FD_READ);
}

/* The mode of a stream. It also works if a filter of the host refuses statx, as old container profiles do. */
static long mode_of_stream(uint32_t number, uint32_t *mode)
{
    swasm_statx stat;
    long status = swasm_fd_stat((int32_t)number, &stat);
    *mode = stat.mode;
    if (status != -SWASM_ENOSYS && status != -SWASM_EPERM) return status;
    uint8_t old_stat[256]; /* struct stat of the kernel: 144 bytes, or 128 */
    status = swasm_setup_syscall5(SWASM_SYS_FSTAT, number, (long)old_stat, 0, 0, 0);
    __builtin_memcpy(mode, old_stat + SWASM_STAT_MODE_OFFSET, sizeof *mode);
    return status;
}

static bool complain_about_stream(const char *call)
{
    swasm_complain(SWASM_ERROR_REFUSED_CALL, "a standard stream cannot be used: the system refuses a call", call);
    return false;
}

/* A standard stream that is closed on the host is closed for the guest. If a stream is a directory, the guest
 * gets only its metadata: only a grant opens the files below a directory. If the host opened a file for
 * appending (`program >>log`), the guest cannot overwrite what is in it. */
static bool start_stream(swasm_fd_table *table, uint32_t number)
{
    uint32_t mode;
    long flags = swasm_syscall3(SWASM_SYS_FCNTL, number, SWASM_F_GETFL, 0);
    if (flags == -SWASM_EBADF) return true;
    if (swasm_is_error(flags)) return complain_about_stream("fcntl");
    if (swasm_is_error(mode_of_stream(number, &mode))) return complain_about_stream("statx");
    uint8_t filetype = swasm_filetype_of_mode(mode);
    if (filetype == SWASM_FILETYPE_SOCKET_STREAM) filetype = socket_filetype((int32_t)number);
    uint64_t rights = rights_of_stream(number, (int32_t)number, filetype, (uint32_t)flags & SWASM_O_ACCMODE);
    /* Linux lets the owner set the times of a file that is open for reading. `program <file` must not allow
     * that. */
    if (!(rights & SWASM_RIGHT_FD_WRITE)) rights &= ~(uint64_t)SWASM_RIGHT_FD_FILESTAT_SET_TIMES;
    if (filetype == SWASM_FILETYPE_DIRECTORY || flags & SWASM_O_PATH) rights = SWASM_RIGHT_FD_FILESTAT_GET;
    bool appends = filetype == SWASM_FILETYPE_REGULAR_FILE && flags & SWASM_O_APPEND;
    if (appends) rights &= ~(uint64_t)(SWASM_RIGHT_FD_FILESTAT_SET_SIZE | SWASM_RIGHT_FD_ALLOCATE);
    table->entries[number] = (swasm_fd){.open = true,
                                        .filetype = filetype,
                                        .flags = appends ? SWASM_FD_APPEND_ONLY : 0,
                                        .host = (int32_t)number,
                                        .rights = rights};
    return true;
}

static const char too_many[] = "the process has too many descriptors";

static bool start_null_stream(swasm_fd_table *table, uint32_t number)
{
    long host = swasm_setup_syscall5(SWASM_SYS_OPENAT, SWASM_AT_FDCWD, (long)"/dev/null",
                                     SWASM_O_RDWR | SWASM_O_CLOEXEC, 0, 0);
    if (swasm_is_error(host)) {
        swasm_complain(SWASM_ERROR_STREAM, "this device cannot be opened", "/dev/null");
        return false;
    }
    uint64_t rights = rights_of_stream(number, (int32_t)host, SWASM_FILETYPE_CHARACTER_DEVICE, SWASM_O_RDWR) &
                      ~(uint64_t)SWASM_RIGHT_FD_FILESTAT_SET_TIMES;
    if (!swasm_fd_insert(table, number,
                         (swasm_fd){.filetype = SWASM_FILETYPE_CHARACTER_DEVICE, .host = (int32_t)host, .rights = rights}))
        return true;
    swasm_complain(SWASM_ERROR_STREAM, too_many, "/dev/null");
    return false;
}

/* If these signals are ignored, a write to a closed pipe returns EPIPE, and one beyond the limit of a file's size
 * (ulimit -f) returns EFBIG. WASI has no other way to report them. */
static void ignore_signals_of_writes(void)
{
    enum { SIGPIPE = 13, SIGXFSZ = 25, SIGNAL_SET_BYTES = 8 };
    static const long ignored[] = {SIGPIPE, SIGXFSZ};
    uint64_t action[4] = {1 /* SIG_IGN */, 0, 0, 0};
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        swasm_syscall4(SWASM_SYS_RT_SIGACTION, ignored[i], (long)action, 0, SIGNAL_SET_BYTES);
}

bool swasm_wasi_start_streams(swasm_wasi_context *context)
{
    ignore_signals_of_writes();
    if (!grow(&context->fds)) return false;
    for (uint32_t number = 0; number < 3; number++) {
        bool is_null = context->null_streams[number];
        if (!(is_null ? start_null_stream : start_stream)(&context->fds, number)) return false;
    }
    return true;
}

void swasm_wasi_context_end(swasm_wasi_context *context)
{
    for (uint32_t number = 0; number < context->fds.capacity; number++) {
        swasm_fd_remove(&context->fds, number);
    }
    if (context->fds.entries != context->fds.inline_entries && context->fds.entries) {
        swasm_unmap(context->fds.entries, context->fds.capacity * sizeof *context->fds.entries);
    }
    context->fds.entries = NULL;
    context->fds.capacity = 0;
}
