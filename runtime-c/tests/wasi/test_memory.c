/* Calls with a pointer outside memory, with arguments at the edges of what they may be, and without a memory.
 * Where a pointer is wrong, the result is EFAULT, and no byte is written. Nothing crashes. */
#include <string.h>

#include "harness.h"

/* 'p' an address, 'n' a count or length, 'f' a descriptor, 'i' u32 0, 'I' u64 0. */
typedef struct shape {
    const char *name, *parameters;
    void *call;
} shape;

#define SWASM_WASI(name, parameters, parameter_signature, result_signature, words) {#name, parameter_signature, (void *)swasm_wasi_##name},
static const shape shapes[] = {
#include "../../abi/wasi_p1.def"
};
#undef SWASM_WASI

typedef uint32_t (*any_call)(swasm_instance *, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                             uint64_t, uint64_t, uint64_t);

static const uint32_t edges[] = {
    0, 1, 3, 8, 100, 65536, MEMORY_BYTES - 64, MEMORY_BYTES - 8, MEMORY_BYTES - 4, MEMORY_BYTES - 1, MEMORY_BYTES,
    MEMORY_BYTES + 1, 0x20000000, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff,
};
enum { EDGES = sizeof edges / sizeof edges[0] };

static uint32_t random_state = 12345;
static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Makes calls with arguments at the edges. The result must always be a defined errno. Calls that end the
 * process or may wait for ever are left out. All calls go through one type of function pointer. The sanitizer
 * must not report that here, because both architectures pass every argument in 64 bits. */
__attribute__((no_sanitize("undefined"))) static void edge_arguments(sandbox *box)
{
    unsigned undefined = 0, calls = 0;
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        if (strstr(shapes[s].name, "proc_") || strstr(shapes[s].name, "poll_")) continue;
        any_call call = (any_call)shapes[s].call;
        for (int round = 0; round < 600; round++) {
            uint64_t a[9];
            for (int i = 0; i < 9; i++) a[i] = edges[next_random() % EDGES];
            /* Leave out the test's own standard streams: reading would wait, and closing would silence the
             * test. */
            a[0] = strncmp(shapes[s].name, "path_symlink", 12) == 0 ? a[0] : 3 + next_random() % 6;
            if (strcmp(shapes[s].name, "fd_renumber") == 0) a[1] = 20 + next_random() % 9;
            uint32_t error = call(box->instance, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]);
            undefined += error > SWASM_WASI_NOTCAPABLE;
            calls++;
        }
    }
    expect(undefined, 0, "every result is an errno of WASI");
    check(calls > 20000, "many calls were made");
}

/* Makes a call with one address just outside of memory and all other arguments good. The result is EFAULT,
 * and the memory stays as it is. */
static void one_bad_pointer(sandbox *box)
{
    uint32_t fd = open_file(box, GRANTED, "file", SWASM_OFLAG_CREAT);
    uint32_t iov = iovec(box, 64, 4), path = at(box, "file", 4), good = 512;
    swasm_instance *i = box->instance;
    uint8_t before[256];
    memset(box->memory, 0x5a, 1024);
    memcpy(before, box->memory, 256);
    struct { const char *name; uint32_t got; } calls[] = {
        {"args_get", swasm_wasi_args_get(i, NOWHERE - 15, good)},
        {"args_get bytes", swasm_wasi_args_get(i, good, NOWHERE - 22)},
        {"args_sizes_get", swasm_wasi_args_sizes_get(i, NOWHERE - 3, good)},
        {"environ_get", swasm_wasi_environ_get(i, NOWHERE - 7, good)},
        {"environ_sizes_get", swasm_wasi_environ_sizes_get(i, good, NOWHERE - 3)},
        {"clock_res_get", swasm_wasi_clock_res_get(i, 0, NOWHERE - 7)},
        {"clock_time_get", swasm_wasi_clock_time_get(i, 0, 0, NOWHERE - 7)},
        {"fd_fdstat_get", swasm_wasi_fd_fdstat_get(i, fd, NOWHERE - 23)},
        {"fd_filestat_get", swasm_wasi_fd_filestat_get(i, fd, NOWHERE - 63)},
        {"fd_pread", swasm_wasi_fd_pread(i, fd, iov, 1, 0, NOWHERE - 3)},
        {"fd_pread iovs", swasm_wasi_fd_pread(i, fd, NOWHERE - 7, 1, 0, good)},
        {"fd_prestat_get", swasm_wasi_fd_prestat_get(i, GRANTED, NOWHERE - 7)},
        {"fd_prestat_dir_name", swasm_wasi_fd_prestat_dir_name(i, GRANTED, NOWHERE, 1)},
        {"fd_pwrite", swasm_wasi_fd_pwrite(i, fd, iov, 1, 0, NOWHERE - 3)},
        {"fd_read", swasm_wasi_fd_read(i, fd, iov, 1, NOWHERE - 3)},
        {"fd_readdir", swasm_wasi_fd_readdir(i, GRANTED, NOWHERE - 99, 100, 0, good)},
        {"fd_readdir used", swasm_wasi_fd_readdir(i, GRANTED, good, 100, 0, NOWHERE - 3)},
        {"fd_seek", swasm_wasi_fd_seek(i, fd, 0, 0, NOWHERE - 7)},
        {"fd_tell", swasm_wasi_fd_tell(i, fd, NOWHERE - 7)},
        {"fd_write", swasm_wasi_fd_write(i, fd, iov, 1, NOWHERE - 3)},
        {"path_create_directory", swasm_wasi_path_create_directory(i, GRANTED, NOWHERE - 3, 4)},
        {"path_filestat_get", swasm_wasi_path_filestat_get(i, GRANTED, 0, NOWHERE - 3, 4, good)},
        {"path_filestat_get result", swasm_wasi_path_filestat_get(i, GRANTED, 0, path, 4, NOWHERE - 63)},
        {"path_filestat_set_times", swasm_wasi_path_filestat_set_times(i, GRANTED, 0, NOWHERE - 3, 4, 1, 1, 5)},
        {"path_link", swasm_wasi_path_link(i, GRANTED, 0, NOWHERE - 3, 4, GRANTED, path, 4)},
        {"path_link new", swasm_wasi_path_link(i, GRANTED, 0, path, 4, GRANTED, NOWHERE - 3, 4)},
        {"path_open", swasm_wasi_path_open(i, GRANTED, 0, NOWHERE - 3, 4, 0, 0, 0, 0, good)},
        {"path_open result", swasm_wasi_path_open(i, GRANTED, 0, path, 4, 8, 0, 0, 0, NOWHERE - 3)},
        {"path_readlink", swasm_wasi_path_readlink(i, GRANTED, NOWHERE - 3, 4, good, 4, good)},
        {"path_readlink buffer", swasm_wasi_path_readlink(i, GRANTED, path, 4, NOWHERE - 3, 4, good)},
        {"path_readlink used", swasm_wasi_path_readlink(i, GRANTED, path, 4, good, 4, NOWHERE - 3)},
        {"path_remove_directory", swasm_wasi_path_remove_directory(i, GRANTED, NOWHERE - 3, 4)},
        {"path_rename", swasm_wasi_path_rename(i, GRANTED, NOWHERE - 3, 4, GRANTED, path, 4)},
        {"path_rename new", swasm_wasi_path_rename(i, GRANTED, path, 4, GRANTED, NOWHERE - 3, 4)},
        {"path_symlink", swasm_wasi_path_symlink(i, NOWHERE - 3, 4, GRANTED, path, 4)},
        {"path_symlink path", swasm_wasi_path_symlink(i, path, 4, GRANTED, NOWHERE - 3, 4)},
        {"path_unlink_file", swasm_wasi_path_unlink_file(i, GRANTED, NOWHERE - 3, 4)},
        {"random_get", swasm_wasi_random_get(i, NOWHERE - 3, 4)},
        {"poll_oneoff", swasm_wasi_poll_oneoff(i, good, NOWHERE - 31, 1, good)},
        {"sock_accept", swasm_wasi_sock_accept(i, fd, 0, NOWHERE - 3)},
        {"sock_recv", swasm_wasi_sock_recv(i, fd, iov, 1, 0, good, NOWHERE - 1)},
        {"sock_send", swasm_wasi_sock_send(i, fd, iov, 1, 0, NOWHERE - 3)},
    };
    for (size_t n = 0; n < sizeof calls / sizeof calls[0]; n++) expect(calls[n].got, SWASM_WASI_FAULT, calls[n].name);
    check(memcmp(before, box->memory, 256) == 0, "failed calls write nothing to memory");
    check(host_file_is(box, "granted/file", ""), "failed calls write nothing to the file");
}

static void no_memory(sandbox *box)
{
    uint32_t fd = open_file(box, GRANTED, "file", SWASM_OFLAG_CREAT);
    sandbox_drop_memory(box);
    expect(swasm_wasi_fd_write(box->instance, fd, 0, 0, 0), SWASM_WASI_FAULT, "fd_write without a memory");
    expect(swasm_wasi_random_get(box->instance, 0, 1), SWASM_WASI_FAULT, "random_get without a memory");
    expect(swasm_wasi_random_get(box->instance, 0, 0), 0, "random_get of 0 bytes without a memory");
    expect(swasm_wasi_path_open(box->instance, GRANTED, 0, 0, 0, 0, 0, 0, 0, 0), SWASM_WASI_FAULT,
           "path_open without a memory");
    expect(swasm_wasi_fd_close(box->instance, fd), 0, "fd_close without a memory");
}

void test_memory(void)
{
    sandbox box;
    sandbox_start(&box);
    one_bad_pointer(&box);
    edge_arguments(&box);
    sandbox_end(&box);
    sandbox_start(&box);
    no_memory(&box);
    sandbox_end(&box);
}
