/* See walk.h. Each component is opened with O_NOFOLLOW relative to the directory before it, so the kernel
 * never follows a symbolic link; this file reads and expands links. The kernel never gets `..` either: it
 * takes the last name off the list of the directories walked so far, and then the list is walked again from
 * the start. So every step goes down from the granted directory, whatever others rename meanwhile.
 */
#include "walk.h"

enum { MAX_SYMLINKS = 40 };

typedef struct walk {
    int32_t root, current; /* equal at the start; otherwise the walk closes current */
    uint32_t symlinks;
    uint32_t rest;         /* the offset in `text` of the part that is not walked yet */
    uint32_t names_length;
    char names[SWASM_PATH_MAX];    /* the directories walked, each followed by NUL */
    char text[2 * SWASM_PATH_MAX]; /* the path with links expanded, NUL-terminated */
} walk;

static size_t length_of(const char *text)
{
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

static void set_current(walk *w, int32_t fd)
{
    if (w->current != w->root) swasm_syscall1(SWASM_SYS_CLOSE, w->current);
    w->current = fd;
}

static long open_component(int32_t directory, const char *name, uint32_t flags, uint32_t mode)
{
    long fd;
    do {
        fd = swasm_syscall4(SWASM_SYS_OPENAT, directory, (long)name, flags | SWASM_O_NOFOLLOW, mode);
    } while (fd == -SWASM_EINTR);
    return fd;
}

/* Puts the target of the link `fd` in front of the rest. */
static long expand(walk *w, int32_t fd)
{
    char target[SWASM_PATH_MAX];
    if (++w->symlinks > MAX_SYMLINKS) return -SWASM_ELOOP;
    long length = swasm_syscall4(SWASM_SYS_READLINKAT, fd, (long)"", (long)target, sizeof target);
    if (swasm_is_error(length)) return length;
    if (length == 0) return -SWASM_ENOENT;
    if (length == sizeof target) return -SWASM_ENAMETOOLONG;
    if (target[0] == '/') return -SWASM_EESCAPE;
    size_t rest_bytes = length_of(w->text + w->rest) + 1;
    if ((size_t)length + rest_bytes > sizeof w->text) return -SWASM_ENAMETOOLONG;
    __builtin_memmove(w->text + length, w->text + w->rest, rest_bytes);
    __builtin_memcpy(w->text, target, (size_t)length);
    w->rest = 0;
    return 0;
}

/* Goes into the directory `name`, or expands the link of that name. */
static long enter(walk *w, const char *name)
{
    long fd = open_component(w->current, name, SWASM_O_PATH | SWASM_O_CLOEXEC, 0);
    if (swasm_is_error(fd)) return fd;
    swasm_statx stat;
    long status = swasm_syscall5(SWASM_SYS_STATX, fd, (long)"", SWASM_AT_EMPTY_PATH,
                                 SWASM_STATX_BASIC_STATS, (long)&stat);
    uint32_t type = stat.mode & SWASM_S_IFMT;
    size_t name_bytes = length_of(name) + 1;
    if (!swasm_is_error(status) && type == SWASM_S_IFLNK) status = expand(w, (int32_t)fd);
    else if (!swasm_is_error(status) && type != SWASM_S_IFDIR) status = -SWASM_ENOTDIR;
    else if (!swasm_is_error(status) && w->names_length + name_bytes > sizeof w->names) {
        status = -SWASM_ENAMETOOLONG;
    } else if (!swasm_is_error(status)) {
        __builtin_memcpy(w->names + w->names_length, name, name_bytes);
        w->names_length += (uint32_t)name_bytes;
        set_current(w, (int32_t)fd);
        return 0;
    }
    swasm_syscall1(SWASM_SYS_CLOSE, fd);
    return status;
}

/* `..`: forgets the last name and walks down again. */
static long leave(walk *w)
{
    if (w->names_length == 0) return -SWASM_EESCAPE;
    do w->names_length--;
    while (w->names_length > 0 && w->names[w->names_length - 1] != '\0');
    set_current(w, w->root);
    for (uint32_t at = 0; at < w->names_length; at += (uint32_t)length_of(w->names + at) + 1) {
        long fd = open_component(w->current, w->names + at,
                                 SWASM_O_PATH | SWASM_O_DIRECTORY | SWASM_O_CLOEXEC, 0);
        if (swasm_is_error(fd)) return fd;
        set_current(w, (int32_t)fd);
    }
    return 0;
}

/* Opens the last component. If it is a link, expands it and sets *again: then the walk goes on. */
static long open_last(walk *w, const char *name, uint32_t flags, uint32_t mode, bool *again)
{
    *again = false;
    bool exclusive = (flags & SWASM_O_CREAT) && (flags & SWASM_O_EXCL);
    if (!(flags & SWASM_O_NOFOLLOW) && !exclusive) {
        long fd = open_component(w->current, name, SWASM_O_PATH | SWASM_O_CLOEXEC, 0);
        if (swasm_is_error(fd) && !(fd == -SWASM_ENOENT && flags & SWASM_O_CREAT)) return fd;
        if (!swasm_is_error(fd)) {
            swasm_statx stat = {.mode = 0};
            long status = swasm_syscall5(SWASM_SYS_STATX, fd, (long)"", SWASM_AT_EMPTY_PATH,
                                         SWASM_STATX_BASIC_STATS, (long)&stat);
            *again = (stat.mode & SWASM_S_IFMT) == SWASM_S_IFLNK;
            if (*again) status = expand(w, (int32_t)fd);
            swasm_syscall1(SWASM_SYS_CLOSE, fd);
            if (*again || swasm_is_error(status)) return status;
        }
    }
    /* O_NOFOLLOW refuses a link that somebody has put here meanwhile. */
    return open_component(w->current, name, flags, mode);
}

/* Moves the next component of the rest to `name`; returns false at the end. `last`: only slashes or nothing
 * follow. `slash`: at least one slash follows. */
static bool next_component(walk *w, char name[SWASM_PATH_MAX], bool *last, bool *slash)
{
    while (w->text[w->rest] == '/') w->rest++;
    uint32_t length = 0;
    while (w->text[w->rest] != '\0' && w->text[w->rest] != '/' && length < SWASM_PATH_MAX - 1) {
        name[length++] = w->text[w->rest++];
    }
    name[length] = '\0';
    uint32_t after = w->rest;
    while (w->text[after] == '/') after++;
    *slash = after > w->rest;
    *last = w->text[after] == '\0';
    return length > 0;
}

static long run(walk *w, uint32_t flags, uint32_t mode)
{
    char name[SWASM_PATH_MAX];
    bool last, slash, again;
    while (next_component(w, name, &last, &slash)) {
        long status = 0;
        if (name[0] == '.' && name[1] == '\0') continue;
        if (name[0] == '.' && name[1] == '.' && name[2] == '\0') {
            status = leave(w);
        } else if (!last || (slash && !(flags & SWASM_O_CREAT))) {
            status = enter(w, name);
        } else if (slash) {
            return -SWASM_EISDIR;
        } else {
            status = open_last(w, name, flags, mode, &again);
            if (!again) return status;
        }
        if (swasm_is_error(status)) return status;
    }
    return open_component(w->current, ".", flags, mode); /* the path ended in a directory */
}

long swasm_walk_open(int32_t directory, const char *path, uint32_t flags, uint32_t mode)
{
    walk w;
    w.root = w.current = directory;
    w.symlinks = w.rest = w.names_length = 0;
    __builtin_memcpy(w.text, path, length_of(path) + 1);
    long result = run(&w, flags, mode);
    set_current(&w, directory);
    return result;
}
