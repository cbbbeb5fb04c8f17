/* Runs every test; the exit status says whether all checks held. An emulator has no filters for system calls
 * and no mounts of its own; SWASM_TEST_EMULATED leaves out what needs them. */
#include <dirent.h>

#include "observe.h"

typedef struct suite {
    const char *name;
    void (*run)(void);
    bool both_resolvers; /* once with openat2, once with the component walk */
    bool needs_kernel;   /* an emulator lacks what it needs */
    unsigned leaves;     /* host descriptors that stay open after a start or a close that fails */
} suite;

static const suite suites[] = {
    {"startup", test_startup, false, false, 4},
    {"args", test_args, false, false, 0},
    {"clock", test_clock, false, false, 0},
    {"random", test_random, false, false, 0},
    {"process", test_process, false, false, 0},
    {"io", test_io, false, false, 0},
    {"descriptors", test_descriptors, false, false, 0},
    {"streams", test_streams, false, false, 0},
    {"metadata", test_metadata, true, false, 0},
    {"directories", test_directories, false, false, 0},
    {"paths", test_paths, true, false, 0},
    {"names", test_names, true, false, 0},
    {"poll", test_poll, false, false, 0},
    {"sockets", test_sockets, false, false, 0},
    {"read-only", test_read_only, true, false, 0},
    {"escape", test_escape, true, false, 0},
    {"memory", test_memory, false, false, 0},
    {"unstable", test_unstable, false, false, 0},
    {"embedded", test_embedded, false, false, 0},
    {"grants", test_grants, true, false, 1},
    {"errnos", test_errnos, true, false, 0},
    {"injected", test_injected, true, true, 3},
    {"mounts", test_mounts, true, true, 0},
    {"network", test_net, false, false, 0},
    {"network errors", test_net_errors, false, true, 0},
    {"lookups", test_lookups, false, false, 0},
    {"fuzz", test_fuzz, true, false, 0},
};

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory && readdir(directory)) count++;
    if (directory) closedir(directory);
    return count;
}

/* A call closes each host descriptor that it opened, even if it fails. */
static void run_suite(const suite *suite)
{
    unsigned before = open_descriptors(), wanted = suite->leaves;
    /* On a thread on which close fails, the hardening before the call leaves the descriptor of its Landlock
     * ruleset open, too. */
    if (calls_are_hardened && suite->run == test_injected) wanted *= 2;
    suite->run();
    expect(open_descriptors() - before, wanted, "the suite leaves no other descriptor of the host open");
}

int main(void)
{
    char name[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    confine();
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (!can_inject() && suites[i].needs_kernel) continue;
        section = suites[i].name;
        run_suite(&suites[i]);
        if (!suites[i].both_resolvers) continue;
        snprintf(name, sizeof name, "%s (component walk)", suites[i].name);
        section = name;
        swasm_resolve_without_openat2 = true;
        run_suite(&suites[i]);
        swasm_resolve_without_openat2 = false;
    }
    section = "comments";
    if (can_inject()) observe_report();
    printf("wasi: %u passed, %u failed\n", checks_passed, checks_failed);
    return checks_failed != 0;
}
