/* Which file it is, and in which state, so that its contents need not be read again.
 *
 * Why an identity stands for contents. The kernel sets a file's time of change (ctime) whenever its contents or its
 * owner or mode change, and nobody can set it to another time. Two things could still leave a change unseen, and
 * swasmc_settle rules both out. A change in the same tick of the clock as the one before has the same time: so the
 * clock must have moved on before the contents are read. A program that has the file mapped changes it without a
 * system call: so the pages are written out first, after which the first change of each page is noticed again. This
 * needs a file system that does so. Damage of the disk itself is not seen, as with every other program on it. */
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

/* File systems on a disk of this machine: a change by a mapping is noticed when the page was clean, and no other
 * machine changes a file. */
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
    /* A time in the future comes from a clock that was wrong. */
    for (int tick = 0; tick < MOST_TICKS; tick++) {
        if (is_past(identity->changed, identity->changed_ns)) {
            return true;
        }
        const struct timespec millisecond = {.tv_nsec = 1000000};
        swasmc_call(SYS_nanosleep, (long)&millisecond, 0, 0, 0, 0);
    }
    return false;
}
