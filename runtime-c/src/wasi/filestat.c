/* See filestat.h. */
#include "filestat.h"

#include "guest.h"

/* A time before 1970 becomes 0, the earliest that there is. One after 2554 becomes the latest. */
static uint64_t nanoseconds(swasm_statx_time time)
{
    uint64_t result;
    if (time.seconds < 0) return 0;
    if (__builtin_mul_overflow((uint64_t)time.seconds, 1000000000u, &result)) return UINT64_MAX;
    return __builtin_add_overflow(result, time.nanoseconds, &result) ? UINT64_MAX : result;
}

/* Stores dev, ino and file type, which are at the same offsets in both layouts. */
static void store_head(uint8_t *result, const swasm_statx *stat, uint8_t filetype)
{
    swasm_guest_set_u64(result, (uint64_t)stat->dev_major << 32 | stat->dev_minor);
    swasm_guest_set_u64(result + 8, stat->inode);
    result[16] = filetype;
}

static void store_tail(uint8_t *result, const swasm_statx *stat)
{
    swasm_guest_set_u64(result, stat->bytes);
    swasm_guest_set_u64(result + 8, nanoseconds(stat->access));
    swasm_guest_set_u64(result + 16, nanoseconds(stat->modification));
    swasm_guest_set_u64(result + 24, nanoseconds(stat->change));
}

void swasm_filestat_store(uint8_t *result, const swasm_statx *stat, uint8_t filetype)
{
    __builtin_memset(result, 0, SWASM_FILESTAT_BYTES);
    store_head(result, stat, filetype);
    swasm_guest_set_u64(result + 24, stat->links);
    store_tail(result + 32, stat);
}

void swasm_filestat0_store(uint8_t *result, const swasm_statx *stat, uint8_t filetype)
{
    __builtin_memset(result, 0, SWASM_FILESTAT0_BYTES);
    store_head(result, stat, filetype);
    swasm_guest_set_u32(result + 20, stat->links);
    store_tail(result + 24, stat);
}

static swasm_timespec time_of(uint64_t nanoseconds, bool given, bool now)
{
    if (now) return (swasm_timespec){0, SWASM_UTIME_NOW};
    if (!given) return (swasm_timespec){0, SWASM_UTIME_OMIT};
    return (swasm_timespec){(int64_t)(nanoseconds / 1000000000u), (int64_t)(nanoseconds % 1000000000u)};
}

uint32_t swasm_filestat_times(uint64_t access, uint64_t modification, uint32_t flags,
                              swasm_timespec times[2])
{
    const uint32_t both_access = SWASM_FSTFLAG_ATIM | SWASM_FSTFLAG_ATIM_NOW;
    const uint32_t both_modification = SWASM_FSTFLAG_MTIM | SWASM_FSTFLAG_MTIM_NOW;
    if (flags & ~(uint32_t)SWASM_FSTFLAGS_ALL) return SWASM_WASI_INVAL;
    if ((flags & both_access) == both_access) return SWASM_WASI_INVAL;
    if ((flags & both_modification) == both_modification) return SWASM_WASI_INVAL;
    times[0] = time_of(access, flags & SWASM_FSTFLAG_ATIM, flags & SWASM_FSTFLAG_ATIM_NOW);
    times[1] = time_of(modification, flags & SWASM_FSTFLAG_MTIM, flags & SWASM_FSTFLAG_MTIM_NOW);
    return SWASM_WASI_SUCCESS;
}
