// The calls of the older module name wasi_unstable that differ: whence has another order, a filestat counts
// links in 32 bits. Without a library; the granted directory is descriptor 3 and holds "greeting", "hello\n".
#include <stdint.h>

#define WASI(call) __attribute__((import_module("wasi_unstable"), import_name(#call)))

typedef struct span {
    const void *bytes;
    uint32_t count;
} span;

typedef struct filestat {
    uint64_t device, inode;
    uint8_t kind;
    uint32_t links;
    uint64_t size, times[3];
} filestat;

WASI(fd_write) int fd_write(int, const span *, int, uint32_t *);
WASI(fd_read) int fd_read(int, const span *, int, uint32_t *);
WASI(fd_seek) int fd_seek(int, int64_t, int, uint64_t *);
WASI(fd_filestat_get) int fd_filestat_get(int, filestat *);
WASI(path_filestat_get) int path_filestat_get(int, int, const char *, uint32_t, filestat *);
WASI(path_open)
int path_open(int, int, const char *, uint32_t, int, uint64_t, uint64_t, int, int *);
WASI(proc_exit) _Noreturn void proc_exit(int);

static void expect(int holds, int status) {
    if (!holds) proc_exit(status);
}

__attribute__((export_name("_start"))) void start(void) {
    static char text[8];
    static filestat found;
    static uint64_t position;
    static uint32_t count;
    static int file;
    span whole = {text, sizeof text};
    expect(path_filestat_get(3, 0, "greeting", 8, &found) == 0, 10);
    expect(found.kind == 4 && found.links == 1 && found.size == 6, 11);
    expect(path_open(3, 0, "greeting", 8, 0, 1 << 1 | 1 << 2 | 1 << 21, 0, 0, &file) == 0, 12);
    expect(fd_filestat_get(file, &found) == 0 && found.size == 6, 13);
    expect(fd_seek(file, -4, 1, &position) == 0 && position == 2, 14); // from the end
    expect(fd_seek(file, 1, 0, &position) == 0 && position == 3, 15);  // from the position
    expect(fd_seek(file, 1, 2, &position) == 0 && position == 1, 16);  // from the start
    expect(fd_read(file, &whole, 1, &count) == 0 && count == 5, 17);
    whole.count = count;
    expect(fd_write(1, &whole, 1, &count) == 0, 18);
    proc_exit(3);
}
