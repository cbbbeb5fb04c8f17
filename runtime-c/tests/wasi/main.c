/* Runs every test; the exit status says whether all checks held. */
#include "observe.h"

typedef struct suite {
    const char *name;
    void (*run)(void);
    bool both_resolvers; /* once with openat2, once with the component walk */
} suite;

static const suite suites[] = {
    {"startup", test_startup, false},
    {"args", test_args, false},
    {"clock", test_clock, false},
    {"random", test_random, false},
    {"process", test_process, false},
    {"io", test_io, false},
    {"descriptors", test_descriptors, false},
    {"streams", test_streams, false},
    {"metadata", test_metadata, true},
    {"directories", test_directories, false},
    {"paths", test_paths, true},
    {"names", test_names, true},
    {"poll", test_poll, false},
    {"sockets", test_sockets, false},
    {"read-only", test_read_only, true},
    {"escape", test_escape, true},
    {"memory", test_memory, false},
    {"unstable", test_unstable, false},
    {"grants", test_grants, true},
    {"errnos", test_errnos, true},
    {"injected", test_injected, true},
    {"mounts", test_mounts, true},
    {"fuzz", test_fuzz, true},
};

int main(void)
{
    char name[64];
    setvbuf(stdout, NULL, _IOLBF, 0);
    confine();
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        section = suites[i].name;
        suites[i].run();
        if (!suites[i].both_resolvers) continue;
        snprintf(name, sizeof name, "%s (component walk)", suites[i].name);
        section = name;
        swasm_resolve_without_openat2 = true;
        suites[i].run();
        swasm_resolve_without_openat2 = false;
    }
    section = "comments";
    observe_report();
    printf("wasi: %u passed, %u failed\n", checks_passed, checks_failed);
    return checks_failed != 0;
}
