/* An executable whose guest code an attacker has taken over. ATTACK is the attack, whose result is printed.
 * If the kernel stops the attack, that line is never reached. run.sh has the expected outcome of each attack.
 */
#include "../../src/sys/sys.h"
#include "../../src/wasi/wasi.h"
#include "../guest.h"

static void say(const char *text)
{
    size_t length = 0;
    while (text[length]) length++;
    swasm_write(2, text, length);
}

static void tell(const char *what, long value)
{
    char digits[24], *at = digits + sizeof digits - 1;
    unsigned long rest = value < 0 ? -(unsigned long)value : (unsigned long)value;
    *at = '\0';
    do *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) *--at = '-';
    say(what), say(" "), say(at), say("\n");
}

/* ---- Raw system calls, which are not recorded --------------------------------------------------- */

#define raw swasm_setup_syscall6
enum {
    CONNECT = 42, CLONE = 56, EXECVE = 59, KILL = 62, PTRACE = 101, OPEN = 2, IO_URING_SETUP = 425, X32 = 0x40000000,
    PROT_EXEC = 4, AF_INET = 2, SOCK_STREAM = 1, SIGCHLD = 17,
};

#define ATTEMPT __attribute__((unused)) static void
ATTEMPT raw_openat(void) { tell("got", raw(SWASM_SYS_OPENAT, SWASM_AT_FDCWD, (long)"/etc/passwd", 0, 0, 0, 0) >= 0); }
ATTEMPT raw_open(void) { tell("got", raw(OPEN, (long)"/etc/passwd", 0, 0, 0, 0, 0) >= 0); }
ATTEMPT raw_socket(void) { tell("got", raw(SWASM_SYS_SOCKET, AF_INET, SOCK_STREAM, 0, 0, 0, 0) >= 0); }
ATTEMPT raw_kill(void) { tell("got", raw(KILL, 0, 0, 0, 0, 0, 0) == 0); }
ATTEMPT raw_io_uring(void) { tell("got", raw(IO_URING_SETUP, 0, 0, 0, 0, 0, 0) != -SWASM_ENOSYS); }
ATTEMPT raw_ptrace(void) { tell("got", raw(PTRACE, 0, 0, 0, 0, 0, 0) <= 0); }
ATTEMPT raw_x32(void) { tell("got", raw(X32 | SWASM_SYS_GETPID, 0, 0, 0, 0, 0, 0) != 0); }
ATTEMPT raw_prctl(void) { tell("got", raw(SWASM_SYS_PRCTL, 39, 0, 0, 0, 0, 0) >= 0); }
ATTEMPT raw_fork(void)
{
    if (raw(CLONE, SIGCHLD, 0, 0, 0, 0, 0) == 0) swasm_exit(0);
    tell("got", 1);
}
ATTEMPT raw_execve(void)
{
    static const char *const argv[] = {"echo", "got 1", NULL}, *const envp[] = {NULL};
    tell("failed", raw(EXECVE, (long)"/bin/echo", (long)argv, (long)envp, 0, 0, 0));
}
ATTEMPT raw_old_kernel_entry(void)
{
    long result = 20; /* getpid of i386 */
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    tell("got", result > 0);
}
ATTEMPT map_code(void)
{
    tell("got", raw(SWASM_SYS_MMAP, 0, 4096, SWASM_PROT_READ | PROT_EXEC, SWASM_MAP_PRIVATE | SWASM_MAP_ANONYMOUS, -1, 0) > 0);
}
ATTEMPT map_file(void)
{
    tell("got", raw(SWASM_SYS_MMAP, 0, 4096, SWASM_PROT_READ, SWASM_MAP_PRIVATE, 0, 0) != -SWASM_ENOSYS);
}
ATTEMPT protect_as_code(void)
{
    static _Alignas(4096) uint8_t page[4096] = {0xc3};
    tell("got", raw(SWASM_SYS_MPROTECT, (long)page, sizeof page, SWASM_PROT_READ | PROT_EXEC, 0, 0, 0) == 0);
}
/* Calls that the program makes, but with arguments that it never uses. */
static long control(int fd, long command, void *argument)
{
    return swasm_syscall3(SWASM_SYS_IOCTL, fd, command, (long)argument);
}
ATTEMPT type_for_the_user(void)
{
    enum { TIOCSTI = 0x5412 };
    char key = 'x';
    tell("got", control(1, TIOCSTI, &key) != -SWASM_ENOSYS);
}
ATTEMPT ask_terminal(void)
{
    enum { TCGETS = 0x5401 };
    uint8_t settings[64];
    tell("got", control(1, TCGETS, settings) != -SWASM_ENOSYS);
}
ATTEMPT advise(long advice)
{
    static _Alignas(4096) uint8_t page[4096];
    tell("got", swasm_syscall3(SWASM_SYS_MADVISE, (long)page, sizeof page, advice) != -SWASM_ENOSYS);
}
ATTEMPT give_memory_back(void) { advise(SWASM_MADV_DONTNEED); }
ATTEMPT ask_for_large_pages(void) { advise(SWASM_MADV_HUGEPAGE); }
#ifdef WITH_PATHS
static uint32_t open_path(uint32_t fd, const char *path, uint32_t oflags, uint64_t rights);
#endif
ATTEMPT transfer(long call, int fd)
{
#ifdef WITH_PATHS
    open_path(3, "file", 0, 0); /* so that it is linked */
#endif
    uint8_t bytes[1] = {'x'};
    swasm_iovec vector = {bytes, 0};
    swasm_record_call(SWASM_SYS_READV);
    swasm_record_call(SWASM_SYS_WRITEV);
    swasm_record_call(SWASM_SYS_WRITE);
    tell("got", swasm_recorded_syscall5(call, fd, call == SWASM_SYS_WRITE ? (long)bytes : (long)&vector,
                                        call == SWASM_SYS_WRITE ? 0 : 1, 0, 0) != -SWASM_ENOSYS);
}
ATTEMPT write_to_input(void) { transfer(SWASM_SYS_WRITEV, 0); }
ATTEMPT read_from_output(void) { transfer(SWASM_SYS_READV, 1); }
ATTEMPT read_from_errors(void) { transfer(SWASM_SYS_READV, 2); }
ATTEMPT say_to_output(void) { transfer(SWASM_SYS_WRITE, 1); }
ATTEMPT write_to_unknown(void) { transfer(SWASM_SYS_WRITEV, 3); }
ATTEMPT write_to_output(void) { transfer(SWASM_SYS_WRITEV, 1); }
ATTEMPT write_to_errors(void) { transfer(SWASM_SYS_WRITEV, 2); }
ATTEMPT read_from_input(void) { transfer(SWASM_SYS_READV, 0); }
ATTEMPT signal_other(void) { tell("got", swasm_syscall3(SWASM_SYS_TGKILL, 1, 1, 0) != -SWASM_ENOSYS); }
ATTEMPT signal_itself(void)
{
    tell("got", swasm_syscall3(SWASM_SYS_TGKILL, swasm_syscall0(SWASM_SYS_GETPID), swasm_syscall0(SWASM_SYS_GETTID), 0) == 0);
}
ATTEMPT map_data(void)
{
    tell("got", swasm_mmap(NULL, 4096, SWASM_PROT_READ | SWASM_PROT_WRITE, SWASM_MAP_PRIVATE | SWASM_MAP_ANONYMOUS) > 0);
}

/* ---- WASI calls, for tests that take the checks out of the runtime ------------------------------ */

#ifdef WITH_STREAMS
/* Prints `got 1` through WASI. */
ATTEMPT print(void)
{
    uint8_t *memory = ((guest_instance *)(void *)&swasm_main_state)->memories[0].base;
    static const uint32_t vector[] = {64, 6};
    __builtin_memcpy(memory, vector, sizeof vector);
    __builtin_memcpy(memory + 64, "got 1\n", 6);
    if (swasm_wasi_fd_write(&swasm_main_state, 1, 0, 1, 32)) swasm_exit(3);
}
__attribute__((used)) static void (*const streams_are_linked)(void) = print;
#endif

#ifdef WITH_PATHS
/* Puts a path at `address` of the guest's memory. Returns its length. */
static uint32_t put(uint32_t address, const char *path)
{
    guest_instance *instance = (guest_instance *)(void *)&swasm_main_state;
    uint8_t *memory = instance->memories[0].base;
    uint32_t length = 0;
    while (path[length]) memory[address + length] = (uint8_t)path[length], length++;
    return length;
}
static uint32_t open_path(uint32_t fd, const char *path, uint32_t oflags, uint64_t rights)
{
    return swasm_wasi_path_open(&swasm_main_state, fd, 1, 64, put(64, path), oflags, rights, 0, 0, 32);
}
enum { FIRST = 3 };
/* path_open makes the linker take fdtable.c, which uses fcntl. */
ATTEMPT raw_owner(void)
{
    enum { F_SETOWN = 8 };
    open_path(FIRST, "file", 0, 0);
    tell("got", raw(SWASM_SYS_FCNTL, 1, F_SETOWN, 1, 0, 0, 0) <= 0);
}
ATTEMPT open_inside(void) { tell("errno", open_path(FIRST, "file", 0, SWASM_RIGHT_FD_READ)); }
ATTEMPT open_beside(void) { tell("errno", open_path(FIRST, "../secret", 0, SWASM_RIGHT_FD_READ)); }
ATTEMPT open_system(void) { tell("errno", open_path(FIRST, "/etc/passwd", 0, SWASM_RIGHT_FD_READ)); }
ATTEMPT open_by_link(void) { tell("errno", open_path(FIRST, "out/secret", 0, SWASM_RIGHT_FD_READ)); }
ATTEMPT make_beside(void) { tell("errno", open_path(FIRST, "../made", SWASM_OFLAG_CREAT, SWASM_RIGHT_FD_WRITE)); }
ATTEMPT cut_beside(void) { tell("errno", open_path(FIRST, "../precious", SWASM_OFLAG_TRUNC, SWASM_RIGHT_FD_WRITE)); }
ATTEMPT list_beside(void) { tell("errno", open_path(FIRST, "..", SWASM_OFLAG_DIRECTORY, SWASM_RIGHT_FD_READDIR)); }
/* Renames a file from a writable grant into the read-only grant beside it. */
ATTEMPT write_read_only(void) { tell("errno", open_path(FIRST, "../fixed/file", 0, SWASM_RIGHT_FD_WRITE)); }
/* Calls that work on names and do not open the file. */
#define ON_NAME(call, path) tell("errno", swasm_wasi_path_##call(&swasm_main_state, FIRST, 64, put(64, path)))
ATTEMPT remove_beside(void) { ON_NAME(unlink_file, "../precious"); }
ATTEMPT make_directory_beside(void) { ON_NAME(create_directory, "../made"); }
ATTEMPT make_link_beside(void)
{
    tell("errno", swasm_wasi_path_symlink(&swasm_main_state, 64, put(64, "file"), FIRST, 128, put(128, "../made")));
}
static void move(const char *from, const char *to)
{
    tell("errno", swasm_wasi_path_rename(&swasm_main_state, FIRST, 64, put(64, from), FIRST, 128, put(128, to)));
}
ATTEMPT move_beside(void) { move("file", "../made"); }
ATTEMPT take_read_only(void) { move("../fixed/file", "made"); }
ATTEMPT link_read_only(void)
{
    tell("errno", swasm_wasi_path_link(&swasm_main_state, FIRST, 0, 64, put(64, "../fixed/file"), FIRST, 128,
                                       put(128, "made")));
}
#endif

/* Waits until nobody reads standard error any more. */
static void wait_for_end(void)
{
    swasm_pollfd reader = {.fd = 2, .events = 0};
    swasm_syscall5(SWASM_SYS_PPOLL, (long)&reader, 1, 0, 0, 0);
}

/* Prints the addresses of the memory, this stack, the table and the instance, and waits. For layout.c. */
ATTEMPT show_places(void)
{
    guest_instance *instance = (guest_instance *)(void *)&swasm_main_state;
    char here;
    tell("", (long)instance->memories[0].base);
    tell("", (long)&here);
    tell("", (long)instance->tables[0].elements);
    tell("", (long)instance);
    wait_for_end();
}

/* Prints a line and waits, so that others can look at the process. */
ATTEMPT wait_for_reader(void)
{
    say("ready\n");
    wait_for_end();
}

static void invoke_start(const swasm_funcref *function, swasm_value *slots)
{
    (void)slots;
    ((void (*)(void))function->code)();
}

static const swasm_type types[] = {{.text = "()->()", .invoke = invoke_start}};
static const swasm_function functions[] = {{.code = (void *)ATTACK, .type = 0, .index = 3}};
static const swasm_export exports[] = {{.name = {"_start", 6}, .kind = SWASM_FUNCTION, .index = 3}};
static const swasm_memory_type memories[] = {
    {.limits = {.minimum = 1, .maximum = 3}, .flags = SWASM_MEMORY_GUARDED, .page_log2 = 16}};

static const swasm_table_type tables[] = {{.limits = {.minimum = 10, .maximum = 10}}};

guest_instance storage __asm__("swasm_main_state");

static const swasm_module module = {
    GUEST_OFFSETS,
    .flags = SWASM_MODULE_STATIC_TYPE_IDS,
    .type_count = 1, .types = types,
    .export_count = 1, .exports = exports,
    .function_count = 1, .functions = functions,
    .memory_count = 1, .memories = memories,
    .table_count = 1, .tables = tables,
    .start_function = UINT32_MAX,
};

static const swasm_module *const modules[] = {&module};
const swasm_program swasm_main_program = {
    .abi_version = SWASM_ABI_VERSION, .module_count = 1, .modules = modules, .state_bytes = sizeof(guest_instance)};
