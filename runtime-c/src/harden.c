/* Gives up rights that the process will not need, before the first guest instruction: new privileges, files
 * and TCP ports outside the grants (Landlock), and every system call that is not linked in (seccomp,
 * filter.c).
 *
 * Input: the grants' mode, the open descriptors of the granted directories, and the granted ports.
 * Invariant: nothing here is reachable from the guest.
 */
#include "filter.h"
#include "runtime.h"
#include "sys/sys.h"
#include "text.h"
#include "wasi/net_filter.h"

/* ---- The kernel's structures, as in <linux/landlock.h> ------------------------------------------- */

enum {
    LANDLOCK_CREATE_RULESET_VERSION = 1,
    LANDLOCK_RULE_PATH_BENEATH = 1,
    PR_SET_NO_NEW_PRIVS = 38,
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

enum { /* LANDLOCK_ACCESS_NET_*, since ABI 4 */
    NET_BIND_TCP = 1 << 0,
    NET_CONNECT_TCP = 1 << 1,
};

struct landlock_ruleset {
    uint64_t handled_access_fs, handled_access_net, scoped;
};

struct landlock_path_beneath {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

/* ---- Landlock ------------------------------------------------------------------------------------ */

/* All that a version of Landlock can restrict. If we ask for more, the call fails. */
static struct landlock_ruleset everything(long version)
{
    static const uint16_t access_bits[] = {13, 13, 14, 15, 15, 16};
    unsigned row = version > 5 ? 5 : (unsigned)version;
    struct landlock_ruleset all = {(1ull << access_bits[row]) - 1, 0, 0};
    if (version >= 4) all.handled_access_net = NET_BIND_TCP | NET_CONNECT_TCP;
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

static enum swasm_outcome restrict_files_and_ports(void)
{
    long version = swasm_setup_syscall5(SWASM_SYS_LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_CREATE_RULESET_VERSION, 0, 0);
    if (swasm_is_error(version) || version < 1) return SWASM_LACKING;
    struct landlock_ruleset rules = everything(version);
    if (swasm_net_restricted_by_port) rules.handled_access_net = swasm_net_restricted_by_port(rules.handled_access_net);
    size_t bytes = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    long ruleset = swasm_setup_syscall5(SWASM_SYS_LANDLOCK_CREATE_RULESET, (long)&rules, (long)bytes, 0, 0, 0);
    bool restricted = false, all = false;
    if (!swasm_is_error(ruleset)) {
        all = allow_grants(ruleset, rules.handled_access_fs);
        if (swasm_net_allow_ports) all = swasm_net_allow_ports(ruleset, rules.handled_access_net) && all;
        restricted = swasm_setup_syscall5(SWASM_SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0, 0, 0, 0) == 0;
        swasm_setup_syscall5(SWASM_SYS_CLOSE, ruleset, 0, 0, 0, 0);
    }
    return !restricted ? SWASM_REFUSED : all ? SWASM_DONE : SWASM_IN_PART;
}

/* ---- All ------------------------------------------------------------------------------------------- */

/* Prints a message for each part that the kernel has but refuses. There is none for a part that an old kernel
 * lacks (docs/sandbox.md). */
static void tell(enum swasm_outcome files, enum swasm_outcome calls)
{
    if (files == SWASM_IN_PART)
        swasm_complain(SWASM_WARNING, "the kernel refuses Landlock's rule for a grant: the grant has no effect", NULL);
    if (files == SWASM_REFUSED) swasm_complain(SWASM_WARNING, "the kernel refuses Landlock: the runtime alone guards the files", NULL);
    if (calls == SWASM_REFUSED) swasm_complain(SWASM_WARNING, "the kernel refuses the filter of system calls", NULL);
}

bool swasm_harden(const swasm_grants *grants)
{
    if (grants->harden == SWASM_HARDEN_OFF) return true;
    bool privileges = swasm_setup_syscall5(SWASM_SYS_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    enum swasm_outcome files = restrict_files_and_ports();
    enum swasm_outcome calls = swasm_filter_install();
    if (grants->harden != SWASM_HARDEN_REQUIRE) {
        tell(files, calls);
        return true;
    }
    if (privileges && files == SWASM_DONE && calls == SWASM_DONE) return true;
    const char *missing = !privileges ? "no_new_privs" : files != SWASM_DONE ? "Landlock" : "seccomp";
    swasm_complain(SWASM_ERROR_HARDENING, "--harden=require: this kernel refuses a part of the hardening", missing);
    return false;
}
