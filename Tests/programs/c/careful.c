// Uses one part of the system and notices every failure: a call that fails, and a result that cannot be. Prints `fine`
// if all went well; otherwise ends with status 3 and names the step on standard error.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void need(int condition, const char *step) {
    if (condition) return;
    fprintf(stderr, "careful: %s: %s\n", step, strerror(errno));
    exit(3);
}

static void print(void) {
    for (int i = 0; i < 3000; i++) need(printf("%d line\n", i) > 0, "printf");
}

static void files(void) {
    char text[6] = "";
    struct stat stat;
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    need(fd >= 0, "open");
    need(write(fd, "hello world", 11) == 11, "write");
    need(pwrite(fd, "H", 1, 0) == 1, "pwrite");
    need(lseek(fd, 6, SEEK_SET) == 6, "lseek");
    need(read(fd, text, 5) == 5 && !strcmp(text, "world"), "read");
    need(pread(fd, text, 5, 0) == 5 && !strcmp(text, "Hello"), "pread");
    need(ftruncate(fd, 5) == 0 && fstat(fd, &stat) == 0 && stat.st_size == 5, "ftruncate");
    need(posix_fallocate(fd, 0, 8) == 0, "posix_fallocate");
    need(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) == 0, "posix_fadvise");
    need(futimens(fd, (struct timespec[]){{1, 0}, {2, 0}}) == 0, "futimens");
    need(fcntl(fd, F_SETFL, O_APPEND) == 0 && fcntl(fd, F_GETFL) & O_APPEND, "fcntl");
    need(fsync(fd) == 0 && fdatasync(fd) == 0 && close(fd) == 0, "fsync");
    need(stat.st_mode && (stat.st_size = 0, stat.st_mtime = 0, lstat("file", &stat)) == 0 && stat.st_size == 8 &&
             stat.st_mtime == 2, "lstat");
    need(unlink("file") == 0, "unlink");
    need(access("file", F_OK) == -1 && errno == ENOENT, "access");
}

static void directories(void) {
    char target[10] = "";
    int names = 0;
    need(mkdir("made", 0755) == 0, "mkdir");
    need(close(open("made/a", O_WRONLY | O_CREAT, 0644)) == 0, "open");
    need(link("made/a", "made/b") == 0, "link");
    need(symlink("a", "made/c") == 0, "symlink");
    need(readlink("made/c", target, 9) == 1 && !strcmp(target, "a"), "readlink");
    need(rename("made/b", "made/d") == 0, "rename");
    DIR *directory = opendir("made");
    need(directory != NULL, "opendir");
    errno = 0;
    while (readdir(directory)) names++;
    need(names == 5 && errno == 0 && closedir(directory) == 0, "readdir");
    need(!unlink("made/a") && !unlink("made/c") && !unlink("made/d") && !rmdir("made"), "rmdir");
}

static void clocks(void) {
    struct timespec before, after, resolution;
    need(clock_gettime(CLOCK_REALTIME, &before) == 0 && before.tv_sec > 1700000000, "clock_gettime");
    need(clock_getres(CLOCK_MONOTONIC, &resolution) == 0 && resolution.tv_nsec > 0, "clock_getres");
    need(clock_gettime(CLOCK_MONOTONIC, &before) == 0, "clock_gettime");
    need(nanosleep(&(struct timespec){0, 3000000}, NULL) == 0, "nanosleep");
    need(clock_gettime(CLOCK_MONOTONIC, &after) == 0, "clock_gettime");
    need((after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec >= 3000000, "nanosleep's time");
}

static void randomness(void) {
    unsigned char bytes[256];
    int seen = 0;
    need(getentropy(bytes, sizeof bytes) == 0, "getentropy");
    for (size_t i = 0; i < sizeof bytes; i++) seen |= bytes[i];
    need(seen == 255, "getentropy's bytes");
}

static void waiting(void) {
    struct pollfd streams[2] = {{.fd = 0, .events = POLLIN}, {.fd = 1, .events = POLLOUT}};
    char byte;
    need(poll(streams, 2, 5000) == 2, "poll");
    need(read(0, &byte, 1) == 1 && byte == 'x', "read");
    need(poll(NULL, 0, 2) == 0, "poll of a time alone");
}

static void memory(void) {
    char *block = malloc(50 << 20);
    need(block != NULL, "malloc");
    for (size_t i = 0; i < 50 << 20; i += 4096) block[i] = 1;
}

int main(int argc, char **argv) {
    const char *part = argc > 1 ? argv[1] : "";
    static const struct { const char *name; void (*run)(void); } parts[] = {
        {"print", print}, {"files", files}, {"directories", directories}, {"clocks", clocks},
        {"random", randomness}, {"waiting", waiting}, {"memory", memory},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strcmp(part, parts[i].name)) parts[i].run();
    need(puts("fine") >= 0 && fflush(stdout) == 0 && close(1) == 0, "puts");
    return 0;
}
