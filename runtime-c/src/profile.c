/* Writes the counts of an executable that was compiled with --pgo-generate. Only such an executable links
 * this file.
 *
 * Output: "swasmprf", u32 version, u32 0, u64 hash of the module, then the section swasm_profile as it is in
 * memory: for each function u32 index, u32 count, u64[count]. Sources/Lowering/profile/Profile.swift reads
 * it.
 */
#include "profile.h"

#include "../abi/swasm_abi.h"
#include "text.h"

enum { WRITE_ONLY = 1, CREATE = 0100, TRUNCATE = 01000, CLOSE_ON_EXEC = 02000000, CURRENT_DIRECTORY = -100, FIRST_FREE = 3 };

extern const uint64_t swasm_profile_module __attribute__((visibility("hidden")));
extern const char swasm_profile_path[] __attribute__((visibility("hidden")));
/* Bounds of the counters; the linker makes these names. */
extern const uint8_t __start_swasm_profile[] __attribute__((weak, visibility("hidden")));
extern const uint8_t __stop_swasm_profile[] __attribute__((weak, visibility("hidden")));

static int file = -1;

static const char *value_of(const char *entry, const char *name)
{
    while (*name && *entry == *name) entry++, name++;
    return *name ? NULL : entry;
}

/* If a standard stream is closed, the opened file gets its number, and then the guest would get the file. */
static long move_from_streams(long opened)
{
    long moved = swasm_setup_syscall5(SWASM_SYS_FCNTL, opened, SWASM_F_DUPFD_CLOEXEC, FIRST_FREE, 0, 0);
    swasm_setup_syscall5(SWASM_SYS_CLOSE, opened, 0, 0, 0, 0);
    return moved;
}

bool swasm_profile_begin(const char *const *envp, bool sealed, bool has_foreign_rights)
{
    if (has_foreign_rights) {
        swasm_complain("a program that runs with the rights of another user writes no profile", NULL);
        return false;
    }
    const char *path = swasm_profile_path;
    for (; !sealed && *envp; envp++) {
        const char *value = value_of(*envp, "SWASM_PROFILE=");
        if (value && *value) path = value;
    }
    long opened = swasm_setup_syscall5(SWASM_SYS_OPENAT, CURRENT_DIRECTORY, (long)path,
                                       WRITE_ONLY | CREATE | TRUNCATE | CLOSE_ON_EXEC, 0666, 0);
    if (!swasm_is_error(opened) && opened < FIRST_FREE) opened = move_from_streams(opened);
    if (swasm_is_error(opened)) {
        swasm_complain("the profile cannot be written", path);
        return false;
    }
    file = (int)opened;
    return true;
}

int swasm_profile_descriptor(void) { return file; }

static bool put(const void *bytes, uint64_t count)
{
    const uint8_t *rest = bytes;
    while (count) {
        long written = swasm_syscall3(SWASM_SYS_WRITE, file, (long)rest, (long)count);
        if (swasm_is_error(written) || written == 0) return false;
        rest += written;
        count -= (uint64_t)written;
    }
    return true;
}

void swasm_profile_end(void)
{
    static const struct {
        char magic[8];
        uint32_t version, reserved;
    } head = {{'s', 'w', 'a', 's', 'm', 'p', 'r', 'f'}, 1, 0};
    if (file < 0) return;
    bool done = put(&head, sizeof head) && put(&swasm_profile_module, sizeof swasm_profile_module) &&
                put(__start_swasm_profile, (uint64_t)(__stop_swasm_profile - __start_swasm_profile));
    file = -1;
    if (!done) swasm_complain("the profile could not be written", NULL);
}

/* Counts a call of `function` (an index) at one call site. `slots` are that site's: four pairs (index + 1,
 * count), then the count of all other functions. */
void swasm_profile_target(uint64_t *slots, uint32_t function)
{
    enum { SLOTS = 4 };
    uint64_t wanted = (uint64_t)function + 1;
    for (uint64_t *slot = slots; slot < slots + 2 * SLOTS; slot += 2) {
        if (!slot[0]) slot[0] = wanted;
        if (slot[0] != wanted) continue;
        slot[1]++;
        return;
    }
    slots[2 * SLOTS]++;
}
