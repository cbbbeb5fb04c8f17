/* See host_path.h. Each component is opened with O_NOFOLLOW relative to the directory before it. So the kernel
 * follows no link; this file reads and expands those that may be followed.
 */
#include "host_path.h"

#include "text.h"

enum { MOST_LINKS = 40, PLACE = SWASM_O_PATH | SWASM_O_CLOEXEC };

typedef struct walk {
    const swasm_grants *grants;
    long directory;                /* where the rest starts; later the file that was found */
    uint32_t links;
    char *rest;                    /* the part of `text` that is not walked yet */
    char text[2 * SWASM_PATH_MAX]; /* the path with links expanded, NUL-terminated */
} walk;

static long open_at(long directory, const char *path, long flags)
{
    return swasm_setup_syscall5(SWASM_SYS_OPENAT, directory, (long)path, flags, 0, 0);
}

static void close_place(long place) { swasm_setup_syscall5(SWASM_SYS_CLOSE, place, 0, 0, 0, 0); }

long swasm_host_stat(long directory, const char *path, swasm_statx *stat)
{
    return swasm_setup_syscall5(SWASM_SYS_STATX, directory, (long)path, SWASM_AT_EMPTY_PATH, SWASM_STATX_BASIC_STATS,
                                (long)stat);
}

static bool is_same(const swasm_statx *a, const swasm_statx *b)
{
    return a->inode == b->inode && a->dev_major == b->dev_major && a->dev_minor == b->dev_minor;
}

/* Whether the grants let the program write to this directory itself. */
static bool is_granted(const swasm_grants *grants, const swasm_statx *directory)
{
    swasm_statx granted;
    for (size_t i = 0; i < grants->dir_count; i++) {
        if (grants->dirs[i].flags & SWASM_DIR_READ_ONLY) continue;
        const long status = swasm_host_stat(SWASM_AT_FDCWD, grants->dirs[i].host, &granted);
        if (!swasm_is_error(status) && is_same(&granted, directory)) return true;
    }
    return false;
}

/* Whether the program may write to the directory: goes up to the root, and looks for a granted one. */
static bool is_writable(const swasm_grants *grants, long directory)
{
    swasm_statx here, above;
    long place = open_at(directory, ".", PLACE), parent;
    bool is_root = false, is_found = swasm_is_error(place) || swasm_is_error(swasm_host_stat(place, "", &here));
    while (!is_found && !(is_found = is_granted(grants, &here)) && !is_root) {
        parent = open_at(place, "..", PLACE);
        is_found = swasm_is_error(parent) || swasm_is_error(swasm_host_stat(parent, "", &above));
        is_root = is_same(&here, &above);
        close_place(place);
        place = parent, here = above;
    }
    close_place(place);
    return is_found;
}

static bool goes_back(const char *path)
{
    for (const char *at = path; *at; at++)
        if ((at == path || at[-1] == '/') && at[0] == '.' && at[1] == '.' && (!at[2] || at[2] == '/')) return true;
    return false;
}

/* Puts the target of a link in front of the rest. */
static long expand(walk *w, long link)
{
    char target[SWASM_PATH_MAX];
    if (!w->grants || ++w->links > MOST_LINKS || goes_back(w->rest) || is_writable(w->grants, w->directory))
        return -SWASM_ELOOP;
    const long length = swasm_setup_syscall5(SWASM_SYS_READLINKAT, link, (long)"", (long)target, sizeof target, 0);
    if (swasm_is_error(length)) return length;
    const size_t rest_bytes = swasm_text_length(w->rest) + 1;
    if ((size_t)length + 1 + rest_bytes > sizeof w->text) return -SWASM_ENAMETOOLONG;
    __builtin_memmove(w->text + length + 1, w->rest, rest_bytes);
    __builtin_memcpy(w->text, target, (size_t)length);
    w->text[length] = '/';
    w->rest = w->text;
    if (*target != '/') return 0;
    close_place(w->directory);
    w->directory = open_at(SWASM_AT_FDCWD, "/", PLACE);
    return w->directory;
}

/* Goes to the file of that name in the directory. */
static long enter(walk *w, const char *name)
{
    swasm_statx stat;
    const long next = open_at(w->directory, name, PLACE | SWASM_O_NOFOLLOW);
    if (swasm_is_error(next)) return next;
    long status = swasm_host_stat(next, "", &stat);
    const bool is_link = (stat.mode & SWASM_S_IFMT) == SWASM_S_IFLNK;
    if (!swasm_is_error(status) && is_link) status = expand(w, next);
    if (swasm_is_error(status) || is_link) {
        close_place(next);
        return status;
    }
    close_place(w->directory);
    w->directory = next;
    return next;
}

long swasm_host_find(const char *path, const swasm_grants *grants)
{
    const size_t length = swasm_text_length(path);
    if (!length) return -SWASM_ENOENT;
    if (length >= SWASM_PATH_MAX) return -SWASM_ENAMETOOLONG;
    walk w;
    w.grants = grants;
    w.links = 0;
    __builtin_memcpy(w.text, path, length + 1);
    w.rest = w.text;
    w.directory = open_at(SWASM_AT_FDCWD, *path == '/' ? "/" : ".", PLACE);
    long status = w.directory;
    while (!swasm_is_error(status) && *w.rest) {
        const char *name = w.rest;
        while (*w.rest && *w.rest != '/') w.rest++;
        if (*w.rest) *w.rest++ = '\0';
        if (*name) status = enter(&w, name);
    }
    if (!swasm_is_error(status)) return w.directory;
    if (!swasm_is_error(w.directory)) close_place(w.directory);
    return status;
}

const char *swasm_host_link(const char *path, const swasm_grants *grants)
{
    static char part[SWASM_PATH_MAX];
    for (size_t length = 1; path[length - 1]; length++) {
        if (path[length] && path[length] != '/') continue;
        __builtin_memcpy(part, path, length);
        part[length] = '\0';
        const long found = swasm_host_find(part, grants);
        if (found == -SWASM_ELOOP) return part;
        if (!swasm_is_error(found)) close_place(found);
    }
    return path;
}

long swasm_open_grant(const swasm_grants *grants, const char *host, bool *is_file)
{
    swasm_statx stat;
    const long place = swasm_host_find(host, grants);
    if (swasm_is_error(place)) return place;
    long opened = swasm_host_stat(place, "", &stat);
    const uint32_t type = stat.mode & SWASM_S_IFMT;
    *is_file = type == SWASM_S_IFREG || type == SWASM_S_IFCHR;
    if (!swasm_is_error(opened) && *is_file) return place;
    if (!swasm_is_error(opened)) opened = open_at(place, ".", SWASM_O_RDONLY | SWASM_O_DIRECTORY | SWASM_O_CLOEXEC);
    close_place(place);
    return opened;
}
