/* See harness.h. */
#include "harness.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

unsigned checks_passed, checks_failed;
const char *section = "";
char last_complaint[256];

/* The fake instance: its head, then the pointer to its one memory. */
typedef struct fake_instance {
    swasm_instance head;
    swasm_memory *memories[1];
    swasm_memory memory;
    swasm_module module;
} fake_instance;

/* ---- Functions that replace those of the runtime, by the linker's --wrap -------------------------- */

size_t __wrap_swasm_text_length(const char *text);
size_t __real_swasm_text_length(const char *text);
void __wrap_swasm_complain(swasm_error_code code, const char *message, const char *detail);

const char huge_text[] = "stands for 2 GiB";

size_t __wrap_swasm_text_length(const char *text)
{
    return text == huge_text ? (size_t)1 << 31 : __real_swasm_text_length(text);
}

void __wrap_swasm_complain(swasm_error_code code, const char *message, const char *detail)
{
    check((code == SWASM_WARNING) != (code >= 1000), "the message of an error has a code");
    snprintf(last_complaint, sizeof last_complaint, "%s: %s", message, detail);
}

/* ---- Checks ------------------------------------------------------------------------------------- */

void check(bool holds, const char *what)
{
    if (holds) {
        checks_passed++;
        return;
    }
    checks_failed++;
    printf("FAILED %s: %s\n", section, what);
}

void expect(uint32_t got, uint32_t wanted, const char *what)
{
    check(got == wanted, what);
    if (got == wanted) observe_assertion(got);
    if (got != wanted) printf("       got %u, wanted %u\n", got, wanted);
}

void expect_event(sandbox *box, uint32_t event, uint32_t wanted, const char *what)
{
    expect(load16(box, event + 8), wanted, what);
    if (load16(box, event + 8) == wanted) observe_event(wanted);
}

void expect_u64(uint64_t got, uint64_t wanted, const char *what)
{
    check(got == wanted, what);
    if (got != wanted) printf("       got %#llx, wanted %#llx\n", (unsigned long long)got, (unsigned long long)wanted);
}

/* ---- The sandbox -------------------------------------------------------------------------------- */

static void give_memory(sandbox *box)
{
    enum { GUARD = 65536 };
    uint8_t *reservation = mmap(NULL, MEMORY_BYTES + 2 * GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    box->memory = reservation + GUARD;
    mprotect(box->memory, MEMORY_BYTES, PROT_READ | PROT_WRITE);
    fake_instance *fake = calloc(1, sizeof *fake);
    fake->memory = (swasm_memory){.base = box->memory, .bytes = MEMORY_BYTES};
    fake->memories[0] = &fake->memory;
    fake->module.memory_count = 1;
    fake->module.memory_pointers_offset = offsetof(fake_instance, memories);
    fake->head.module = &fake->module;
    box->instance = &fake->head;
    box->next = 1024;
}

/* The guest's standard streams are copies, so that tests may close them. The context starts with 0 to 2, and
 * then its entries get copies. */
static void copy_streams(sandbox *box)
{
    for (int fd = 0; fd < 3; fd++) {
        swasm_fd *entry = &box->context.fds.entries[fd];
        if (entry->open && entry->host == fd) entry->host = fcntl(fd, F_DUPFD, 200);
    }
}

static void start(sandbox *box, const swasm_grant_dir *dirs, size_t dir_count)
{
    static const char *const args[] = {"program", "one", "two words", ""};
    static const char *const env[] = {"A=1", "LONG=some longer value"};
    swasm_grants grants = {.dirs = dirs, .dir_count = dir_count, .env = env, .env_count = 2};
    if (!box->memory) give_memory(box);
    observe_new_context();
    if (!swasm_wasi_context_start(&box->context, box->instance, &grants, 4, args)) {
        printf("cannot start a sandbox: %s\n", last_complaint);
        exit(2);
    }
    copy_streams(box);
}

void sandbox_start_bare(sandbox *box)
{
    memset(box, 0, sizeof *box);
    start(box, NULL, 0);
}

static void start_with_grants(sandbox *box)
{
    char granted[160], readonly[160];
    snprintf(granted, sizeof granted, "%s/granted", box->base);
    snprintf(readonly, sizeof readonly, "%s/readonly", box->base);
    swasm_grant_dir dirs[] = {{granted, "/", 0}, {readonly, "/ro", SWASM_DIR_READ_ONLY}};
    start(box, dirs, 2);
}

void sandbox_start(sandbox *box)
{
    memset(box, 0, sizeof *box);
    snprintf(box->base, sizeof box->base, "%s/box-XXXXXX", confined_to);
    if (!mkdtemp(box->base)) exit(2);
    host_directory(box, "granted");
    host_directory(box, "readonly");
    host_directory(box, "outside");
    host_file(box, "outside/secret", "secret");
    start_with_grants(box);
}

void sandbox_restart(sandbox *box)
{
    swasm_wasi_context_end(&box->context);
    memset(&box->context, 0, sizeof box->context);
    start_with_grants(box);
}

bool sandbox_grant(sandbox *box, const swasm_grants *grants)
{
    swasm_wasi_context_end(&box->context);
    memset(&box->context, 0, sizeof box->context);
    observe_new_context();
    bool started = swasm_wasi_context_start(&box->context, box->instance, grants, 0, NULL);
    copy_streams(box);
    return started;
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *position)
{
    (void)stat, (void)type, (void)position;
    return remove(path);
}

void sandbox_end(sandbox *box)
{
    swasm_wasi_context_end(&box->context);
    if (box->base[0]) nftw(box->base, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    munmap(box->memory - 65536, MEMORY_BYTES + 2 * 65536);
    free(box->instance);
}

void sandbox_drop_memory(sandbox *box)
{
    ((fake_instance *)(void *)box->instance)->module.memory_count = 0;
}

/* ---- Guest memory ------------------------------------------------------------------------------- */

uint32_t room(sandbox *box, uint32_t bytes)
{
    if (box->next + bytes > MEMORY_BYTES) box->next = 1024;
    uint32_t address = box->next;
    box->next += bytes + 3; /* leaves every alignment in use */
    return address;
}

uint32_t at(sandbox *box, const void *bytes, uint32_t count)
{
    uint32_t address = room(box, count);
    memcpy(box->memory + address, bytes, count);
    return address;
}

uint32_t iovec(sandbox *box, uint32_t address, uint32_t bytes)
{
    uint32_t pair[] = {address, bytes};
    return at(box, pair, sizeof pair);
}

uint16_t load16(const sandbox *box, uint32_t address)
{
    uint16_t value;
    memcpy(&value, box->memory + address, sizeof value);
    return value;
}

uint32_t load32(const sandbox *box, uint32_t address)
{
    uint32_t value;
    memcpy(&value, box->memory + address, sizeof value);
    return value;
}

uint64_t load64(const sandbox *box, uint32_t address)
{
    uint64_t value;
    memcpy(&value, box->memory + address, sizeof value);
    return value;
}

/* ---- Calls in short ----------------------------------------------------------------------------- */

uint32_t open_path(sandbox *box, uint32_t fd, const char *path, uint32_t lookup, uint32_t oflags,
                   uint64_t rights, uint32_t fdflags, uint32_t *opened)
{
    uint32_t result = room(box, 4), bytes = (uint32_t)strlen(path);
    uint32_t error = swasm_wasi_path_open(box->instance, fd, lookup, at(box, path, bytes), bytes, oflags,
                                          rights, SWASM_RIGHTS_ALL, fdflags, result);
    if (!error) *opened = load32(box, result);
    return error;
}

uint32_t open_file(sandbox *box, uint32_t fd, const char *path, uint32_t oflags)
{
    uint32_t opened = UINT32_MAX;
    uint64_t rights = SWASM_RIGHTS_ALL;
    if (oflags & SWASM_OFLAG_DIRECTORY) rights = SWASM_RIGHTS_DIRECTORY;
    expect(open_path(box, fd, path, 0, oflags, rights, 0, &opened), 0, path);
    return opened;
}

uint32_t write_text(sandbox *box, uint32_t fd, const char *text)
{
    uint32_t bytes = (uint32_t)strlen(text), result = room(box, 4);
    uint32_t iov = iovec(box, at(box, text, bytes), bytes);
    uint32_t error = swasm_wasi_fd_write(box->instance, fd, iov, 1, result);
    if (!error) check(load32(box, result) == bytes, "fd_write writes everything");
    return error;
}

bool reads(sandbox *box, uint32_t fd, const char *text)
{
    uint32_t buffer = room(box, 100), result = room(box, 4);
    uint32_t error = swasm_wasi_fd_read(box->instance, fd, iovec(box, buffer, 100), 1, result);
    return !error && load32(box, result) == strlen(text) &&
           memcmp(box->memory + buffer, text, strlen(text)) == 0;
}

/* ---- The host's side ---------------------------------------------------------------------------- */

static const char *host_path(const sandbox *box, const char *path, char full[512])
{
    snprintf(full, 512, "%s/%s", box->base, path);
    return full;
}

void host_file(const sandbox *box, const char *path, const char *text)
{
    char full[512];
    FILE *file = fopen(host_path(box, path, full), "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) exit(2);
}

void host_directory(const sandbox *box, const char *path)
{
    char full[512];
    if (mkdir(host_path(box, path, full), 0777) != 0) exit(2);
}

void host_link(const sandbox *box, const char *target, const char *path)
{
    char full[512];
    if (symlink(target, host_path(box, path, full)) != 0) exit(2);
}

void host_remove(const sandbox *box, const char *path)
{
    char full[512];
    if (remove(host_path(box, path, full)) != 0) exit(2);
}

bool host_exists(const sandbox *box, const char *path)
{
    char full[512];
    struct stat stat;
    return lstat(host_path(box, path, full), &stat) == 0;
}

bool host_file_is(const sandbox *box, const char *path, const char *text)
{
    char full[512], bytes[256] = {0};
    FILE *file = fopen(host_path(box, path, full), "r");
    if (!file) return false;
    size_t count = fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    return count == strlen(text) && memcmp(bytes, text, count) == 0;
}
