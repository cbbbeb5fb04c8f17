/* Makes random sequences of calls with random arguments, then checks the result from outside. Nothing outside
 * of the grants or inside the read-only grant may have changed, and the guest's memory may not contain any of
 * the secret.
 *
 * SWASM_FUZZ_SEED (default 1) decides the sequence, and SWASM_FUZZ_EPOCHS (default 20) its length.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "net_harness.h"

enum { CALLS_PER_EPOCH = 1000 };

static uint64_t state;

static uint32_t below(uint32_t limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % limit);
}

/* ---- Arguments ---------------------------------------------------------------------------------- */

static const char *const words[] = {"a", "a", "b", "b", "c", "d", ".", "..", "..", "", "up", "absolute",
                                    "outside", "secret", "granted", "readonly", "file", "dir"};

/* Puts a path of up to five words into the guest's memory. Returns its address. */
static uint32_t path(sandbox *box, uint32_t *bytes)
{
    char text[128] = "";
    if (below(20) == 0) strcat(text, "/");
    for (uint32_t left = 1 + below(5); left > 0; left--) {
        strcat(text, words[below(sizeof words / sizeof words[0])]);
        if (left > 1 || below(8) == 0) strcat(text, "/");
    }
    *bytes = (uint32_t)strlen(text);
    return at(box, text, *bytes);
}

static uint32_t descriptor(void)
{
    if (below(3) == 0) return GRANTED;
    return below(40) == 0 ? READ_ONLY : below(24);
}

static uint64_t rights(void)
{
    static const uint64_t some[] = {SWASM_RIGHTS_ALL, SWASM_RIGHTS_DIRECTORY, SWASM_RIGHT_FD_READ, UINT64_MAX,
                                    SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_WRITE, 0};
    return below(10) ? some[below(6)] : state;
}

/* Offsets and sizes: small, so that no disk fills up, or absurd. */
static uint64_t offset(void) { return below(8) ? below(100000) : (1ull << 63) | state; }

/* ---- Calls -------------------------------------------------------------------------------------- */

static void call_path(sandbox *box, uint32_t which)
{
    swasm_instance *i = box->instance;
    uint32_t n, m, fd = descriptor(), to = descriptor(), result = room(box, 256);
    uint32_t one = path(box, &n), two = path(box, &m);
    switch (which) {
    case 0: swasm_wasi_path_create_directory(i, fd, one, n); break;
    case 1: swasm_wasi_path_filestat_get(i, fd, below(2), one, n, result); break;
    case 2: swasm_wasi_path_filestat_set_times(i, fd, below(2), one, n, offset(), offset(), below(16)); break;
    case 3: swasm_wasi_path_link(i, fd, 0, one, n, to, two, m); break;
    case 4: swasm_wasi_path_readlink(i, fd, one, n, result, 200, result + 200); break;
    case 5: swasm_wasi_path_remove_directory(i, fd, one, n); break;
    case 6: swasm_wasi_path_rename(i, fd, one, n, to, two, m); break;
    case 7: swasm_wasi_path_symlink(i, one, n, fd, two, m); break;
    case 8: swasm_wasi_path_unlink_file(i, fd, one, n); break;
    default: swasm_wasi_path_open(i, fd, below(2), one, n, below(16), rights(), rights(), below(32), result);
    }
}

static void call_descriptor(sandbox *box, uint32_t which)
{
    swasm_instance *i = box->instance;
    uint32_t fd = descriptor(), buffer = room(box, 1024), result = room(box, 64), iov = iovec(box, buffer, 500);
    switch (which) {
    case 0: swasm_wasi_fd_advise(i, fd, offset(), offset(), below(7)); break;
    case 1: swasm_wasi_fd_allocate(i, fd, offset(), offset()); break;
    case 2: if (below(4) == 0) swasm_wasi_fd_close(i, fd); break;
    case 3: swasm_wasi_fd_datasync(i, fd); break;
    case 4: swasm_wasi_fd_fdstat_get(i, fd, result); break;
    case 5: swasm_wasi_fd_fdstat_set_flags(i, fd, below(40)); break;
    case 6: if (below(20) == 0) swasm_wasi_fd_fdstat_set_rights(i, fd, rights(), rights()); break;
    case 7: swasm_wasi_fd_filestat_get(i, fd, result); break;
    case 8: swasm_wasi_fd_filestat_set_size(i, fd, offset()); break;
    case 9: swasm_wasi_fd_filestat_set_times(i, fd, offset(), offset(), below(16)); break;
    case 10: swasm_wasi_fd_pread(i, fd, iov, 1, offset(), result); break;
    case 11: swasm_wasi_fd_pwrite(i, fd, iov, 1, offset(), result); break;
    case 12: swasm_wasi_fd_read(i, fd, iov, 1, result); break;
    case 13: swasm_wasi_fd_readdir(i, fd, buffer, below(1024), below(8), result); break;
    case 14: if (below(4) == 0) swasm_wasi_fd_renumber(i, fd, descriptor()); break;
    case 15: swasm_wasi_fd_seek(i, fd, offset(), below(4), result); break;
    case 16: swasm_wasi_fd_tell(i, fd, result); break;
    case 17: swasm_wasi_fd_prestat_dir_name(i, fd, result, below(60)); break;
    case 18: swasm_wasi_sock_shutdown(i, fd, below(4)); break;
    case 19: swasm_wasi_sock_accept(i, fd, 0, result); break;
    default: swasm_wasi_fd_write(i, fd, iov, 1, result);
    }
}

/* Sockets and lookups. Only this machine is granted, and a port where nobody listens. */
static void call_network(sandbox *box, uint32_t which)
{
    static const char *const hosts[] = {"127.0.0.1", "127.0.0.2", "::1", "0.0.0.0", "192.0.2.1", "::ffff:127.0.0.1", "224.0.0.1"};
    static const char *const names[] = {"localhost", "a.localhost", "127.0.0.1", "example.com", "", "::1", "a b"};
    swasm_instance *i = box->instance;
    const char *name = names[below(sizeof names / sizeof names[0])];
    const uint32_t fd = descriptor(), buffer = room(box, 512), result = room(box, 64), bytes = below(600);
    uint32_t to = address(box, hosts[below(sizeof hosts / sizeof hosts[0])], (uint16_t)(below(4) ? 9 * below(2) : below(10)));
    if (below(20) == 0) to = below(2) ? NOWHERE - below(40) : 0;
    switch (which) {
    case 0: swasm_net_bind(i, fd, to); break;
    case 1: swasm_net_listen(i, fd, below(10)); break;
    case 2: swasm_net_accept(i, fd, result); break;
    case 3: swasm_net_connect(i, fd, to); break;
    case 4: swasm_net_finish_connect(i, fd); break;
    case 5: swasm_net_disconnect(i, fd); break;
    case 6: swasm_net_shutdown(i, fd, below(5)); break;
    case 7: swasm_net_local_address(i, fd, result); break;
    case 8: swasm_net_peer_address(i, fd, result); break;
    case 9: swasm_net_get_option(i, fd, below(9), result); break;
    case 10: swasm_net_set_option(i, fd, below(9), below(2) ? below(100) : state); break;
    case 11: swasm_net_send_to(i, fd, buffer, bytes, to, result); break;
    case 12: swasm_net_receive_from(i, fd, buffer, bytes, result, result + 8); break;
    case 13: swasm_net_resolve(i, at(box, name, (uint32_t)strlen(name)), (uint32_t)strlen(name), result); break;
    case 14: swasm_net_resolve_next(i, fd, result); break;
    default: swasm_net_open(i, below(10) ? 4 + 2 * below(2) : below(10), below(3), result);
    }
}

/* ---- The check from outside --------------------------------------------------------------------- */

/* Adds the file at `full` and all below it to a hash: inodes, modes, sizes, link counts, times. A new name
 * changes the times of its directory. */
static void hash_tree(const char *full, uint64_t *hash)
{
    struct stat stat;
    if (lstat(full, &stat) != 0) return;
    uint64_t facts[] = {stat.st_ino, stat.st_mode, (uint64_t)stat.st_size, stat.st_nlink,
                        (uint64_t)stat.st_ctim.tv_sec, (uint64_t)stat.st_ctim.tv_nsec, (uint64_t)stat.st_mtim.tv_nsec};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) *hash = (*hash ^ facts[i]) * 0x100000001b3u;
    DIR *directory = S_ISDIR(stat.st_mode) ? opendir(full) : NULL;
    uint64_t children = 0;
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char child[1024];
        uint64_t own = 1469598103934665603u;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        snprintf(child, sizeof child, "%.500s/%.255s", full, entry->d_name);
        hash_tree(child, &own);
        children += own; /* in any order */
    }
    if (directory) closedir(directory);
    *hash = (*hash ^ children) * 0x100000001b3u;
}

static uint64_t outside_hash(const sandbox *box)
{
    static const char *const parts[] = {"outside", "readonly"};
    uint64_t hash = 0;
    char full[512];
    for (size_t i = 0; i < 2; i++) {
        snprintf(full, sizeof full, "%s/%s", box->base, parts[i]);
        hash_tree(full, &hash);
    }
    return hash;
}

static unsigned entry_count(const sandbox *box)
{
    unsigned count = 0;
    DIR *directory = opendir(box->base);
    while (directory && readdir(directory)) count++;
    if (directory) closedir(directory);
    return count;
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static void allow_network(void)
{
    static const char *const connects[] = {"127.0.0.1:9", "127.0.0.1:9/udp", "[::1]:9"}, *const names[] = {"*.localhost"};
    static const char *const listens[] = {"127.0.0.1:0", "[::1]:0/udp"};
    const swasm_grants grants = {.connects = connects, .connect_count = 3, .listeners = listens, .listener_count = 2,
                                 .resolves = names, .resolve_count = 1};
    if (!swasm_wasi_start_network(&grants)) exit(2);
}

void test_fuzz(void)
{
    sandbox box;
    uint64_t epochs = setting("SWASM_FUZZ_EPOCHS", 20);
    state = setting("SWASM_FUZZ_SEED", 1) * 0x9e3779b97f4a7c15u | 1;
    sandbox_start(&box);
    host_file(&box, "outside/secret", "TOPSECRET-TOPSECRET");
    host_directory(&box, "outside/dir");
    host_file(&box, "readonly/file", "file");
    host_directory(&box, "readonly/dir");
    host_link(&box, "../..", "readonly/up");
    host_link(&box, "..", "granted/up");
    host_link(&box, "/", "granted/absolute");
    uint64_t before = outside_hash(&box);
    unsigned entries = entry_count(&box), told = 0;
    for (uint64_t epoch = 0; epoch < epochs; epoch++) {
        sandbox_restart(&box);
        allow_network();
        for (uint32_t fd = 0; fd < 3; fd++) swasm_wasi_fd_close(box.instance, fd);
        for (int n = 0; n < CALLS_PER_EPOCH; n++) {
            if (below(4) == 0) call_network(&box, below(18));
            else if (below(2)) call_path(&box, below(16));
            else call_descriptor(&box, below(22));
        }
        told += memmem(box.memory, MEMORY_BYTES, "TOPSECRET", 9) != NULL;
    }
    check(outside_hash(&box) == before, "random calls change nothing outside of the grants or in the read-only one");
    expect(entry_count(&box), entries, "random calls make nothing beside the grants");
    expect(told, 0, "random calls do not read the secret");
    end_network();
    sandbox_end(&box);
}
