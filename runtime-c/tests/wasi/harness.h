/* A test bench for the WASI calls, as a host program: a fake instance whose memory ends at guard pages, a
 * temporary directory with an `outside` beside the granted directories, and checks that are counted.
 *
 * The calls under test are the runtime's own sources, built with AddressSanitizer and UBSan, and once more the
 * archive's objects (wasi.mk).
 */
#ifndef SWASM_TESTS_WASI_HARNESS_H
#define SWASM_TESTS_WASI_HARNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "../../src/wasi/context.h"
#include "../../src/wasi/resolve.h"

enum { MEMORY_BYTES = 2 * 65536, NOWHERE = MEMORY_BYTES };

/* Makes a temporary directory. From then on this process can write only there. All sandboxes are made in it.
 * If the code is broken on purpose to see a test fail, the escape succeeds, and even then it must not reach
 * the machine's files. Returns in a child process. Ends it if the kernel cannot confine it. */
void confine(void);
extern char confined_to[100];
/* Whether the directory has our own file systems: `full`, with room for a few pages, and `fixed`, which is
 * read-only and has a `file`. False if this process may not mount. */
extern bool mounted;

/* On disk there are base/granted, base/readonly (both granted) and base/outside (with the file "secret"). */
typedef struct sandbox {
    swasm_instance *instance;
    swasm_wasi_context context;
    uint8_t *memory;
    char base[128];
    uint32_t next; /* where the next argument goes in memory */
} sandbox;

enum { GRANTED = 3, READ_ONLY = 4 };

/* Each test starts with its own sandbox and ends it, which removes the directory. */
void sandbox_start(sandbox *box);
void sandbox_end(sandbox *box);
/* The same without grants and without a directory. */
void sandbox_start_bare(sandbox *box);
/* Starts WASI anew on the same directories, as another run of the program would. */
void sandbox_restart(sandbox *box);
/* Starts WASI anew with these grants and without arguments. False if it refuses; see last_complaint. */
bool sandbox_grant(sandbox *box, const swasm_grants *grants);
/* Makes the instance have no memory at all. */
void sandbox_drop_memory(sandbox *box);

/* The name of a check says what should hold. */
void check(bool holds, const char *what);
void expect(uint32_t got, uint32_t wanted, const char *what);
/* The errno in the event (32 bytes at `event`) that poll_oneoff has just stored. */
void expect_event(sandbox *box, uint32_t event, uint32_t wanted, const char *what);
void expect_u64(uint64_t got, uint64_t wanted, const char *what);
extern unsigned checks_passed, checks_failed;
/* Printed before the name of a failed check. */
extern const char *section;

/* Arguments in guest memory; `at` puts bytes there and returns their address. */
uint32_t at(sandbox *box, const void *bytes, uint32_t count);
uint32_t room(sandbox *box, uint32_t bytes);
/* A list of one buffer. */
uint32_t iovec(sandbox *box, uint32_t address, uint32_t bytes);
uint32_t load32(const sandbox *box, uint32_t address);
uint64_t load64(const sandbox *box, uint32_t address);
uint16_t load16(const sandbox *box, uint32_t address);

/* Calls with the path as text; descriptors and results come back directly. */
uint32_t open_path(sandbox *box, uint32_t fd, const char *path, uint32_t lookup, uint32_t oflags,
                   uint64_t rights, uint32_t fdflags, uint32_t *opened);
uint32_t open_file(sandbox *box, uint32_t fd, const char *path, uint32_t oflags);
uint32_t write_text(sandbox *box, uint32_t fd, const char *text);
/* Reads up to 100 bytes and compares. */
bool reads(sandbox *box, uint32_t fd, const char *text);

/* Functions for files on the host. Paths are relative to base. */
void host_file(const sandbox *box, const char *path, const char *text);
void host_directory(const sandbox *box, const char *path);
void host_link(const sandbox *box, const char *target, const char *path);
void host_remove(const sandbox *box, const char *path);
bool host_exists(const sandbox *box, const char *path);
bool host_file_is(const sandbox *box, const char *path, const char *text);

/* A string whose length is 2 GiB for the runtime. */
extern const char huge_text[];
/* The last message that swasm_complain got. */
extern char last_complaint[256];

void test_startup(void);
void test_args(void);
void test_clock(void);
void test_random(void);
void test_io(void);
void test_descriptors(void);
void test_streams(void);
void test_metadata(void);
void test_directories(void);
void test_paths(void);
void test_names(void);
void test_poll(void);
void test_sockets(void);
void test_read_only(void);
void test_escape(void);
void test_memory(void);
void test_unstable(void);
void test_embedded(void);
void test_process(void);
void test_fuzz(void);
void test_grants(void);
void test_injected(void);
void test_errnos(void);
void test_mounts(void);
void test_net(void);
void test_net_errors(void);
void test_lookups(void);

#endif
