/* A program prints a message if it was compiled for a better processor than this machine has. */
#include "check.h"

#if defined(__x86_64__)
#include "../src/sys/x86_64/processor.c"

static void lesser_machines_are_told(void)
{
    for (uint32_t machine = 1; machine <= 4; machine++)
        for (uint64_t level = 0; level <= 4; level++) {
            const char *refusal = refusal_by(machine, level);
            CHECK((refusal != NULL) == (level > machine));
            if (!refusal) continue;
            CHECK(strstr(refusal, "x86-64-v") && strstr(refusal, "x86-64-v")[8] == (char)('0' + level));
        }
}

static void this_machine_runs_its_own_level(void)
{
    uint32_t machine = level_of_machine();
    CHECK(machine >= 1 && machine <= 4);
    CHECK(swasm_processor_refusal(machine) == NULL);
    CHECK(machine == 4 || swasm_processor_refusal(machine + 1) != NULL);
}

#else
static void lesser_machines_are_told(void) {}
static void this_machine_runs_its_own_level(void) {}
#endif

int main(void)
{
    RUN(lesser_machines_are_told);
    RUN(this_machine_runs_its_own_level);
    return finish();
}
