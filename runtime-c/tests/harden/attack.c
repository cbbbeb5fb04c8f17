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
#ifndef WITHOUT_FD_WRITE
    swasm_record_call(SWASM_SYS_WRITEV);
#endif
    swasm_record_call(SWASM_SYS_WRITE);
    tell("got", swasm_recorded_syscall5(call, fd, call == SWASM_SYS_WRITE ? (long)bytes : (long)&vector,
                                        call == SWASM_SYS_WRITE ? 0 : 1, 0, 0) != -SWASM_ENOSYS);
}
ATTEMPT write_to_input(void) { transfer(SWASM_SYS_WRITEV, 0); }
ATTEMPT read_from_output(void) { transfer(SWASM_SYS_READV, 1); }
ATTEMPT read_from_errors(void) { transfer(SWASM_SYS_READV, 2); }
ATTEMPT say_to_output(void) { transfer(SWASM_SYS_WRITE, 1); }
ATTEMPT say_to_input(void) { transfer(SWASM_SYS_WRITE, 0); }
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

#ifdef WITH_CLOCK
/* Reads a clock through WASI. */
ATTEMPT ask_clock(void)
{
    tell("got", swasm_wasi_clock_time_get((swasm_instance *)(void *)&swasm_main_state, SWASM_CLOCK_MONOTONIC, 0, 64) == 0);
}
#endif

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
/* Opens a file in the read-only grant, which lies beside the writable one, for writing. */
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

#ifdef WITH_NET
/* The calls for sockets and names are linked. The attacks make system calls of their own, as if the code
 * above those calls had been taken over. */
__attribute__((used)) static void *const network_is_linked[] = {
    swasm_net_open, swasm_net_bind, swasm_net_listen, swasm_net_accept, swasm_net_connect, swasm_net_disconnect,
    swasm_net_finish_connect, swasm_net_shutdown, swasm_net_local_address, swasm_net_peer_address, swasm_net_get_option,
    swasm_net_set_option, swasm_net_send_to, swasm_net_receive_from,
#ifndef WITHOUT_NAMES
    swasm_net_resolve, swasm_net_resolve_next,
#endif
};
enum {
    AF_UNIX = 1, AF_INET6 = 10, AF_NETLINK = 16, AF_PACKET = 17, SOCK_DGRAM = 2, SOCK_RAW = 3, SOCK_FLAGS = 02004000,
    MPTCP = 262, UDPLITE = 136, SCTP = 132, QUIET = 0x4040, FASTOPEN = 0x20000000, SO_BROADCAST = 6, SO_BINDTODEVICE = 25,
    SO_MARK = 36, TCP_FASTOPEN_CONNECT = 30, IP_TRANSPARENT = 19, SERVER = 3,
};
/* A call that the filter lets through reaches the kernel, whatever that says. */
static void reached(long result) { tell("got", result != -SWASM_ENOSYS); }
static long make(long family, long type, long protocol)
{
    return raw(SWASM_SYS_SOCKET, family, type | SOCK_FLAGS, protocol, 0, 0, 0);
}
ATTEMPT net_stream(void) { reached(make(AF_INET, SOCK_STREAM, 0)); }
ATTEMPT net_stream6(void) { reached(make(AF_INET6, SOCK_STREAM, 0)); }
ATTEMPT net_datagrams(void) { reached(make(AF_INET, SOCK_DGRAM, 0)); }
ATTEMPT net_unix(void) { reached(make(AF_UNIX, SOCK_STREAM, 0)); }
ATTEMPT net_netlink(void) { reached(make(AF_NETLINK, SOCK_DGRAM, 0)); }
ATTEMPT net_packets(void) { reached(make(AF_PACKET, SOCK_RAW, 0)); }
ATTEMPT net_raw(void) { reached(make(AF_INET, SOCK_RAW, 1)); }
ATTEMPT net_multipath(void) { reached(make(AF_INET, SOCK_STREAM, MPTCP)); }
ATTEMPT net_sctp(void) { reached(make(AF_INET, SOCK_STREAM, SCTP)); }
ATTEMPT net_lite(void) { reached(make(AF_INET, SOCK_DGRAM, UDPLITE)); }
ATTEMPT net_inherited(void) { reached(raw(SWASM_SYS_SOCKET, AF_INET, SOCK_STREAM, 0, 0, 0, 0)); } /* without CLOEXEC */

typedef struct inet_address {
    uint16_t family;
    uint8_t port[2], host[4], zeros[8];
} inet_address;
static inet_address loopback(uint16_t port)
{
    return (inet_address){AF_INET, {(uint8_t)(port >> 8), (uint8_t)port}, {127, 0, 0, 1}, {0}};
}
/* Whether Landlock lets the call through. */
static void allowed(long result) { tell("got", result != -SWASM_EACCES && result != -SWASM_ENOSYS); }
static void to_port(long call, uint16_t port)
{
    inet_address at = loopback(port);
    allowed(raw(call, make(AF_INET, SOCK_STREAM, 0), (long)&at, sizeof at, 0, 0, 0));
}
ATTEMPT net_connect(void) { to_port(CONNECT, 5999); }
ATTEMPT net_connect_elsewhere(void) { to_port(CONNECT, 6001); }
ATTEMPT net_bind(void) { to_port(SWASM_SYS_BIND, 5999); }
ATTEMPT net_bind_any(void) { to_port(SWASM_SYS_BIND, 0); }
ATTEMPT net_bind_elsewhere(void) { to_port(SWASM_SYS_BIND, 6001); }
ATTEMPT net_listen(void) { allowed(raw(SWASM_SYS_LISTEN, make(AF_INET, SOCK_STREAM, 0), 1, 0, 0, 0, 0)); }

/* Nothing is sent: the data lies at an address that the process does not have. */
static void send_on(long fd, long flags, uint16_t port)
{
    inet_address to = loopback(port);
    reached(raw(SWASM_SYS_SENDTO, fd, 1, 1, flags, port ? (long)&to : 0, port ? sizeof to : 0));
}
ATTEMPT net_fast_open(void) { send_on(make(AF_INET, SOCK_STREAM, 0), QUIET | FASTOPEN, 6001); }
ATTEMPT net_send(void) { send_on(make(AF_INET, SOCK_DGRAM, 0), QUIET, 6001); }
/* On the socket to the name server. */
ATTEMPT net_ask_server(void) { send_on(SERVER, QUIET, 0); }
ATTEMPT net_ask_others(void) { send_on(SERVER, QUIET, 6001); }

static void set(long level, long option)
{
    int32_t yes = 1;
    reached(raw(SWASM_SYS_SETSOCKOPT, make(AF_INET, SOCK_STREAM, 0), level, option, (long)&yes, sizeof yes, 0));
}
ATTEMPT net_keep_alive(void) { set(1, 9); }
ATTEMPT net_broadcast(void) { set(1, SO_BROADCAST); }
ATTEMPT net_device(void) { set(1, SO_BINDTODEVICE); }
ATTEMPT net_mark(void) { set(1, SO_MARK); }
ATTEMPT net_fast_connect(void) { set(6, TCP_FASTOPEN_CONNECT); }
ATTEMPT net_transparent(void) { set(0, IP_TRANSPARENT); }
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
