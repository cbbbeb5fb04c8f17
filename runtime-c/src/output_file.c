/* See output_file.h. */
#include "output_file.h"

#include "host_path.h"
#include "text.h"

enum { FIRST_FREE = 3, OWNER_ONLY = 0600 };

static const char *value_of(const char *entry, const char *name)
{
    while (*name && *entry == *name) entry++, name++;
    return *name || *entry != '=' ? NULL : entry + 1;
}

static const char *chosen_path(const swasm_output *output, const swasm_grants *grants)
{
    const char *path = output->path;
    if (swasm_is_given(grants, SWASM_POLICY_SEALED)) return path;
    for (const char *const *entry = grants->host_env; *entry; entry++) {
        const char *value = value_of(*entry, output->variable);
        if (value && *value) path = value;
    }
    return path;
}

long swasm_output_place(long opened)
{
    if (opened >= FIRST_FREE) return opened;
    long moved = swasm_setup_syscall5(SWASM_SYS_FCNTL, opened, SWASM_F_DUPFD_CLOEXEC, FIRST_FREE, 0, 0);
    swasm_setup_syscall5(SWASM_SYS_CLOSE, opened, 0, 0, 0, 0);
    return moved;
}

/* Opens a name in a directory; a pipe without a reader is an error and no reason to wait. */
static long open_name(long directory, const char *name)
{
    const long flags = SWASM_O_WRONLY | SWASM_O_CREAT | SWASM_O_NOFOLLOW | SWASM_O_NONBLOCK | SWASM_O_NOCTTY | SWASM_O_CLOEXEC;
    swasm_statx stat;
    const long opened = swasm_setup_syscall5(SWASM_SYS_OPENAT, directory, (long)name, flags, OWNER_ONLY, 0);
    if (swasm_is_error(opened)) return opened;
    long status = swasm_host_stat(opened, "", &stat);
    if (!swasm_is_error(status) && (stat.mode & SWASM_S_IFMT) != SWASM_S_IFREG) status = -SWASM_ENXIO;
    if (!swasm_is_error(status) && stat.links > 1) status = -SWASM_EMLINK;
    if (!swasm_is_error(status)) status = swasm_setup_syscall5(SWASM_SYS_FTRUNCATE, opened, 0, 0, 0, 0);
    if (!swasm_is_error(status)) return swasm_output_place(opened);
    swasm_setup_syscall5(SWASM_SYS_CLOSE, opened, 0, 0, 0, 0);
    return status;
}

static long open_path(const char *path)
{
    char parent[SWASM_PATH_MAX];
    size_t length = swasm_text_length(path);
    if (length >= sizeof parent) return -SWASM_ENAMETOOLONG;
    while (length && path[length - 1] != '/') length--;
    __builtin_memcpy(parent, path, length);
    parent[length] = '\0';
    const long directory = swasm_host_find(length ? parent : ".", NULL);
    if (swasm_is_error(directory)) return directory;
    const long opened = open_name(directory, path + length);
    swasm_setup_syscall5(SWASM_SYS_CLOSE, directory, 0, 0, 0, 0);
    return opened;
}

static const char *reason(long error)
{
    switch (-error) {
    case SWASM_ELOOP: return ", because its name leads through a symbolic link, which is not followed";
    case SWASM_ENXIO: return ", because it is no regular file";
    case SWASM_EMLINK: return ", because the file has a second name (a hard link)";
    }
    return "";
}

static bool refuse(const swasm_output *output, const char *why, const char *path)
{
    swasm_line line = {.length = 0};
    swasm_put_error(&line, output->code);
    swasm_put(&line, "the ");
    swasm_put(&line, output->what);
    swasm_put(&line, " cannot be written");
    swasm_put(&line, why);
    if (path) swasm_put(&line, ": "), swasm_put_untrusted(&line, path, swasm_text_length(path));
    swasm_put_out(&line, 2);
    return false;
}

bool swasm_output_open(const swasm_output *output, const swasm_grants *grants, bool has_foreign_rights, int *descriptor)
{
    const char *path = chosen_path(output, grants);
    *descriptor = -1;
    if (has_foreign_rights) return refuse(output, ", because the program runs with the rights of another user", NULL);
    if (!*path) return true;
    const long opened = open_path(path);
    if (swasm_is_error(opened)) return refuse(output, reason(opened), opened == -SWASM_ELOOP ? swasm_host_link(path, NULL) : path);
    *descriptor = (int)opened;
    return true;
}

bool swasm_output_write(int descriptor, const void *bytes, uint64_t count)
{
    const uint8_t *rest = bytes;
    while (count) {
        long written = swasm_syscall3(SWASM_SYS_WRITE, descriptor, (long)rest, (long)count);
        if (written == -SWASM_EINTR) continue;
        if (swasm_is_error(written) || written == 0) return false;
        rest += written;
        count -= (uint64_t)written;
    }
    return true;
}
