/* See output_file.h. */
#include "output_file.h"

#include "sys/sys.h"

enum { WRITE_ONLY = 1, CREATE = 0100, TRUNCATE = 01000, CLOSE_ON_EXEC = 02000000, CURRENT_DIRECTORY = -100, FIRST_FREE = 3 };

static const char *value_of(const char *entry, const char *name)
{
    while (*name && *entry == *name) entry++, name++;
    return *name || *entry != '=' ? NULL : entry + 1;
}

/* If a standard stream is closed, the opened file gets its number, and then the guest would get the file. */
static long move_from_streams(long opened)
{
    long moved = swasm_setup_syscall5(SWASM_SYS_FCNTL, opened, SWASM_F_DUPFD_CLOEXEC, FIRST_FREE, 0, 0);
    swasm_setup_syscall5(SWASM_SYS_CLOSE, opened, 0, 0, 0, 0);
    return moved;
}

long swasm_output_open(const char *variable, const char *path, const char *const *envp, const char **name)
{
    for (; *envp; envp++) {
        const char *value = value_of(*envp, variable);
        if (value && *value) path = value;
    }
    *name = path;
    if (!*path) return 0;
    long opened = swasm_setup_syscall5(SWASM_SYS_OPENAT, CURRENT_DIRECTORY, (long)path,
                                       WRITE_ONLY | CREATE | TRUNCATE | CLOSE_ON_EXEC, 0666, 0);
    return !swasm_is_error(opened) && opened < FIRST_FREE ? move_from_streams(opened) : opened;
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
