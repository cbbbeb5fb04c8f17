// Makes random WASI calls with random arguments. Its own arguments are SEED COUNT. Its grants decide what it
// may touch, and scripts/fuzz-wasi checks from outside that it touched nothing else. Ends with 3 if the
// secret of an ungranted file got into `arena`, where nearly all calls leave their results.
//
// It does not read, write or close its standard streams, makes no call that waits, and raises only signals
// that do not end it.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) int32_t call_##name

WASI(args_get)(uint32_t, uint32_t);
WASI(args_sizes_get)(uint32_t, uint32_t);
WASI(environ_get)(uint32_t, uint32_t);
WASI(environ_sizes_get)(uint32_t, uint32_t);
WASI(clock_res_get)(uint32_t, uint32_t);
WASI(clock_time_get)(uint32_t, uint64_t, uint32_t);
WASI(fd_advise)(uint32_t, uint64_t, uint64_t, uint32_t);
WASI(fd_allocate)(uint32_t, uint64_t, uint64_t);
WASI(fd_close)(uint32_t);
WASI(fd_datasync)(uint32_t);
WASI(fd_fdstat_get)(uint32_t, uint32_t);
WASI(fd_fdstat_set_flags)(uint32_t, uint32_t);
WASI(fd_fdstat_set_rights)(uint32_t, uint64_t, uint64_t);
WASI(fd_filestat_get)(uint32_t, uint32_t);
WASI(fd_filestat_set_size)(uint32_t, uint64_t);
WASI(fd_filestat_set_times)(uint32_t, uint64_t, uint64_t, uint32_t);
WASI(fd_pread)(uint32_t, uint32_t, uint32_t, uint64_t, uint32_t);
WASI(fd_prestat_get)(uint32_t, uint32_t);
WASI(fd_prestat_dir_name)(uint32_t, uint32_t, uint32_t);
WASI(fd_pwrite)(uint32_t, uint32_t, uint32_t, uint64_t, uint32_t);
WASI(fd_read)(uint32_t, uint32_t, uint32_t, uint32_t);
WASI(fd_readdir)(uint32_t, uint32_t, uint32_t, uint64_t, uint32_t);
WASI(fd_renumber)(uint32_t, uint32_t);
WASI(fd_seek)(uint32_t, uint64_t, uint32_t, uint32_t);
WASI(fd_sync)(uint32_t);
WASI(fd_tell)(uint32_t, uint32_t);
WASI(fd_write)(uint32_t, uint32_t, uint32_t, uint32_t);
WASI(path_create_directory)(uint32_t, uint32_t, uint32_t);
WASI(path_filestat_get)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
WASI(path_filestat_set_times)(uint32_t, uint32_t, uint32_t, uint32_t, uint64_t, uint64_t, uint32_t);
WASI(path_link)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
WASI(path_open)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint64_t, uint64_t, uint32_t, uint32_t);
WASI(path_readlink)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
WASI(path_remove_directory)(uint32_t, uint32_t, uint32_t);
WASI(path_rename)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
WASI(path_symlink)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
WASI(path_unlink_file)(uint32_t, uint32_t, uint32_t);
WASI(poll_oneoff)(uint32_t, uint32_t, uint32_t, uint32_t);
WASI(proc_raise)(uint32_t);
WASI(sched_yield)(void);
WASI(random_get)(uint32_t, uint32_t);
WASI(sock_accept)(uint32_t, uint32_t, uint32_t);
WASI(sock_recv)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
WASI(sock_send)(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);
WASI(sock_shutdown)(uint32_t, uint32_t);

static uint64_t state;

static uint32_t below(uint32_t limit) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 16) % limit);
}

// The memory for buffers and results of calls.
static uint8_t arena[8192];

static uint32_t address(const void *pointer) { return (uint32_t)(uintptr_t)pointer; }

// An address: almost always in the arena, sometimes anywhere in memory or beyond it.
static uint32_t place(void) {
    return below(40) ? address(arena + below(sizeof arena - 1024)) : (uint32_t)(state >> 8);
}

// A path. Except for . and .., its words name no file of the machine, so an escape would do hardly any harm.
static uint32_t path(uint32_t *bytes) {
    static const char *const words[] = {"swfz_a", "swfz_a", "swfz_b", "swfz_b", "swfz_c", ".", "..", "..", "",
                                        "up", "absolute", "out", "outside", "secret", "granted", "file", "dir"};
    static char texts[2][160];
    static int turn;
    char *text = texts[turn ^= 1];
    text[0] = '\0';
    if (below(20) == 0) strcat(text, "/");
    for (uint32_t left = 1 + below(5); left > 0; left--) {
        strcat(text, words[below(sizeof words / sizeof words[0])]);
        if (left > 1 || below(8) == 0) strcat(text, "/");
    }
    *bytes = below(60) ? (uint32_t)strlen(text) : (uint32_t)(state >> 20);
    return below(60) ? address(text) : place();
}

// A descriptor, but no standard stream. Grants are 3 to 7.
static uint32_t descriptor(void) { return below(3) ? 3 + below(below(30) ? 20 : 100000) : 3; }
// For calls that do standard streams no harm.
static uint32_t any_descriptor(void) { return below(10) ? descriptor() : below(3); }

static uint64_t rights(void) {
    static const uint64_t some[] = {UINT64_MAX, (1 << 30) - 1, 2, 2 | 64, 64, 0};
    return below(10) ? some[below(6)] : state;
}

// Offsets and sizes: small, so that no disk fills up, or absurd.
static uint64_t offset(void) { return below(8) ? below(100000) : (1ull << 63) | state; }

static uint32_t iovecs(uint32_t *count) {
    static uint32_t list[16];
    for (int i = 0; i < 16; i += 2) list[i] = place(), list[i + 1] = below(30) ? below(900) : (uint32_t)state;
    *count = below(30) ? below(5) : (uint32_t)state;
    return below(40) ? address(list) : place();
}

// Each list of subscriptions has a clock that is due at once, so that no call waits for ever.
static void poll(void) {
    static uint8_t subscriptions[8 * 48];
    uint32_t count = 1 + below(8);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t *at = subscriptions + 48 * i;
        memset(at, 0, 48);
        at[8] = i ? (uint8_t)below(below(20) ? 3 : 256) : 0;
        uint32_t which = at[8] ? any_descriptor() : below(2);
        if (i && !below(10)) which = below(6);
        memcpy(at + 16, &which, 4);
        at[24] = (uint8_t)below(200);
        at[40] = (uint8_t)below(2);
    }
    call_poll_oneoff(address(subscriptions), below(30) ? address(arena) : place(), count, place());
}

static void call_path(uint32_t which) {
    uint32_t n, m, fd = descriptor(), to = descriptor(), one = path(&n), two = path(&m);
    switch (which) {
    case 0: call_path_create_directory(fd, one, n); break;
    case 1: call_path_filestat_get(fd, below(3), one, n, place()); break;
    case 2: call_path_filestat_set_times(fd, below(3), one, n, offset(), offset(), below(17)); break;
    case 3: call_path_link(fd, below(3), one, n, to, two, m); break;
    case 4: call_path_readlink(fd, one, n, place(), below(900), place()); break;
    case 5: call_path_remove_directory(fd, one, n); break;
    case 6: call_path_rename(fd, one, n, to, two, m); break;
    case 7: call_path_symlink(one, n, fd, two, m); break;
    case 8: call_path_unlink_file(fd, one, n); break;
    default: call_path_open(fd, below(3), one, n, below(17), rights(), rights(), below(32), place());
    }
}

static void call_descriptor(uint32_t which) {
    uint32_t fd = descriptor(), count, list = iovecs(&count);
    switch (which) {
    case 0: call_fd_advise(fd, offset(), offset(), below(7)); break;
    case 1: call_fd_allocate(fd, offset(), offset()); break;
    case 2: if (below(4) == 0) call_fd_close(fd); break;
    case 3: call_fd_datasync(any_descriptor()); break;
    case 4: call_fd_fdstat_get(any_descriptor(), place()); break;
    case 5: call_fd_fdstat_set_flags(fd, below(40) | 4); break; // a listening socket must not wait
    case 6: if (below(50) == 0) call_fd_fdstat_set_rights(fd, rights(), rights()); break;
    case 7: call_fd_filestat_get(any_descriptor(), place()); break;
    case 8: call_fd_filestat_set_size(fd, offset()); break;
    case 9: call_fd_filestat_set_times(fd, offset(), offset(), below(17)); break;
    case 10: call_fd_pread(fd, list, count, offset(), place()); break;
    case 11: call_fd_pwrite(fd, list, count, offset(), place()); break;
    case 12: call_fd_read(fd, list, count, place()); break;
    case 13: call_fd_readdir(fd, place(), below(1000), below(8), place()); break;
    case 14: if (below(8) == 0) call_fd_renumber(fd, descriptor()); break;
    case 15: call_fd_seek(any_descriptor(), offset(), below(4), place()); break;
    case 16: call_fd_tell(any_descriptor(), place()); break;
    case 17: call_fd_prestat_dir_name(fd, place(), below(60)); break;
    case 18: call_fd_prestat_get(fd, place()); break;
    case 19: call_fd_sync(any_descriptor()); break;
    default: call_fd_write(fd, list, count, place());
    }
}

static void call_other(uint32_t which) {
    uint32_t fd = descriptor(), count, list = iovecs(&count);
    static const uint32_t harmless[] = {0, 16, 31, 200}; // 16 is SIGCHLD; the others are no signals
    switch (which) {
    case 0: call_clock_res_get(below(6), place()); break;
    case 1: call_clock_time_get(below(6), state, place()); break;
    case 2: call_random_get(place(), below(1000)); break;
    case 3: call_sched_yield(); break;
    case 4: call_proc_raise(harmless[below(4)]); break;
    case 5: call_sock_recv(fd, list, count, below(4), place(), place()); break;
    case 6: call_sock_send(fd, list, count, below(2), place()); break;
    case 7: call_sock_shutdown(fd, below(5)); break;
    case 8: call_sock_accept(fd, below(8) | 4, place()); break;
    case 9: call_args_sizes_get(place(), place()); break;
    case 10: call_args_get(address(arena), address(arena + 512)); break;
    case 11: call_environ_sizes_get(place(), place()); break;
    case 12: call_environ_get(address(arena), address(arena + 512)); break;
    default: poll();
    }
}

// The secret is not in this program's own data.
static int knows_secret(void) {
    static const char hidden[] = "UPQTFDSFU.UPQTFDSFU"; // every byte of the secret, plus 1
    for (size_t i = 0; i + sizeof hidden <= sizeof arena; i++) {
        size_t length = 0;
        while (length + 1 < sizeof hidden && arena[i + length] == (uint8_t)(hidden[length] - 1)) length++;
        if (length + 1 == sizeof hidden) return 1;
    }
    return 0;
}

int main(int argc, char **argv) {
    uint32_t calls = argc > 2 ? (uint32_t)atoi(argv[2]) : 1000;
    state = (argc > 1 ? (uint64_t)atoll(argv[1]) : 1) * 0x9e3779b97f4a7c15ull + 1;
    for (int fd = 3; fd < 12; fd++) call_fd_fdstat_set_flags((uint32_t)fd, 4);
    for (uint32_t n = 0; n < calls; n++) {
        uint32_t kind = below(8);
        if (kind < 4) call_path(below(16));
        else if (kind < 7) call_descriptor(below(23));
        else call_other(below(15));
        if (knows_secret()) return 3;
    }
    return 0;
}
