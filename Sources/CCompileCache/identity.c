/* Identities of files. While a file keeps its identity, its contents need not be read again.
 *
 * Why an identity can stand for contents: the kernel sets a file's time of change (ctime) whenever its
 * contents, owner or mode change, and no program can set it to another time. A change could still go unseen
 * in two ways. swasmc_settle rules out both:
 * - Two changes within one tick of the clock have the same time. So swasmc_settle waits until the clock has
 *   moved on.
 * - A program that has mapped the file changes it without a system call. So swasmc_settle has the changed
 *   pages written to the disk. From then on the file system notices the first change of each page. Not every
 *   file system does so (is_known).
 * Damage of the disk itself is not noticed, as for every other program on the disk. */
#include "calls.h"

#include "hashing.h"

#include <linux/magic.h>
#include <sys/statfs.h>
#include <time.h>

void swasmc_identity_of(const struct stat *status, swasmc_identity *identity)
{
    *identity = (swasmc_identity){
        .device = status->st_dev,
        .inode = status->st_ino,
        .count = (uint64_t)status->st_size,
        .modified = (uint64_t)status->st_mtim.tv_sec,
        .modified_ns = (uint64_t)status->st_mtim.tv_nsec,
        .changed = (uint64_t)status->st_ctim.tv_sec,
        .changed_ns = (uint64_t)status->st_ctim.tv_nsec,
    };
}

bool swasmc_identify(const char *path, swasmc_identity *identity)
{
    struct stat status;
    *identity = (swasmc_identity){0};
    if (sys_stat(AT_FDCWD, path, &status, 0) || !S_ISREG(status.st_mode)) {
        return false;
    }
    swasmc_identity_of(&status, identity);
    return true;
}

/* Whether the file system is one that lies on a disk of this machine. Such a file system notices when a
 * mapping changes a clean page, and no other machine changes its files. */
static bool is_known(uint64_t kind)
{
    enum { F2FS = 0xf2f52010u };
    return kind == EXT4_SUPER_MAGIC || kind == XFS_SUPER_MAGIC || kind == BTRFS_SUPER_MAGIC || kind == (uint32_t)F2FS;
}

static bool is_past(uint64_t seconds, uint64_t nanoseconds)
{
    struct timespec now;
    swasmc_call(SYS_clock_gettime, CLOCK_REALTIME_COARSE, (long)&now, 0, 0, 0);
    const uint64_t second = (uint64_t)now.tv_sec;
    return seconds < second || (seconds == second && nanoseconds < (uint64_t)now.tv_nsec);
}

bool swasmc_settle(int file, swasmc_identity *identity)
{
    enum { MOST_TICKS = 50 };
    struct statfs system;
    struct stat status;
    if (swasmc_call(SYS_fstatfs, file, (long)&system, 0, 0, 0) || !is_known((uint64_t)system.f_type) ||
        swasmc_call(SYS_fdatasync, file, 0, 0, 0, 0) || sys_fstat(file, &status)) {
        return false;
    }
    swasmc_identity_of(&status, identity);
    /* Do not wait for a time that is far in the future. It comes from a clock that was wrong. */
    for (int tick = 0; tick < MOST_TICKS; tick++) {
        if (is_past(identity->changed, identity->changed_ns)) {
            return true;
        }
        const struct timespec millisecond = {.tv_nsec = 1000000};
        swasmc_call(SYS_nanosleep, (long)&millisecond, 0, 0, 0, 0);
    }
    return false;
}
