/* Gives up rights that the process will not need, before the first guest instruction: new privileges, files
 * outside the grants and the network (Landlock), and every system call that is not linked in (seccomp).
 *
 * Input: the grants' mode, the open descriptors of the granted directories, and the use of each held
 * descriptor (held.h). The linker makes the list of system calls: each call site in the runtime leaves its
 * number in the section swasm_syscalls, and --gc-sections keeps only those of linked code. So a module that
 * imports no socket call has none in its filter.
 * Invariant: nothing here is reachable from the guest.
 */
#include "held.h"
#include "report.h"
#include "runtime.h"
#include "sys/signal.h"
#include "text.h"

/* ---- The kernel's structures, as in <linux/landlock.h>, <linux/filter.h>, <linux/seccomp.h> ---- */

enum {
    LANDLOCK_CREATE_RULESET_VERSION = 1,
    LANDLOCK_RULE_PATH_BENEATH = 1,
    PR_SET_NO_NEW_PRIVS = 38,
    SECCOMP_SET_MODE_FILTER = 1,
};

enum { /* LANDLOCK_ACCESS_FS_* */
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_REMOVE_DIR = 1 << 4,
    FS_REMOVE_FILE = 1 << 5,
    FS_MAKE_DIR = 1 << 7,
    FS_MAKE_REG = 1 << 8,
    FS_MAKE_SYM = 1 << 12,
    FS_REFER = 1 << 13,    /* since ABI 2 */
    FS_TRUNCATE = 1 << 14, /* since ABI 3 */
    FS_IOCTL_DEV = 1 << 15, /* since ABI 5; the filter allows only two requests, which change nothing */

    FS_READING = FS_READ_FILE | FS_READ_DIR | FS_IOCTL_DEV,
    FS_WRITING = FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SYM | FS_REFER |
                 FS_TRUNCATE,
    FS_OF_FILES = FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
};

struct landlock_ruleset {
    uint64_t handled_access_fs, handled_access_net, scoped;
};

struct landlock_path_beneath {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

struct filter_instruction {
    uint16_t code;
    uint8_t jump_true, jump_false;
    uint32_t k;
};

struct filter_program {
    uint16_t length;
    const struct filter_instruction *instructions;
};

enum { /* classic BPF */
    LOAD_WORD = 0x20,
    JUMP_IF_EQUAL = 0x15,
    JUMP_IF_AT_LEAST = 0x35,
    JUMP_IF_SET = 0x45,
    JUMP = 0x05,
    RETURN = 0x06,

    DATA_NUMBER = 0,
    DATA_ARCHITECTURE = 4,
    DATA_ARGUMENT_0 = 16,
    DATA_ARGUMENT_2 = 16 + 2 * 8,
    DATA_ARGUMENT_4 = 16 + 4 * 8,

    PROT_EXEC = 4,
};
static const uint32_t RETURN_ALLOW = 0x7fff0000u, RETURN_TRAP = 0x00030000u, RETURN_KILL = 0x80000000u;

/* The result for Landlock or seccomp. LACKING: the kernel does not have it. REFUSED: it has it, but did not
 * do it. */
enum outcome { DONE, IN_PART, LACKING, REFUSED };

enum { MAX_CALLS = 200, MAX_INSTRUCTIONS = 800 };

/* Numbers of the linked system calls, put there by swasm_syscall6; the bounds are the linker's. */
extern const uint32_t __start_swasm_syscalls[] __attribute__((visibility("hidden")));
extern const uint32_t __stop_swasm_syscalls[] __attribute__((visibility("hidden")));

/* ---- Landlock ------------------------------------------------------------------------------------ */

/* All that a version of Landlock can restrict. If we ask for more, the call fails. */
static struct landlock_ruleset everything(long version)
{
    static const uint16_t access_bits[] = {13, 13, 14, 15, 15, 16};
    unsigned row = version > 5 ? 5 : (unsigned)version;
    struct landlock_ruleset all = {(1ull << access_bits[row]) - 1, 0, 0};
    if (version >= 4) all.handled_access_net = 3; /* bind and connect over TCP */
    if (version >= 6) all.scoped = 3;             /* abstract Unix sockets, signals to others */
    return all;
}

static bool allow_directory(long ruleset, int fd, uint32_t flags, uint64_t handled)
{
    uint64_t access = FS_READING | ((flags & SWASM_DIR_READ_ONLY) ? 0 : FS_WRITING);
    if (flags & SWASM_DIR_FILE) access &= FS_OF_FILES;
    struct landlock_path_beneath rule = {access & handled, fd};
    return swasm_setup_syscall5(SWASM_SYS_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, (long)&rule, 0, 0) == 0;
}

/* If the kernel refuses the rule of a grant, that grant cannot be used. All other files stay restricted. */
static bool allow_grants(long ruleset, uint64_t handled)
{
    bool all = true;
    int fd;
    uint32_t flags;
    if (!swasm_wasi_granted_directory) return true;
    for (size_t i = 0; swasm_wasi_granted_directory(i, &fd, &flags); i++)
        all = allow_directory(ruleset, fd, flags, handled) && all;
    return all;
}

static enum outcome restrict_files(void)
{
    long version = swasm_setup_syscall5(SWASM_SYS_LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_CREATE_RULESET_VERSION, 0, 0);
    if (swasm_is_error(version) || version < 1) return LACKING;
    struct landlock_ruleset rules = everything(version);
    size_t bytes = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    long ruleset = swasm_setup_syscall5(SWASM_SYS_LANDLOCK_CREATE_RULESET, (long)&rules, (long)bytes, 0, 0, 0);
    bool restricted = false, all = false;
    if (!swasm_is_error(ruleset)) {
        all = allow_grants(ruleset, rules.handled_access_fs);
        restricted = swasm_setup_syscall5(SWASM_SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0, 0, 0) == 0;
        swasm_setup_syscall5(SWASM_SYS_CLOSE, ruleset, 0, 0, 0, 0);
    }
    return !restricted ? REFUSED : all ? DONE : IN_PART;
}

/* ---- seccomp ------------------------------------------------------------------------------------- */

enum { MAX_DESCRIPTORS = 8, FIRST_OPENED = 3, INSTRUCTIONS_OF_CALL = MAX_DESCRIPTORS + 5 };

struct filter {
    struct filter_instruction instructions[MAX_INSTRUCTIONS];
    uint16_t length;
    bool opens; /* see opens() */
};

static void emit(struct filter *filter, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
    filter->instructions[filter->length++] = (struct filter_instruction){code, jump_true, jump_false, k};
}

/* The role of a call's first argument, a descriptor; 0: any open descriptor will do. */
static uint32_t role_of(uint32_t number)
{
    switch (number) {
    case SWASM_SYS_READ: case SWASM_SYS_READV: case SWASM_SYS_PREAD64: case SWASM_SYS_PREADV: case SWASM_SYS_GETDENTS64:
    case SWASM_SYS_RECVFROM: case SWASM_SYS_RECVMSG:
        return SWASM_HELD_READS;
    case SWASM_SYS_WRITEV: case SWASM_SYS_PWRITE64: case SWASM_SYS_PWRITEV: case SWASM_SYS_FTRUNCATE:
    case SWASM_SYS_FALLOCATE: case SWASM_SYS_SENDTO: case SWASM_SYS_SENDMSG:
        return SWASM_HELD_WRITES;
    case SWASM_SYS_WRITE: /* the runtime's own */
        return SWASM_HELD_MESSAGES;
    }
    return 0;
}

/* Whether the program can get descriptors that it does not hold yet. Their numbers are not those of streams
 * (swasm_fd_insert). */
static bool opens(const uint32_t *numbers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (numbers[i] == SWASM_SYS_OPENAT || numbers[i] == SWASM_SYS_OPENAT2 || numbers[i] == SWASM_SYS_ACCEPT4) return true;
    return false;
}

/* Whether the call maps or protects memory. It may not make memory executable or map a file. */
static bool maps_memory(uint32_t number) { return number == SWASM_SYS_MMAP || number == SWASM_SYS_MPROTECT; }

/* For calls that could do more than the runtime needs: the values that the runtime uses for one argument. So
 * signals go to this process alone, a terminal gets no input from here, no descriptor gets an owner, and
 * memory is not given back. The kernel reads only the low 32 bits of these arguments. */
static uint32_t allowed_values(uint32_t number, uint32_t *argument, uint32_t values[3])
{
    enum { TCGETS = 0x5401, FIONREAD = 0x541b };
    *argument = number == SWASM_SYS_TGKILL ? 0 : number == SWASM_SYS_MADVISE ? 2 : 1;
    switch (number) {
    case SWASM_SYS_TGKILL:
        values[0] = (uint32_t)swasm_setup_syscall5(SWASM_SYS_GETPID, 0, 0, 0, 0, 0);
        return 1;
    case SWASM_SYS_MADVISE:
        values[0] = SWASM_MADV_HUGEPAGE;
        return 1;
    case SWASM_SYS_IOCTL:
        values[0] = TCGETS, values[1] = FIONREAD;
        return 2;
    case SWASM_SYS_FCNTL:
        values[0] = SWASM_F_GETFL, values[1] = SWASM_F_SETFL, values[2] = SWASM_F_DUPFD_CLOEXEC;
        return 3;
    }
    return 0;
}

/* Allows the call on descriptors that are held for its role, and, if more can be opened, on those. */
static bool emit_descriptors(struct filter *filter, uint32_t number)
{
    uint32_t role = role_of(number), held[MAX_DESCRIPTORS];
    if (!role) return false;
    bool opened = filter->opens && role != SWASM_HELD_MESSAGES;
    int known = swasm_held_for(role, held, MAX_DESCRIPTORS);
    if (known < 0) return false;
    if (known > MAX_DESCRIPTORS) opened = true, known = MAX_DESCRIPTORS;
    uint32_t count = 0;
    for (int i = 0; i < known; i++)
        if (!opened || held[i] < FIRST_OPENED) held[count++] = held[i];
    emit(filter, JUMP_IF_EQUAL, number, 0, (uint8_t)(count + opened + 3));
    emit(filter, LOAD_WORD, DATA_ARGUMENT_0, 0, 0);
    for (uint32_t i = 0; i < count; i++) emit(filter, JUMP_IF_EQUAL, held[i], (uint8_t)(count - i + opened), 0);
    if (opened) emit(filter, JUMP_IF_AT_LEAST, FIRST_OPENED, 1, 0);
    emit(filter, RETURN, RETURN_TRAP, 0, 0);
    emit(filter, RETURN, RETURN_ALLOW, 0, 0);
    return true;
}

static void emit_mapping(struct filter *filter, uint32_t number)
{
    const uint32_t no_file = UINT32_MAX;
    bool maps = number == SWASM_SYS_MMAP;
    emit(filter, JUMP_IF_EQUAL, number, 0, maps ? 6 : 4);
    emit(filter, LOAD_WORD, DATA_ARGUMENT_2, 0, 0);
    emit(filter, JUMP_IF_SET, PROT_EXEC, maps ? 3 : 1, 0);
    if (maps) emit(filter, LOAD_WORD, DATA_ARGUMENT_4, 0, 0);
    if (maps) emit(filter, JUMP_IF_EQUAL, no_file, 0, 1);
    emit(filter, RETURN, RETURN_ALLOW, 0, 0);
    emit(filter, RETURN, RETURN_TRAP, 0, 0);
}

static void emit_call(struct filter *filter, uint32_t number)
{
    uint32_t argument, values[3], count = allowed_values(number, &argument, values);
    if (emit_descriptors(filter, number)) return;
    if (count) {
        emit(filter, JUMP_IF_EQUAL, number, 0, (uint8_t)(count + 3));
        emit(filter, LOAD_WORD, DATA_ARGUMENT_0 + 8 * argument, 0, 0);
        for (uint32_t i = 0; i < count; i++) emit(filter, JUMP_IF_EQUAL, values[i], (uint8_t)(count - i), 0);
        emit(filter, RETURN, RETURN_TRAP, 0, 0);
        emit(filter, RETURN, RETURN_ALLOW, 0, 0);
    } else if (maps_memory(number)) {
        emit_mapping(filter, number);
    } else {
        emit(filter, JUMP_IF_EQUAL, number, 0, 1);
        emit(filter, RETURN, RETURN_ALLOW, 0, 0);
    }
}

/* Emits a binary search, because the kernel runs the filter once for every possible number when it is
 * installed. */
static bool emit_search(struct filter *filter, const uint32_t *numbers, uint32_t count)
{
    if (count <= 3) {
        if (filter->length + INSTRUCTIONS_OF_CALL * count + 1 > MAX_INSTRUCTIONS) return false;
        for (uint32_t i = 0; i < count; i++) emit_call(filter, numbers[i]);
        emit(filter, RETURN, RETURN_TRAP, 0, 0);
        return true;
    }
    uint32_t half = count / 2, branch = filter->length + 1u;
    if (branch >= MAX_INSTRUCTIONS) return false;
    emit(filter, JUMP_IF_AT_LEAST, numbers[half], 0, 1);
    emit(filter, JUMP, 0, 0, 0); /* a distance of 32 bits */
    if (!emit_search(filter, numbers, half)) return false;
    filter->instructions[branch].k = filter->length - branch - 1;
    return emit_search(filter, numbers + half, count - half);
}

/* Inserts a number into an ascending list without repeating one. */
static bool insert(uint32_t *numbers, uint32_t *count, uint32_t number)
{
    uint32_t place = 0;
    while (place < *count && numbers[place] < number) place++;
    if (place < *count && numbers[place] == number) return true;
    if (*count == MAX_CALLS) return false;
    for (uint32_t i = *count; i > place; i--) numbers[i] = numbers[i - 1];
    numbers[place] = number;
    ++*count;
    return true;
}

static enum outcome restrict_calls(void)
{
    static const uint32_t always[] = {SWASM_SYS_RT_SIGRETURN, SWASM_SYS_EXIT_GROUP, SWASM_SYS_RESTART_SYSCALL};
    uint32_t numbers[MAX_CALLS], count = 0;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) insert(numbers, &count, always[i]);
    for (const uint32_t *number = __start_swasm_syscalls; number != __stop_swasm_syscalls; number++)
        if (!insert(numbers, &count, *number)) return REFUSED;
    struct filter filter;
    filter.length = 0;
    filter.opens = opens(numbers, count);
    emit(&filter, LOAD_WORD, DATA_ARCHITECTURE, 0, 0);
    emit(&filter, JUMP_IF_EQUAL, SWASM_AUDIT_ARCHITECTURE, 1, 0);
    emit(&filter, RETURN, RETURN_KILL, 0, 0);
    emit(&filter, LOAD_WORD, DATA_NUMBER, 0, 0);
    if (!emit_search(&filter, numbers, count)) return REFUSED;
    struct filter_program program = {filter.length, filter.instructions};
    long status = swasm_setup_syscall5(SWASM_SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0, 0);
    return status == 0 ? DONE : status == -SWASM_ENOSYS || status == -SWASM_EINVAL ? LACKING : REFUSED;
}

/* The signal handler for a refused call. Ends the process. info->call is the number of the call. */
static void refuse(int number, swasm_signal_info *info, void *context)
{
    (void)number, (void)context;
    swasm_line line = {.length = 0};
    swasm_put_program(&line);
    swasm_put(&line, "sandbox violation: ");
    if (maps_memory(info->call)) {
        swasm_put(&line, "executable memory, or a file mapped as memory");
    } else {
        swasm_put(&line, "system call ");
        swasm_put_decimal(&line, info->call);
        uint32_t argument, values[3];
        if (allowed_values(info->call, &argument, values)) swasm_put(&line, " with this argument");
        else if (role_of(info->call)) swasm_put(&line, " on this descriptor");
        swasm_put(&line, " is not among those of this program");
    }
    swasm_put_out(&line, 2);
    swasm_exit(SWASM_TRAP_STATUS);
}

static void report_refusals(void)
{
    swasm_signal_action action = {
        .handler = refuse,
        .flags = SWASM_SA_SIGINFO | SWASM_SA_ONSTACK | SWASM_SA_RESTORER,
        .restorer = swasm_signal_return,
    };
    swasm_setup_syscall5(SWASM_SYS_RT_SIGACTION, SWASM_SIGSYS, (long)&action, 0, sizeof(uint64_t), 0);
}

/* Prints a message for each part that the kernel has but refuses. There is none for a part that an old kernel
 * lacks (docs/sandbox.md). */
static void tell(enum outcome files, enum outcome calls)
{
    if (files == IN_PART)
        swasm_complain("the kernel refuses Landlock's rule for a grant: the grant has no effect", NULL);
    if (files == REFUSED) swasm_complain("the kernel refuses Landlock: the runtime alone guards the files", NULL);
    if (calls == REFUSED) swasm_complain("the kernel refuses the filter of system calls", NULL);
}

bool swasm_harden(const swasm_grants *grants)
{
    if (grants->harden == SWASM_HARDEN_OFF) return true;
    bool privileges = swasm_setup_syscall5(SWASM_SYS_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    enum outcome files = restrict_files();
    report_refusals();
    enum outcome calls = restrict_calls();
    if (grants->harden != SWASM_HARDEN_REQUIRE) {
        tell(files, calls);
        return true;
    }
    if (privileges && files == DONE && calls == DONE) return true;
    const char *missing = !privileges ? "no_new_privs" : files != DONE ? "Landlock" : "seccomp";
    swasm_complain("--harden=require: this kernel refuses a part of the hardening", missing);
    return false;
}
