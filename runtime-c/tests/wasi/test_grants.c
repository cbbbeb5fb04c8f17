/* Grants other than directories: single files, sockets, null streams, a number of descriptors, and clocks and
 * random numbers that are always the same. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/wasi/determinism.h"
#include "harness.h"

static const char *const no_env[] = {NULL};

/* ---- Single files ------------------------------------------------------------------------------- */

static void only_the_file(sandbox *box, uint32_t fd, uint32_t directory)
{
    swasm_instance *i = box->instance;
    uint32_t opened, result = room(box, 64), dot = at(box, ".", 1), name = at(box, "new", 3);
    const uint64_t read = SWASM_RIGHT_FD_READ;
    check(open_path(box, fd, "..", 1, 0, read, 0, &opened) != 0, "nothing is above a granted file");
    check(open_path(box, fd, "../secret", 1, 0, read, 0, &opened) != 0, "nothing is beside a granted file");
    expect(open_path(box, fd, "secret", 1, 0, read, 0, &opened), SWASM_WASI_NOTDIR,
           "nothing is beneath a granted file");
    expect(open_path(box, fd, "/", 1, 0, read, 0, &opened), SWASM_WASI_NOTCAPABLE, "a granted file has no root");
    expect(open_path(box, fd, ".", 1, SWASM_OFLAG_DIRECTORY, read, 0, &opened), SWASM_WASI_NOTDIR,
           "a granted file is no directory");
    expect(swasm_wasi_fd_readdir(i, fd, result, 64, 0, result), SWASM_WASI_NOTCAPABLE,
           "a granted file cannot be listed");
    expect(swasm_wasi_path_unlink_file(i, fd, dot, 1) != 0, 1, "a granted file cannot be removed");
    expect(swasm_wasi_path_rename(i, fd, dot, 1, directory, name, 3) != 0, 1, "a granted file cannot be renamed");
    expect(swasm_wasi_path_link(i, fd, 0, dot, 1, directory, name, 3) != 0, 1, "a granted file cannot be linked");
}

static void single_files(sandbox *box)
{
    host_file(box, "outside/one", "one");
    host_file(box, "outside/fixed", "fixed");
    char one[160], fixed[160], granted[160];
    snprintf(one, sizeof one, "%s/outside/one", box->base);
    snprintf(fixed, sizeof fixed, "%s/outside/fixed", box->base);
    snprintf(granted, sizeof granted, "%s/granted", box->base);
    swasm_grant_dir dirs[] = {
        {one, "/one", 0}, {fixed, "/fixed", SWASM_DIR_READ_ONLY}, {granted, "/", 0}, {"/dev/null", "/null", 0}};
    check(sandbox_grant(box, &(swasm_grants){.dirs = dirs, .dir_count = 4}), "files can be granted");
    const uint32_t ONE = 3, FIXED = 4, DIRECTORY = 5, NULL_DEVICE = 6;
    uint32_t opened, stat = room(box, 64), dot = at(box, ".", 1);
    expect(open_path(box, FIXED, ".", 1, 0, SWASM_RIGHT_FD_READ, 0, &opened), 0,
           "the path . in a file's grant opens the file");
    check(reads(box, opened, "fixed"), "a granted file is read");
    expect(open_path(box, FIXED, ".", 1, SWASM_OFLAG_TRUNC, SWASM_RIGHT_FD_READ, 0, &opened), SWASM_WASI_ROFS,
           "TRUNC in a read-only file's grant");
    uint32_t fd = open_file(box, ONE, ".", SWASM_OFLAG_CREAT | SWASM_OFLAG_TRUNC);
    expect(write_text(box, fd, "written"), 0, "a granted file is written");
    check(host_file_is(box, "outside/one", "written"), "the host sees what was written to a granted file");
    expect(open_path(box, ONE, ".", 0, SWASM_OFLAG_CREAT | SWASM_OFLAG_EXCL, SWASM_RIGHT_FD_WRITE, 0, &opened),
           SWASM_WASI_EXIST, "EXCL finds the granted file");
    expect(swasm_wasi_path_filestat_get(box->instance, ONE, 1, dot, 1, stat), 0,
           "path_filestat_get in a file's grant");
    expect(box->memory[stat + 16], SWASM_FILETYPE_REGULAR_FILE, "the type of a granted file");
    expect(open_path(box, NULL_DEVICE, ".", 1, 0, SWASM_RIGHT_FD_READ, 0, &opened), 0,
           "a granted device can be opened");
    check(reads(box, opened, ""), "/dev/null reads as empty");
    only_the_file(box, ONE, DIRECTORY);
    char other[160];
    snprintf(other, sizeof other, "%s/outside/secret", box->base);
    rename(other, one);
    expect(open_path(box, ONE, ".", 1, 0, SWASM_RIGHT_FD_READ, 0, &opened), 0,
           "a granted file opens after the host has put another in its place");
    check(reads(box, opened, "written"), "the opened file is the one that was granted");
    char fifo[160];
    snprintf(fifo, sizeof fifo, "%s/outside/fifo", box->base);
    mkfifo(fifo, 0600);
    swasm_grant_dir wrong = {fifo, "/fifo", 0};
    check(!sandbox_grant(box, &(swasm_grants){.dirs = &wrong, .dir_count = 1}), "a FIFO is not granted");
}

/* ---- Links on the way to a grant ---------------------------------------------------------------- */

/* Whether the directories (relative to box->base) can be granted together, the first for writing. */
static bool granted_together(sandbox *box, const char *first, const char *second, uint32_t second_flags)
{
    char hosts[2][200];
    snprintf(hosts[0], sizeof hosts[0], "%s/%s", box->base, first);
    snprintf(hosts[1], sizeof hosts[1], "%s/%s", box->base, second);
    swasm_grant_dir dirs[] = {{hosts[0], "/", 0}, {hosts[1], "/second", second_flags}};
    return sandbox_grant(box, &(swasm_grants){.dirs = dirs, .dir_count = 2});
}

static void refused_link(sandbox *box, const char *first, const char *second, const char *link)
{
    check(!granted_together(box, first, second, SWASM_DIR_READ_ONLY), second);
    check(strstr(last_complaint, "symbolic link that the program may have made") != NULL, last_complaint);
    const size_t length = strlen(last_complaint);
    check(length > strlen(link) && !strcmp(last_complaint + length - strlen(link), link), last_complaint);
}

static void links_to_grants(sandbox *box)
{
    char absolute[200];
    snprintf(absolute, sizeof absolute, "%s/outside", box->base);
    host_directory(box, "granted/deep");
    host_directory(box, "granted/deep/er");
    host_link(box, "../outside", "granted/relative");
    host_link(box, absolute, "granted/absolute");
    host_link(box, "../../outside", "granted/deep/link");
    host_link(box, "granted/deep", "into");
    host_link(box, "outside", "beside");
    host_link(box, absolute, "far");
    host_link(box, "loop", "loop");
    refused_link(box, "granted", "granted/relative", "granted/relative");
    refused_link(box, "granted", "granted/absolute", "granted/absolute");
    refused_link(box, "granted", "granted/deep/link", "granted/deep/link");
    refused_link(box, "granted", "into/link", "into/link");
    refused_link(box, "granted", "granted//./deep/../relative/secret", "granted//./deep/../relative");
    refused_link(box, "into", "granted/deep/link", "granted/deep/link");
    refused_link(box, "outside/../granted", "granted/deep/link", "granted/deep/link");
    refused_link(box, "granted", "beside/../granted", "beside/..");
    refused_link(box, "granted", "loop", "loop");
    check(granted_together(box, "granted", "granted/deep/er", 0), "a directory in a granted one is granted");
    check(granted_together(box, "granted", "granted/deep/../deep", 0), "a path without links may go back");
    check(granted_together(box, "granted", "beside", 0), "a link that only the host can make is followed");
    check(granted_together(box, "granted", "far/fixed", 0), "so is an absolute one, on the way");
    check(granted_together(box, "granted", "into/er", 0), "so is one into a granted directory");
    check(granted_together(box, "outside", "granted/relative", 0), "a link in another directory is followed");
}

/* ---- Sockets ------------------------------------------------------------------------------------ */

static int host_socket(bool listening, uint16_t *port)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof where;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (void *)&where, sizeof where) || (listening && listen(fd, 1))) exit(2);
    getsockname(fd, (void *)&where, &bytes);
    *port = ntohs(where.sin_port);
    return fd;
}

static void addresses(sandbox *box)
{
    static const char *const wrong[] = {
        "", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x", "127.0.0:1", "127.0.0.256:1",
        "127.0.0.1.1:1", "example.org:80", "::1:80", "[::1:80", "[::1]80", "[:::1]:0", "[1::2::3]:0", "[12345::]:0",
        "[1:2:3:4:5:6:7]:0", "[1:2:3:4:5:6:7:8:9]:0", "[1:]:0", "[::1]:-1", "0x7f.0.0.1:0", "-1.0.0.1:0"};
    for (size_t n = 0; n < sizeof wrong / sizeof wrong[0]; n++) {
        swasm_grants grants = {.listeners = &wrong[n], .listener_count = 1, .host_env = no_env};
        check(!sandbox_grant(box, &grants), wrong[n]);
        check(strstr(last_complaint, "is NUMBER:PORT") != NULL, last_complaint);
    }
    const char *const datagrams[] = {"127.0.0.1:0/udp"};
    swasm_grants grants = {.listeners = datagrams, .listener_count = 1, .host_env = no_env};
    check(!sandbox_grant(box, &grants) && strstr(last_complaint, "datagrams"), "only components answer datagrams");
}

static void sockets_are_bound(sandbox *box)
{
    uint16_t port;
    close(host_socket(false, &port));
    char first[40], second[40];
    snprintf(first, sizeof first, "127.0.0.1:%u", port);
    snprintf(second, sizeof second, "[::1]:%u", port);
    const char *listeners[] = {first, second};
    char granted[160];
    snprintf(granted, sizeof granted, "%s/granted", box->base);
    swasm_grant_dir dir = {granted, "/", 0};
    swasm_grants grants = {.dirs = &dir, .dir_count = 1, .listeners = listeners, .listener_count = 2, .host_env = no_env};
    check(sandbox_grant(box, &grants), "sockets are granted");
    swasm_fd *entries = box->context.fds.entries;
    check(entries[4].open && entries[5].open && !entries[6].open, "sockets follow the directories, in their order");
    struct sockaddr_in6 where;
    socklen_t bytes = sizeof where;
    getsockname(entries[5].host, (void *)&where, &bytes);
    check(where.sin6_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&where.sin6_addr), "IPv6 addresses are read");
    check(fcntl(entries[4].host, F_GETFD) == FD_CLOEXEC, "sockets of grants are closed on exec");
    int client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check(connect(client, (void *)&to, sizeof to) == 0, "a client connects to a granted socket");
    uint32_t accepted = room(box, 4), prestat = room(box, 8);
    expect(swasm_wasi_sock_accept(box->instance, 4, 0, accepted), 0, "a granted socket accepts the client");
    expect(swasm_wasi_fd_prestat_get(box->instance, 4, prestat), SWASM_WASI_BADF, "a socket is no granted directory");
    close(client);
    uint16_t taken;
    int busy = host_socket(true, &taken);
    snprintf(first, sizeof first, "127.0.0.1:%u", taken);
    check(!sandbox_grant(box, &grants) && strstr(last_complaint, "in use"),
          "the message says that an address is in use");
    close(busy);
}

static void passed_sockets(sandbox *box)
{
    static const char *const fds[] = {"fds", "fds"};
    char process[40];
    snprintf(process, sizeof process, "LISTEN_PID=%d", getpid());
    const char *env[] = {"LISTEN_FDS=1", process, NULL}, *other[] = {"LISTEN_FDS=1", "LISTEN_PID=1", NULL};
    const swasm_grants nothing = {0};
    uint16_t port;
    sandbox_grant(box, &nothing); /* leaves 3 to us, if nobody else has it */
    int kept = fcntl(3, F_DUPFD_CLOEXEC, 200), listening = host_socket(true, &port);
    if (listening != 3) dup2(listening, 3), close(listening);
    swasm_grants grants = {.listeners = fds, .listener_count = 2, .host_env = other};
    check(!sandbox_grant(box, &grants), "sockets that were passed to another process are refused");
    grants.host_env = no_env;
    check(!sandbox_grant(box, &grants), "passed sockets without LISTEN_FDS are refused");
    grants.host_env = env;
    check(sandbox_grant(box, &grants), "passed sockets are taken over");
    swasm_fd *entries = box->context.fds.entries;
    check(entries[3].open && entries[3].host == 3 && !entries[4].open, "passed sockets are taken over once");
    sandbox_grant(box, &nothing);
    int plain = host_socket(false, &port);
    if (plain != 3) dup2(plain, 3), close(plain);
    check(!sandbox_grant(box, &grants), "a socket that does not listen is refused");
    if (kept >= 0) dup2(kept, 3), close(kept);
    else close(3);
}

/* ---- The rest ----------------------------------------------------------------------------------- */

static void null_streams(sandbox *box)
{
    check(sandbox_grant(box, &(swasm_grants){.null_streams = {1, 0, 1}}), "streams can be null");
    check(reads(box, 0, ""), "a null standard input is empty");
    expect(write_text(box, 2, "nobody reads this\n"), 0, "a null standard error can be written");
    check(box->context.fds.entries[0].host > 2 && box->context.fds.entries[2].host > 2,
          "a null stream does not replace the host's own");
    struct stat null, output;
    fstat(box->context.fds.entries[2].host, &null);
    fstat(box->context.fds.entries[1].host, &output);
    check(S_ISCHR(null.st_mode) && null.st_rdev == 0x103, "the null stream is /dev/null");
    check(null.st_ino != output.st_ino || null.st_dev != output.st_dev, "the other streams are still the host's");
}

static void descriptor_limit(sandbox *box)
{
    char granted[160];
    snprintf(granted, sizeof granted, "%s/granted", box->base);
    host_file(box, "granted/many", "");
    swasm_grant_dir dir = {granted, "/", 0};
    swasm_grants grants = {.dirs = &dir, .dir_count = 1, .max_fds = 6};
    check(sandbox_grant(box, &grants), "a grant may limit descriptors");
    uint32_t fd, opened = 0;
    while (opened < 10 && !open_path(box, 3, "many", 0, 0, SWASM_RIGHT_FD_READ, 0, &fd)) opened++;
    expect(opened, 2, "the streams and the directory count against the limit");
    expect(open_path(box, 3, "many", 0, 0, SWASM_RIGHT_FD_READ, 0, &fd), SWASM_WASI_MFILE,
           "path_open above the limit");
    grants.max_fds = 3;
    check(!sandbox_grant(box, &grants), "grants beyond the limit are refused at the start");
}

static void deterministic(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t time = room(box, 8), bytes = room(box, 16), events = room(box, 32);
    sandbox_grant(box, &(swasm_grants){0});
    swasm_deterministic = (swasm_determinism){.on = true, .random = 42};
    swasm_wasi_clock_time_get(i, SWASM_CLOCK_REALTIME, 0, time);
    expect_u64(load64(box, time), 946684800001000000u, "the first look at the deterministic clock gives its start");
    swasm_wasi_clock_time_get(i, SWASM_CLOCK_MONOTONIC, 0, time);
    expect_u64(load64(box, time), 2000000, "each look moves the deterministic clock");
    uint8_t subscription[48] = {[16] = SWASM_CLOCK_MONOTONIC};
    const uint64_t hour = 3600000000000u;
    memcpy(subscription + 24, &hour, 8);
    expect(swasm_wasi_poll_oneoff(i, at(box, subscription, 48), events, 1, room(box, 4)), 0,
           "poll_oneoff with the deterministic clock");
    swasm_wasi_clock_time_get(i, SWASM_CLOCK_MONOTONIC, 0, time);
    check(load64(box, time) >= hour && load64(box, time) < hour + 20000000,
          "poll_oneoff moves the deterministic clock and does not wait");
    swasm_wasi_random_get(i, bytes, 16);
    expect_u64(load64(box, bytes), 0xbdd732262feb6e95u, "the first random number is SplitMix64's");
    expect_u64(load64(box, bytes + 8), 0x28efe333b266f103u, "the second random number is SplitMix64's");
    swasm_deterministic.on = false;
    swasm_wasi_clock_time_get(i, SWASM_CLOCK_REALTIME, 0, time);
    check(load64(box, time) > 1700000000000000000u, "without the deterministic option the time is the host's");
}

void test_grants(void)
{
    sandbox box;
    sandbox_start(&box);
    single_files(&box);
    links_to_grants(&box);
    addresses(&box);
    sockets_are_bound(&box);
    passed_sockets(&box);
    null_streams(&box);
    descriptor_limit(&box);
    deterministic(&box);
    sandbox_end(&box);
}
