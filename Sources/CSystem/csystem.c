/* Calls that need _GNU_SOURCE, which a Swift import cannot define, or that are variadic. */
#define _GNU_SOURCE
#include "csystem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int swasmc_memory_file(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC);
}

int swasmc_finish_output(void)
{
    if (fflush(stdout) != 0) {
        return errno;
    }
    return ferror(stdout) ? EIO : 0;
}

int swasmc_pipe(int ends[2])
{
    return pipe2(ends, O_CLOEXEC);
}

int swasmc_usable_processors(void)
{
    /* The kernel refuses a set that is smaller than its own. */
    for (int count = 1 << 10; count <= 1 << 20; count <<= 2) {
        cpu_set_t *set = CPU_ALLOC(count);
        if (!set) {
            return 0;
        }
        const size_t bytes = CPU_ALLOC_SIZE(count);
        const int usable = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (usable) {
            return usable;
        }
    }
    return 0;
}

int swasmc_adopt_orphans(void)
{
    return prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
}

int swasmc_open_process(pid_t process)
{
    return (int)syscall(SYS_pidfd_open, process, 0);
}

/* Removes the files among the entries of one read. It does not use opendir, because opendir allocates. */
static void remove_entries(int directory, const char *entries, long entriesBytes)
{
    for (long at = 0; at < entriesBytes;) {
        const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
        if (entry->d_type != DT_DIR) {
            unlinkat(directory, entry->d_name, 0);
        }
        at += entry->d_reclen;
    }
}

void swasmc_remove_flat_directory(const char *path)
{
    const int errnoBefore = errno;
    const int directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory >= 0) {
        _Alignas(struct dirent64) char entries[4096];
        long entriesBytes;
        while ((entriesBytes = syscall(SYS_getdents64, directory, entries, sizeof entries)) > 0) {
            remove_entries(directory, entries, entriesBytes);
        }
        close(directory);
    }
    rmdir(path);
    errno = errnoBefore;
}
