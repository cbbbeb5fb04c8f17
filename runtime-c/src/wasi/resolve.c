/* See resolve.h. Linux's openat2(RESOLVE_BENEATH) does the work. If the kernel lacks it (before 5.6) or a
 * filter forbids it, walk.c goes component by component. All other files get descriptors of paths from here.
 */
#include "resolve.h"

#include "walk.h"

#ifdef SWASM_TEST_FALLBACK
bool swasm_resolve_without_openat2;
#endif

uint32_t swasm_path_read(swasm_guest guest, uint32_t address, uint32_t bytes, char path[SWASM_PATH_MAX])
{
    uint8_t *text;
    if (!swasm_guest_range(guest, address, bytes, 1, &text)) return SWASM_WASI_FAULT;
    if (bytes >= SWASM_PATH_MAX) return SWASM_WASI_NAMETOOLONG;
    if (bytes == 0) return SWASM_WASI_NOENT;
    __builtin_memcpy(path, text, bytes);
    path[bytes] = '\0';
    for (uint32_t i = 0; i < bytes; i++) {
        if (path[i] == '\0') return SWASM_WASI_ILSEQ;
    }
    return SWASM_WASI_SUCCESS;
}

static long call_openat2(int32_t directory, const char *path, uint32_t flags, uint32_t mode)
{
    swasm_open_how how = {
        .flags = flags,
        .mode = flags & SWASM_O_CREAT ? mode : 0,
        .resolve = SWASM_RESOLVE_BENEATH | SWASM_RESOLVE_NO_MAGICLINKS,
    };
    return swasm_syscall4(SWASM_SYS_OPENAT2, directory, (long)path, (long)&how, sizeof how);
}

/* Whether the kernel lets us use openat2 at all: EPERM may come from the file or from a filter. */
static bool openat2_works(int32_t directory)
{
    long fd = call_openat2(directory, ".", SWASM_O_PATH | SWASM_O_CLOEXEC, 0);
    if (swasm_is_error(fd)) return fd != -SWASM_ENOSYS && fd != -SWASM_EPERM;
    swasm_syscall1(SWASM_SYS_CLOSE, fd);
    return true;
}

/* openat2 may return EAGAIN for a path with `..` if something is renamed anywhere on the system. So try a few
 * times, and then walk, because renames do not disturb the walk. */
static long open_beneath(int32_t directory, const char *path, uint32_t flags, uint32_t mode)
{
    enum { ATTEMPTS = 16 };
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        long fd = call_openat2(directory, path, flags, mode);
        if (fd == -SWASM_EXDEV) return -SWASM_EESCAPE;
        if (fd == -SWASM_EAGAIN || fd == -SWASM_EINTR) continue;
        if (fd == -SWASM_ENOSYS) break;
        if (fd == -SWASM_EPERM && !openat2_works(directory)) break;
        return fd;
    }
    return swasm_walk_open(directory, path, flags, mode);
}

static long open_checked(int32_t directory, const char *path, uint32_t flags, uint32_t mode)
{
#ifdef SWASM_TEST_FALLBACK
    if (swasm_resolve_without_openat2) return swasm_walk_open(directory, path, flags, mode);
#endif
    return open_beneath(directory, path, flags, mode);
}

/* Opens a granted file, for the path ".". All other paths start at a directory. /proc opens the very file
 * that was granted, even if another file has its name by now. */
static long reopen_file(int32_t file, uint32_t flags)
{
    const uint32_t exclusive = SWASM_O_CREAT | SWASM_O_EXCL;
    if (flags & SWASM_O_DIRECTORY) return -SWASM_ENOTDIR;
    if ((flags & exclusive) == exclusive) return -SWASM_EEXIST;
    char path[sizeof "/proc/self/fd/" + 10] = "/proc/self/fd/";
    char digits[10];
    size_t length = sizeof "/proc/self/fd/" - 1, count = 0;
    for (uint32_t rest = (uint32_t)file; count == 0 || rest; rest /= 10) digits[count++] = (char)('0' + rest % 10);
    while (count) path[length++] = digits[--count];
    flags &= ~(uint32_t)(SWASM_O_NOFOLLOW | exclusive);
    return swasm_syscall4(SWASM_SYS_OPENAT, SWASM_AT_FDCWD, (long)path, flags, 0);
}

static bool is_dots(const char *name, size_t length)
{
    return (length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.');
}

/* Whether a path is a single name, which cannot lead out of its directory unless it is that of a link. The
 * kernel takes less time for such a path if it does not have to watch for that; it is told to follow no link
 * (walk.c does the same with each component). openat2 gets all other paths, and the names of links. */
static bool is_name(const char *path)
{
    size_t length = 0;
    for (; path[length]; length++)
        if (path[length] == '/') return false;
    return !is_dots(path, length);
}

/* Opens a name in a directory. -ELOOP or -ENOTDIR: it may be that of a link. */
static long open_name(int32_t directory, const char *name, uint32_t flags, uint32_t mode)
{
    return swasm_syscall4(SWASM_SYS_OPENAT, directory, (long)name, flags | SWASM_O_NOFOLLOW, mode);
}

long swasm_resolve(int32_t directory, const char *path, uint32_t flags, uint32_t mode)
{
    flags |= SWASM_O_CLOEXEC;
    if (!(flags & SWASM_O_PATH)) flags |= SWASM_O_NOCTTY;
#ifdef SWASM_TEST_NO_PATH_CHECK
    return swasm_syscall4(SWASM_SYS_OPENAT, directory, (long)path, flags, mode);
#endif
    if (path[0] == '/') return -SWASM_EESCAPE;
    if (!(flags & SWASM_O_PATH) && is_name(path)) {
        long opened = open_name(directory, path, flags, mode);
        if (opened != -SWASM_ELOOP && opened != -SWASM_ENOTDIR && opened != -SWASM_EINTR) return opened;
    }
    long fd = open_checked(directory, path, flags, mode);
    if (fd == -SWASM_ENOTDIR && path[0] == '.' && path[1] == '\0') return reopen_file(directory, flags);
    return fd;
}

static long stat_opened(long fd, swasm_statx *stat)
{
    return swasm_syscall5(SWASM_SYS_STATX, fd, (long)"", SWASM_AT_EMPTY_PATH, SWASM_STATX_BASIC_STATS, (long)stat);
}

long swasm_resolve_stat(int32_t directory, const char *path, bool follows, swasm_statx *stat)
{
    if (is_name(path)) {
        const long flags = SWASM_AT_SYMLINK_NOFOLLOW | SWASM_AT_NO_AUTOMOUNT;
        long status = swasm_syscall5(SWASM_SYS_STATX, directory, (long)path, flags, SWASM_STATX_BASIC_STATS, (long)stat);
        if (swasm_is_error(status) || !follows || (stat->mode & SWASM_S_IFMT) != SWASM_S_IFLNK) return status;
    }
    long fd = swasm_resolve(directory, path, SWASM_O_PATH | (follows ? 0 : SWASM_O_NOFOLLOW), 0);
    if (swasm_is_error(fd)) return fd;
    long status = stat_opened(fd, stat);
    swasm_syscall1(SWASM_SYS_CLOSE, fd);
    return status;
}

static long check_dots(int32_t directory, const char *path, long dots_error)
{
    long fd = swasm_resolve(directory, path, SWASM_O_PATH | SWASM_O_DIRECTORY, 0);
    if (swasm_is_error(fd)) return fd;
    swasm_syscall1(SWASM_SYS_CLOSE, fd);
    return -dots_error;
}

long swasm_resolve_parent(int32_t directory, char path[SWASM_PATH_MAX], long dots_error,
                          swasm_parent *parent)
{
    size_t length = 0;
    while (path[length]) length++;
    if (path[0] == '/') return -SWASM_EESCAPE;
    size_t end = length;
    while (path[end - 1] == '/') end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') start--;
    if (is_dots(path + start, end - start)) return check_dots(directory, path, dots_error);

    *parent = (swasm_parent){.fd = directory, .slash = end < length, .name = path + start};
    if (end < length) path[end + 1] = '\0';
    if (start == 0) return 0;
    path[start - 1] = '\0';
    long fd = swasm_resolve(directory, path, SWASM_O_PATH | SWASM_O_DIRECTORY, 0);
    if (swasm_is_error(fd)) return fd;
    parent->fd = (int32_t)fd;
    parent->owned = true;
    return 0;
}

void swasm_parent_close(const swasm_parent *parent)
{
    if (parent->owned) swasm_syscall1(SWASM_SYS_CLOSE, parent->fd);
}
