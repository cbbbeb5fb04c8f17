/* Writes the counts of an executable that was compiled with --pgo-generate. Only such an executable links
 * this file.
 *
 * Output: "swasmprf", u32 version, u32 0, u64 hash of the module, then the section swasm_profile as it is in
 * memory: for each function u32 index, u32 count, u64[count]. Sources/Lowering/profile/Profile.swift reads
 * it.
 */
#include "profile.h"

#include "../abi/swasm_abi.h"
#include "output_file.h"
#include "text.h"

extern const uint64_t swasm_profile_module __attribute__((visibility("hidden")));
extern const char swasm_profile_path[] __attribute__((visibility("hidden")));
/* Bounds of the counters; the linker makes these names. */
extern const uint8_t __start_swasm_profile[] __attribute__((weak, visibility("hidden")));
extern const uint8_t __stop_swasm_profile[] __attribute__((weak, visibility("hidden")));

static int file = -1;

bool swasm_profile_begin(const swasm_grants *grants, bool has_foreign_rights)
{
    const swasm_output output = {SWASM_ERROR_PROFILE_FILE, "profile", "SWASM_PROFILE", swasm_profile_path};
    return swasm_output_open(&output, grants, has_foreign_rights, &file);
}

int swasm_profile_descriptor(void) { return file; }

void swasm_profile_end(void)
{
    static const struct {
        char magic[8];
        uint32_t version, reserved;
    } head = {{'s', 'w', 'a', 's', 'm', 'p', 'r', 'f'}, 1, 0};
    if (file < 0) return;
    bool done = swasm_output_write(file, &head, sizeof head) &&
                swasm_output_write(file, &swasm_profile_module, sizeof swasm_profile_module) &&
                swasm_output_write(file, __start_swasm_profile, (uint64_t)(__stop_swasm_profile - __start_swasm_profile));
    file = -1;
    if (!done) swasm_complain(SWASM_ERROR_PROFILE_FILE, "the profile could not be written", NULL);
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
