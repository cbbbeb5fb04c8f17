// Examines its own process, as far as the sandbox allows. Arguments are pairs of an action and its object.
//   file PATH      prints the file              list PATH      prints the names in the directory
//   write N        writes to a descriptor       read N         reads from one
//   sync PATH      opens it for reading, fdatasync
//   variable NAME  prints a variable            grow ANY       takes all of memory and uses its last byte
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_file(const char *path) {
    char bytes[4096];
    int fd = open(path, O_RDONLY);
    for (ssize_t got; fd >= 0 && (got = read(fd, bytes, sizeof bytes)) > 0;) fwrite(bytes, 1, (size_t)got, stdout);
}

static void print_names(const char *path) {
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (entry->d_name[0] != '.') printf("%s\n", entry->d_name);
}

static void report(const char *what, const char *with, ssize_t result) {
    printf("%s %s: %s\n", what, with, result >= 0 ? "done" : errno == EBADF ? "refused" : strerror(errno));
}

static void grow(void) {
#ifdef __wasm__
    size_t pages = __builtin_wasm_memory_size(0);
    size_t before = __builtin_wasm_memory_grow(0, 65536 - pages);
    volatile uint8_t *last = (volatile uint8_t *)UINT32_MAX;
    *last = 42;
    printf("%d %zu %d\n", before == pages, (size_t)__builtin_wasm_memory_size(0), *last);
#endif
}

int main(int argc, char **argv) {
    char byte[] = "!";
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *what = argv[i], *with = argv[i + 1];
        if (!strcmp(what, "file")) print_file(with);
        if (!strcmp(what, "list")) print_names(with);
        if (!strcmp(what, "write")) report(what, with, write(atoi(with), byte, 1));
        if (!strcmp(what, "read")) report(what, with, read(atoi(with), byte, 1));
        if (!strcmp(what, "sync")) report(what, with, fdatasync(open(with, O_RDONLY)));
        if (!strcmp(what, "variable")) printf("%s=%s\n", with, getenv(with) ? getenv(with) : "");
        if (!strcmp(what, "grow")) grow();
    }
    return 0;
}
