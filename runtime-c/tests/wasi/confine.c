/* Prevents the test process from writing outside one temporary directory: by Landlock, or else by giving up
 * root.
 *
 * Reading stays possible everywhere. So a test sees an escape; the kernel does not hide it by refusing the
 * access.
 */
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, FIRST_WITH_TRUNCATE = 3 };
/* WRITE_FILE, REMOVE_*, MAKE_*, REFER, TRUNCATE of <linux/landlock.h> */
static const uint64_t writing = 1 << 1 | 0x1ff0 | 1 << 13 | 1 << 14;
static const uint64_t writing_devices = 1 << 1 | 1 << 14;

char confined_to[100];

static bool allow(long ruleset, const char *path, uint64_t access)
{
    struct __attribute__((packed)) { uint64_t access; int32_t fd; } rule = {access, open(path, O_PATH | O_CLOEXEC)};
    bool done = rule.fd >= 0 && syscall(ADD_RULE, ruleset, 1, &rule, 0) == 0;
    close(rule.fd);
    return done;
}

static bool restrict_writing(void)
{
    if (syscall(CREATE_RULESET, NULL, 0, 1) < FIRST_WITH_TRUNCATE) return false;
    uint64_t handled = writing;
    long ruleset = syscall(CREATE_RULESET, &handled, sizeof handled, 0);
    bool done = ruleset >= 0 && allow(ruleset, confined_to, writing) && allow(ruleset, "/dev/full", writing_devices) &&
                allow(ruleset, "/dev/null", writing_devices) &&
                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(RESTRICT_SELF, ruleset, 0) == 0;
    if (ruleset >= 0) close((int)ruleset);
    return done;
}

/* Without Landlock an ordinary user's own files can still be written. But the rows of the escape table and
 * the words of the fuzzer name none of them. */
static bool give_up_root(void)
{
    enum { NOBODY = 65534 };
    if (geteuid() != 0) return true;
    if (chown(confined_to, NOBODY, NOBODY) != 0) return false;
    if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0) return false;
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; /* the leak check looks at the process */
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *position)
{
    (void)stat, (void)type, (void)position;
    return remove(path);
}

/* The parent waits, removes the directory, and ends with the child's status. */
static void run_in_child(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) return;
    if (child > 0) waitpid(child, &status, 0);
    nftw(confined_to, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    exit(child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

/* ---- File systems that only this process sees ---------------------------------------------------- */

bool mounted;

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) mounted = false;
    if (fd >= 0) close(fd);
}

/* Enters a mount namespace, and, without root, a user namespace in which the present user may mount. */
static bool leave_namespace(void)
{
    char map[40];
    unsigned user = geteuid(), group = getegid();
    if (user == 0) return unshare(CLONE_NEWNS) == 0;
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    mounted = true;
    snprintf(map, sizeof map, "%u %u 1", user, user);
    write_file("/proc/self/uid_map", map);
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", group, group);
    write_file("/proc/self/gid_map", map);
    return mounted;
}

static void mount_file_systems(void)
{
    char full[120], fixed[120], file[140];
    snprintf(full, sizeof full, "%s/full", confined_to);
    snprintf(fixed, sizeof fixed, "%s/fixed", confined_to);
    snprintf(file, sizeof file, "%s/file", fixed);
    mounted = leave_namespace() && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
              mkdir(full, 0777) == 0 && mkdir(fixed, 0777) == 0 &&
              mount("tests", full, "tmpfs", 0, "size=16k,nr_inodes=6,mode=0777") == 0 &&
              mount("tests", fixed, "tmpfs", 0, "size=64k,mode=0777") == 0;
    if (mounted) write_file(file, "fixed");
    if (mounted) mounted = mount(NULL, fixed, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0;
    /* Give up all privileges of the new user namespace, so that permissions count. */
    struct __user_cap_header_struct version = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[2] = {{.effective = 0}};
    if (geteuid() != 0) syscall(SYS_capset, &version, none);
    if (!mounted) printf("wasi: this process may not mount: the tests on full and read-only file systems are skipped\n");
}

void confine(void)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(confined_to, sizeof confined_to, "%s/swasm-wasi-XXXXXX", temporary ? temporary : "/tmp");
    if (mkdtemp(confined_to)) {
        run_in_child();
        mount_file_systems();
        if (restrict_writing() || give_up_root()) return;
    }
    printf("cannot keep the tests from the machine's files: not running them\n");
    exit(2);
}
