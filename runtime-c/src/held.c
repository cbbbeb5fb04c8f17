/* See held.h. The system calls here are not recorded, so they are not allowed once guest code runs. */
#include "held.h"

#include "alloc.h"
#include "coredump.h"
#include "memory_runs.h"
#include "profile.h"
#include "snapshot.h"
#include "sys/sys.h"

enum { STREAMS = 3, OUTPUT = 1, ERRORS = 2, LAST = -1 /* the largest unsigned number */ };

typedef struct held {
    uint32_t descriptor, roles;
} held;

static held *list;
static int list_length, list_capacity;
static bool is_known;

/* Adds a descriptor. The list stays ascending and without repetitions. */
static bool add(uint32_t descriptor, uint32_t roles)
{
    int place = 0;
    while (place < list_length && list[place].descriptor < descriptor) place++;
    if (place < list_length && list[place].descriptor == descriptor) {
        list[place].roles |= roles;
        return true;
    }
    if (list_length == list_capacity) {
        int capacity = list_capacity ? 2 * list_capacity : 8;
        held *larger = swasm_allocate_array((size_t)capacity, sizeof *larger);
        if (!larger) return false;
        if (list_length) __builtin_memcpy(larger, list, (size_t)list_length * sizeof *larger);
        list = larger, list_capacity = capacity;
    }
    for (int i = list_length++; i > place; i--) list[i] = list[i - 1];
    list[place] = (held){descriptor, roles};
    return true;
}

/* Adds a descriptor of the runtime. `find` is NULL if what has it is not linked. */
__attribute__((noinline)) static bool add_own(int (*find)(void), uint32_t roles)
{
    const int descriptor = find ? find() : -1;
    return descriptor < 0 || add((uint32_t)descriptor, roles);
}

/* Messages go to the host's standard error, whatever the guest has there. Results of --invoke go to the
 * host's standard output. A stream that the guest was not given is not held. */
bool swasm_held_find(const swasm_grants *grants)
{
    bool done = true;
    for (uint32_t stream = 0; stream < STREAMS; stream++) {
        bool messages = stream == ERRORS || (stream == OUTPUT && grants->invoke);
        if (messages || !grants->null_streams[stream]) done &= add(stream, messages ? SWASM_HELD_MESSAGES : 0);
    }
    uint32_t descriptor, roles;
    if (swasm_wasi_descriptor)
        for (size_t i = 0; swasm_wasi_descriptor(i, &descriptor, &roles); i++) done &= add(descriptor, roles);
    done &= add_own(swasm_profile_descriptor, SWASM_HELD_MESSAGES);
    done &= add_own(swasm_coredump_descriptor, SWASM_HELD_MESSAGES);
    done &= add_own(swasm_memory_runs_descriptor, SWASM_HELD_READS);
    if (swasm_snapshot_take) done &= add(SWASM_SNAPSHOT_DESCRIPTOR, SWASM_HELD_MESSAGES);
    is_known = true;
    return done;
}

int swasm_held_for(uint32_t role, uint32_t *found, int room)
{
    int count = 0;
    if (!is_known) return -1;
    for (int i = 0; i < list_length; i++) {
        if (!(list[i].roles & role)) continue;
        if (count < room) found[count] = list[i].descriptor;
        count++;
    }
    return count;
}

/* ---- Closing ------------------------------------------------------------------------------------- */

static bool is_held(uint32_t descriptor)
{
    for (int i = 0; i < list_length; i++)
        if (list[i].descriptor == descriptor) return true;
    return false;
}

static bool close_range(uint32_t first, uint32_t last)
{
    return first > last || swasm_setup_syscall5(SWASM_SYS_CLOSE_RANGE, first, last, 0, 0, 0) == 0;
}

static void close_one(uint32_t descriptor)
{
    if (!is_held(descriptor)) swasm_setup_syscall5(SWASM_SYS_CLOSE, descriptor, 0, 0, 0, 0);
}

/* Closes those that /proc/self/fd lists; false if there is no such directory. */
static bool close_listed(void)
{
    long directory = swasm_setup_syscall5(SWASM_SYS_OPENAT, SWASM_AT_FDCWD, (long)"/proc/self/fd",
                                          SWASM_O_RDONLY | SWASM_O_DIRECTORY | SWASM_O_CLOEXEC, 0, 0);
    if (swasm_is_error(directory)) return false;
    _Alignas(swasm_dirent) uint8_t entries[2048];
    long bytes;
    while ((bytes = swasm_setup_syscall5(SWASM_SYS_GETDENTS64, directory, (long)entries, sizeof entries, 0, 0)) > 0) {
        for (long at = 0; at < bytes;) {
            const swasm_dirent *entry = (const swasm_dirent *)(const void *)(entries + at);
            uint32_t number = 0;
            const char *digit = entry->name;
            for (; *digit >= '0' && *digit <= '9'; digit++) number = number * 10 + (uint32_t)(*digit - '0');
            if (!*digit && number != (uint32_t)directory) close_one(number);
            at += entry->record_bytes;
        }
    }
    swasm_setup_syscall5(SWASM_SYS_CLOSE, directory, 0, 0, 0, 0);
    return bytes == 0;
}

/* Closes all numbers below the limit. If the limit was lowered meanwhile, descriptors above it stay open. */
static void close_below_limit(void)
{
    enum { RLIMIT_NOFILE = 7, MOST = 1 << 20 };
    uint64_t limits[2] = {MOST, MOST};
    swasm_setup_syscall5(SWASM_SYS_PRLIMIT64, 0, RLIMIT_NOFILE, 0, (long)limits, 0);
    for (uint32_t number = 0; number < (limits[1] < MOST ? limits[1] : MOST); number++) close_one(number);
}

void swasm_held_close_others(void)
{
    bool done = true;
    uint32_t next = 0;
    for (int i = 0; i < list_length && done; i++) {
        if (list[i].descriptor > next) done = close_range(next, list[i].descriptor - 1);
        next = list[i].descriptor + 1;
    }
    if (done && close_range(next, (uint32_t)LAST)) return;
    if (!close_listed()) close_below_limit(); /* before Linux 5.9 */
}
