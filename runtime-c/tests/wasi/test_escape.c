/* Tries to reach base/outside/secret, or anything else outside the granted directory. Every call that takes a
 * path tries each row. None may succeed, and the outside must stay as it was.
 *
 * If one succeeds, it must do no harm to the machine. So calls that change something only try rows that lead
 * into base, and confine.c prevents the whole process from writing elsewhere.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness.h"

/* %s is the absolute path of base. Links are made on the host before: see make_traps. */
static const char *const attempts[] = {
    "..",
    "../",
    "../.",
    "./..",
    ".//..//",
    "../outside",
    "../outside/secret",
    "../granted/../outside/secret",
    "../granted",
    "../granted/",
    "dir/../..",
    "dir/../../outside/secret",
    "dir/sub/../../../outside/secret",
    "dir/sub/../../../../etc/passwd",
    "dir/./.././../outside/secret",
    "dir//..//..//outside//secret",
    "missing/../../outside/secret",
    "../../../../../../../../../../etc/passwd",
    "/",
    "//",
    "/.",
    "/..",
    "/etc/passwd",
    "//etc/passwd",
    "///etc///passwd",
    "/proc/self/root/etc/passwd",
    "/proc/self/cwd",
    "/dev/null",
    "%s/outside/secret",
    "%s/granted/dir",
    "%s/granted/../outside/secret",
    "absolute-secret",
    "absolute-outside/secret",
    "absolute-root/etc/passwd",
    "absolute-root",
    "absolute-inside",
    "up",
    "up/outside/secret",
    "up/granted/../outside/secret",
    "dir/up2",
    "dir/up2/outside/secret",
    "up-secret",
    "up-slashes",
    "chain-a",
    "chain-b",
    "chain-dir/secret",
    "inner-then-out/secret",
    "dir/sub/far",
    "dir/sub/far/outside/secret",
    "to-dir/../up/outside/secret",
    "to-dir/up2/outside/secret",
    "self/self/up/outside/secret",
    "self/../outside/secret",
    "dangling-out",
    "dangling-out/x",
    "dangling-absolute",
    "back-in",
    "back-in/dir",
    "dots",
    "dots/outside/secret",
    "proc-root/etc/passwd",
    "proc-cwd",
    "proc-fd",
    "long-out",
    "up/.",
    "up/..",
    "up//",
    "absolute-outside/",
    "absolute-outside/.",
    "absolute-outside/..",
};
enum { ATTEMPTS = sizeof attempts / sizeof attempts[0] };
_Static_assert(ATTEMPTS >= 60, "the escape table keeps its size");

static char made[ATTEMPTS][400];

/* Whether `path`, without any sandbox, leads to something in base. */
static bool leads_to_base(const sandbox *box, const char *path)
{
    char full[1024], real[4096];
    snprintf(full, sizeof full, "%s%s%s", path[0] == '/' ? "" : box->base, path[0] == '/' ? "" : "/granted/", path);
    if (strncmp(path, "dangling", 8) == 0) return true;
    size_t length = strlen(box->base);
    return realpath(full, real) && strncmp(real, box->base, length) == 0 && (!real[length] || real[length] == '/');
}

static void make_traps(sandbox *box)
{
    char target[600];
    host_directory(box, "granted/dir");
    host_directory(box, "granted/dir/sub");
    host_file(box, "granted/plain", "plain");
    snprintf(target, sizeof target, "%s/outside/secret", box->base);
    host_link(box, target, "granted/absolute-secret");
    snprintf(target, sizeof target, "%s/outside", box->base);
    host_link(box, target, "granted/absolute-outside");
    snprintf(target, sizeof target, "%s/granted/dir", box->base);
    host_link(box, target, "granted/absolute-inside");
    snprintf(target, sizeof target, "%s/outside/new", box->base);
    host_link(box, target, "granted/dangling-absolute");
    host_link(box, "/", "granted/absolute-root");
    host_link(box, "..", "granted/up");
    host_link(box, "../..", "granted/dir/up2");
    host_link(box, "../outside/secret", "granted/up-secret");
    host_link(box, ".//..///outside//./secret", "granted/up-slashes");
    host_link(box, "chain-b", "granted/chain-a");
    host_link(box, "dir/sub/../../up-secret", "granted/chain-b");
    host_link(box, "up/outside", "granted/chain-dir");
    host_link(box, "dir/up2/outside", "granted/inner-then-out");
    host_link(box, "../../..", "granted/dir/sub/far");
    host_link(box, "dir", "granted/to-dir");
    host_link(box, ".", "granted/self");
    host_link(box, "../outside/new", "granted/dangling-out");
    host_link(box, "../granted", "granted/back-in");
    host_link(box, "dir/../..", "granted/dots");
    host_link(box, "/proc/self/root", "granted/proc-root");
    host_link(box, "/proc/self/cwd", "granted/proc-cwd");
    host_link(box, "/proc/self/fd/0", "granted/proc-fd");
    size_t used = 0;
    for (int i = 0; i < 40; i++) used += (size_t)snprintf(target + used, sizeof target - used, "dir/../");
    snprintf(target + used, sizeof target - used, "../outside/secret");
    host_link(box, target, "granted/long-out");
    for (size_t i = 0; i < ATTEMPTS; i++) snprintf(made[i], sizeof made[i], attempts[i], box->base);
}

/* Calls that follow a link at the end of the path. */
static void try_reading(sandbox *box, const char *path, uint32_t address, uint32_t bytes, char *what)
{
    uint32_t result = room(box, 64), fd;
    check(open_path(box, GRANTED, path, 1, 0, SWASM_RIGHT_FD_READ, 0, &fd) != 0, what);
    check(open_path(box, GRANTED, path, 1, SWASM_OFLAG_DIRECTORY, 0, 0, &fd) != 0, what);
    check(swasm_wasi_path_filestat_get(box->instance, GRANTED, 1, address, bytes, result) != 0, what);
    /* Flags 0 change no time: only the resolution of the path is tested. */
    check(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 1, address, bytes, 0, 0, 0) != 0, what);
}

/* The same with flags that create, cut and write. */
static void try_writing(sandbox *box, const char *path, char *what)
{
    uint32_t fd;
    static const uint32_t oflags[] = {0, SWASM_OFLAG_CREAT, SWASM_OFLAG_DIRECTORY, SWASM_OFLAG_TRUNC,
                                      SWASM_OFLAG_CREAT | SWASM_OFLAG_TRUNC};
    for (size_t n = 0; n < sizeof oflags / sizeof oflags[0]; n++) {
        for (uint64_t rights = 0; rights <= SWASM_RIGHT_FD_READ; rights += SWASM_RIGHT_FD_READ) {
            if (open_path(box, GRANTED, path, 1, oflags[n], rights, 0, &fd) == 0) check(false, what);
        }
        uint64_t both = SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_WRITE;
        if (open_path(box, GRANTED, path, 1, oflags[n], both, 0, &fd) == 0) check(false, what);
    }
}

/* Calls that do not follow such a link, on paths whose last component is outside the sandbox. */
static void try_names(sandbox *box, const char *path, char *what)
{
    swasm_instance *i = box->instance;
    char below[420];
    uint32_t fd;
    snprintf(below, sizeof below, "%s/pwned", path);
    uint32_t bytes = (uint32_t)strlen(below), name = at(box, below, bytes), plain = at(box, "plain", 5);
    check(open_path(box, GRANTED, below, 0, SWASM_OFLAG_CREAT, SWASM_RIGHT_FD_WRITE, 0, &fd) != 0, what);
    check(swasm_wasi_path_create_directory(i, GRANTED, name, bytes) != 0, what);
    check(swasm_wasi_path_symlink(i, plain, 5, GRANTED, name, bytes) != 0, what);
    check(swasm_wasi_path_link(i, GRANTED, 0, plain, 5, GRANTED, name, bytes) != 0, what);
    check(swasm_wasi_path_rename(i, GRANTED, plain, 5, GRANTED, name, bytes) != 0, what);
    snprintf(below, sizeof below, "%s/secret", path);
    bytes = (uint32_t)strlen(below);
    name = at(box, below, bytes);
    uint32_t stolen = at(box, "stolen", 6), result = room(box, 64);
    check(swasm_wasi_path_unlink_file(i, GRANTED, name, bytes) != 0, what);
    check(swasm_wasi_path_remove_directory(i, GRANTED, name, bytes) != 0, what);
    check(swasm_wasi_path_link(i, GRANTED, 0, name, bytes, GRANTED, stolen, 6) != 0, what);
    check(swasm_wasi_path_rename(i, GRANTED, name, bytes, GRANTED, stolen, 6) != 0, what);
    check(swasm_wasi_path_readlink(i, GRANTED, name, bytes, result, 60, result + 60) != 0, what);
    check(swasm_wasi_path_filestat_get(i, GRANTED, 0, name, bytes, result) != 0, what);
}

static void table(sandbox *box)
{
    char what[500];
    for (size_t n = 0; n < ATTEMPTS; n++) {
        uint32_t bytes = (uint32_t)strlen(made[n]);
        snprintf(what, sizeof what, "'%s' stays refused", made[n]);
        try_reading(box, made[n], at(box, made[n], bytes), bytes, what);
        if (!leads_to_base(box, made[n])) continue;
        try_writing(box, made[n], what);
        try_names(box, made[n], what);
    }
}

static unsigned links_of(const sandbox *box, const char *path)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", box->base, path);
    struct stat stat;
    if (lstat(full, &stat) != 0) return 0;
    return (unsigned)stat.st_nlink;
}

static void outside_is_untouched(const sandbox *box, unsigned links)
{
    check(host_file_is(box, "outside/secret", "secret"), "the secret is as it was");
    check(!host_exists(box, "outside/pwned") && !host_exists(box, "pwned"), "nothing was made outside of the grant");
    check(!host_exists(box, "outside/new") && !host_exists(box, "granted/stolen"), "nothing came in from outside");
    expect(links_of(box, "outside/secret"), 1, "the secret has no second name");
    expect(links_of(box, "outside"), links, "outside has no new directories");
}

/* The guest holds a directory open, and the host moves it up. The guest still reaches only what is below
 * it. */
static void moved_directory(sandbox *box)
{
    char old[512], new[512];
    uint32_t fd, sub = open_file(box, GRANTED, "dir/sub", SWASM_OFLAG_DIRECTORY);
    snprintf(old, sizeof old, "%s/granted/dir/sub", box->base);
    snprintf(new, sizeof new, "%s/moved", box->base);
    check(rename(old, new) == 0, "the host moves an open directory out of the grant");
    expect(open_path(box, sub, "../outside/secret", 1, 0, SWASM_RIGHT_FD_READ, 0, &fd), SWASM_WASI_NOTCAPABLE,
           "a directory that was moved out does not lead to its neighbours");
    expect(open_path(box, sub, "..", 1, 0, 0, 0, &fd), SWASM_WASI_NOTCAPABLE,
           "a directory that was moved out does not lead up");
    expect(open_path(box, GRANTED, "dir/sub/far", 1, 0, 0, 0, &fd), SWASM_WASI_NOENT,
           "the moved directory is gone from the grant");
    check(rename(new, old) == 0, "the host moves it back");
}

/* The guest renames directories so that a relative link points further up than it did. */
static void renamed_links(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t fd;
    uint32_t deep = at(box, "dir/deep", 8), link = at(box, "dir/deep/out", 12), top = at(box, "top", 3);
    expect(swasm_wasi_path_create_directory(i, GRANTED, deep, 8), 0, "a directory");
    uint32_t target = at(box, "../../plain", 11);
    expect(swasm_wasi_path_symlink(i, target, 11, GRANTED, link, 12), 0, "a link to the top of the grant is made");
    expect(open_path(box, GRANTED, "dir/deep/out", 1, 0, SWASM_RIGHT_FD_READ, 0, &fd), 0,
           "the link leads to a file inside");
    swasm_wasi_fd_close(i, fd);
    expect(swasm_wasi_path_rename(i, GRANTED, deep, 8, GRANTED, top, 3), 0,
           "the guest moves the directory with the link up");
    expect(open_path(box, GRANTED, "top/out", 1, 0, SWASM_RIGHT_FD_READ, 0, &fd), SWASM_WASI_NOTCAPABLE,
           "the link, which now leads out, is refused");
}

/* Swaps granted/swap between a directory and a link out, as fast as it can. */
typedef struct swapper {
    const sandbox *box;
    atomic_bool stop;
} swapper;

static void *swap(void *argument)
{
    swapper *s = argument;
    char a[512], b[512];
    snprintf(a, sizeof a, "%s/granted/swap", s->box->base);
    snprintf(b, sizeof b, "%s/granted/swap-link", s->box->base);
    while (!atomic_load(&s->stop)) syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 2u /* RENAME_EXCHANGE */);
    return NULL;
}

static void races(sandbox *box)
{
    enum { ROUNDS = 3000 };
    swapper s = {.box = box};
    pthread_t thread;
    uint32_t fd, leaks = 0, wins = 0;
    host_directory(box, "granted/swap");
    host_file(box, "granted/swap/secret", "inside");
    host_link(box, "../outside", "granted/swap-link");
    pthread_create(&thread, NULL, swap, &s);
    uint32_t pwned = at(box, "swap/pwned", 10), buffer = room(box, 8), n = room(box, 4), iov = iovec(box, buffer, 6);
    uint32_t path = at(box, "swap/secret", 11), up = at(box, "swap/../../outside/secret", 25), stat = room(box, 64);
    for (int round = 0; round < ROUNDS; round++) {
        if (open_path(box, GRANTED, "swap/secret", 1, 0, SWASM_RIGHT_FD_READ, 0, &fd) == 0) {
            wins++;
            swasm_wasi_fd_read(box->instance, fd, iov, 1, n);
            leaks += memcmp(box->memory + buffer, "inside", 6) != 0;
            swasm_wasi_fd_close(box->instance, fd);
        }
        swasm_wasi_path_create_directory(box->instance, GRANTED, pwned, 10);
        swasm_wasi_path_remove_directory(box->instance, GRANTED, pwned, 10);
        leaks += swasm_wasi_path_filestat_get(box->instance, GRANTED, 1, up, 25, stat) == 0;
        if (swasm_wasi_path_filestat_get(box->instance, GRANTED, 1, path, 11, stat) == 0) {
            leaks += load64(box, stat + 32) != 6;
        }
        swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 1, path, 11, 0, 99, 4);
        box->next = stat + 70;
    }
    atomic_store(&s.stop, true);
    pthread_join(thread, NULL);
    expect(leaks, 0, "a link that is swapped in during the call leads nowhere");
    check(wins > 0, "path_open succeeds while the directory is in place");
    char full[512];
    struct stat host;
    snprintf(full, sizeof full, "%s/outside/secret", box->base);
    lstat(full, &host);
    check(host.st_mtim.tv_nsec != 99 || host.st_mtim.tv_sec != 0, "the secret's time is its own");
}

/* A grant that contains /proc: its magic links are not followed. */
static void magic_links(void)
{
    sandbox box;
    swasm_grant_dir grant = {"/proc", "/proc", 0};
    swasm_grants grants = {.dirs = &grant, .dir_count = 1};
    static const char *const paths[] = {"self/root", "self/root/etc/passwd", "self/cwd", "self/exe",
                                        "self/fd/0", "self/fd/3", "self/ns/mnt", "self/root/",
                                        "self/task/../root/etc/passwd", "self/fd/3/../etc"};
    sandbox_start_bare(&box);
    swasm_wasi_start_preopens(&box.context, &grants);
    uint32_t fd, number = 3;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        uint32_t error = open_path(&box, number, paths[i], 1, 0, SWASM_RIGHT_FD_READ, 0, &fd);
        check(error != 0, paths[i]);
    }
    expect(open_path(&box, number, "self/status", 1, 0, SWASM_RIGHT_FD_READ, 0, &fd), 0, "ordinary files open");
    sandbox_end(&box);
}

void test_escape(void)
{
    sandbox box;
    sandbox_start(&box);
    unsigned links = links_of(&box, "outside");
    make_traps(&box);
    table(&box);
    outside_is_untouched(&box, links);
    moved_directory(&box);
    renamed_links(&box);
    races(&box);
    outside_is_untouched(&box, links);
    sandbox_end(&box);
    magic_links();
}
