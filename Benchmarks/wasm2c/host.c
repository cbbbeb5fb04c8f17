/* The host of a program translated by wasm2c: its main function and the few WASI calls that the benchmark
 * programs make. It trusts the guest (it is a yardstick, not a sandbox). Compiled with -DPROGRAM_HEADER.
 */
#include PROGRAM_HEADER

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct w2c_wasi__snapshot__preview1 {
    w2c_program *program;
    int argc;
    char **argv;
};

typedef struct w2c_wasi__snapshot__preview1 wasi;

static u8 *at(wasi *w, u32 address)
{
    return w2c_program_memory(w->program)->data + address;
}

static void put32(wasi *w, u32 address, u32 value)
{
    memcpy(at(w, address), &value, sizeof value);
}

static void put64(wasi *w, u32 address, u64 value)
{
    memcpy(at(w, address), &value, sizeof value);
}

u32 w2c_wasi__snapshot__preview1_args_sizes_get(wasi *w, u32 count, u32 bytes)
{
    u32 total = 0;
    for (int i = 0; i < w->argc; i++)
        total += (u32)strlen(w->argv[i]) + 1;
    put32(w, count, (u32)w->argc);
    put32(w, bytes, total);
    return 0;
}

u32 w2c_wasi__snapshot__preview1_args_get(wasi *w, u32 pointers, u32 buffer)
{
    for (int i = 0; i < w->argc; i++) {
        put32(w, pointers + 4 * (u32)i, buffer);
        strcpy((char *)at(w, buffer), w->argv[i]);
        buffer += (u32)strlen(w->argv[i]) + 1;
    }
    return 0;
}

u32 w2c_wasi__snapshot__preview1_environ_sizes_get(wasi *w, u32 count, u32 bytes)
{
    put32(w, count, 0);
    put32(w, bytes, 0);
    return 0;
}

u32 w2c_wasi__snapshot__preview1_environ_get(wasi *w, u32 pointers, u32 buffer)
{
    (void)w, (void)pointers, (void)buffer;
    return 0;
}

u32 w2c_wasi__snapshot__preview1_clock_time_get(wasi *w, u32 clock, u64 precision, u32 result)
{
    (void)clock, (void)precision;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    put64(w, result, (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec);
    return 0;
}

u32 w2c_wasi__snapshot__preview1_random_get(wasi *w, u32 buffer, u32 bytes)
{
    memset(at(w, buffer), 4, bytes);
    return 0;
}

u32 w2c_wasi__snapshot__preview1_fd_write(wasi *w, u32 fd, u32 vectors, u32 count, u32 result)
{
    u32 written = 0;
    for (u32 i = 0; i < count; i++) {
        u32 pair[2];
        memcpy(pair, at(w, vectors + 8 * i), sizeof pair);
        if (write((int)fd, at(w, pair[0]), pair[1]) != (ssize_t)pair[1])
            return 29;
        written += pair[1];
    }
    put32(w, result, written);
    return 0;
}

u32 w2c_wasi__snapshot__preview1_fd_read(wasi *w, u32 fd, u32 vectors, u32 count, u32 result)
{
    (void)fd, (void)vectors, (void)count;
    put32(w, result, 0);
    return 0;
}

u32 w2c_wasi__snapshot__preview1_fd_fdstat_get(wasi *w, u32 fd, u32 result)
{
    memset(at(w, result), 0, 24);
    *at(w, result) = 2; /* a character device: the C library buffers by line */
    return fd > 2 ? 8 : 0;
}

u32 w2c_wasi__snapshot__preview1_fd_fdstat_set_flags(wasi *w, u32 fd, u32 flags)
{
    (void)w, (void)fd, (void)flags;
    return 0;
}

u32 w2c_wasi__snapshot__preview1_fd_seek(wasi *w, u32 fd, u64 offset, u32 whence, u32 result)
{
    (void)w, (void)fd, (void)offset, (void)whence, (void)result;
    return 70;
}

u32 w2c_wasi__snapshot__preview1_fd_close(wasi *w, u32 fd)
{
    (void)w, (void)fd;
    return 0;
}

u32 w2c_wasi__snapshot__preview1_fd_prestat_get(wasi *w, u32 fd, u32 result)
{
    (void)w, (void)fd, (void)result;
    return 8;
}

u32 w2c_wasi__snapshot__preview1_fd_prestat_dir_name(wasi *w, u32 fd, u32 path, u32 bytes)
{
    (void)w, (void)fd, (void)path, (void)bytes;
    return 8;
}

u32 w2c_wasi__snapshot__preview1_poll_oneoff(wasi *w, u32 in, u32 out, u32 count, u32 result)
{
    (void)w, (void)in, (void)out, (void)count, (void)result;
    return 52;
}

u32 w2c_wasi__snapshot__preview1_sched_yield(wasi *w)
{
    (void)w;
    return 0;
}

void w2c_wasi__snapshot__preview1_proc_exit(wasi *w, u32 status)
{
    (void)w;
    fflush(NULL);
    _exit((int)status);
}

int main(int argc, char **argv)
{
    static w2c_program program;
    wasi w = {&program, argc, argv};
    wasm_rt_init();
    wasm2c_program_instantiate(&program, &w);
    w2c_program_0x5Fstart(&program);
    return 0;
}
