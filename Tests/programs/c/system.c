// Uses the services of a system: trees of files, clocks, waiting, a server, a full disk, a closed pipe. The
// first argument chooses one. Tests/EndToEndTests/SystemTests.swift compares the output with that of a native
// build.
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifndef __wasi__
#include <signal.h>
#endif

// The name of an error. Its text differs between C libraries, but its name does not.
static const char *error_name(int error) {
    switch (error) {
    case EEXIST: return "EEXIST";
    case ENOENT: return "ENOENT";
    case ENOTEMPTY: return "ENOTEMPTY";
    case ENOTDIR: return "ENOTDIR";
    case EISDIR: return "EISDIR";
    case EINVAL: return "EINVAL";
    case ELOOP: return "ELOOP";
    case ENOSPC: return "ENOSPC";
    case EPIPE: return "EPIPE";
    case EBADF: return "EBADF";
    case ENAMETOOLONG: return "ENAMETOOLONG";
    }
    static char number[20];
    snprintf(number, sizeof number, "errno %d", error);
    return number;
}

static void tell(const char *what, long result) {
    printf("%s: %s\n", what, result < 0 ? error_name(errno) : "ok");
}

// MARK: Files

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file)) tell(path, -1);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void walk(const char *path) {
    struct stat status;
    if (lstat(path, &status)) {
        tell(path, -1);
        return;
    }
    if (S_ISLNK(status.st_mode)) {
        char target[100];
        ssize_t length = readlink(path, target, sizeof target);
        printf("%s -> %.*s\n", path, (int)(length < 0 ? 0 : length), target);
    } else if (S_ISREG(status.st_mode)) {
        printf("%s %lld bytes, %d names\n", path, (long long)status.st_size, (int)status.st_nlink);
    } else {
        printf("%s/\n", path);
        char *names[50];
        size_t count = 0;
        DIR *directory = opendir(path);
        for (struct dirent *entry; directory && count < 50 && (entry = readdir(directory));)
            if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) names[count++] = strdup(entry->d_name);
        if (directory) closedir(directory);
        qsort(names, count, sizeof *names, by_name);
        for (size_t i = 0; i < count; i++) {
            char inner[300];
            snprintf(inner, sizeof inner, "%s/%s", path, names[i]);
            walk(inner);
            free(names[i]);
        }
    }
}

static void change_tree(void) {
    tell("link", link("tree/one", "tree/deep/linked"));
    tell("symlink", symlink("../one", "tree/deep/pointer"));
    tell("dangling", symlink("nowhere", "tree/dangling"));
    tell("loop", symlink("loop", "tree/loop"));
    tell("rename a file", rename("tree/two", "tree/deep/renamed"));
    tell("rename onto a file", rename("tree/three", "tree/deep/renamed"));
    tell("rename a directory", rename("tree/deep/er", "tree/moved"));
    tell("truncate", truncate("tree/one", 3));
    int file = open("tree/moved/leaf", O_RDWR);
    tell("extend", ftruncate(file, 5000));
    tell("append mode", close(open("tree/moved/leaf", O_WRONLY | O_APPEND)));
    struct timespec times[2] = {{.tv_sec = 1000000000, .tv_nsec = 5}, {.tv_sec = 1234567890, .tv_nsec = 987654321}};
    struct stat status;
    tell("times", futimens(file, times));
    fstat(file, &status);
    printf("%lld.%09ld %lld.%09ld\n", (long long)status.st_atim.tv_sec, (long)status.st_atim.tv_nsec,
           (long long)status.st_mtim.tv_sec, (long)status.st_mtim.tv_nsec);
    tell("times of a link", utimensat(AT_FDCWD, "tree/dangling", times, AT_SYMLINK_NOFOLLOW));
    lstat("tree/dangling", &status);
    printf("%lld\n", (long long)status.st_mtim.tv_sec);
    close(file);
}

static void make_mistakes(void) {
    char name[300];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    tell("mkdir again", mkdir("tree/deep", 0777));
    tell("rmdir of what is full", rmdir("tree/deep"));
    tell("rmdir of a file", rmdir("tree/one"));
    tell("unlink of a directory", unlink("tree/moved"));
    tell("unlink of nothing", unlink("tree/absent"));
    tell("unlink below a file", unlink("tree/one/x"));
    tell("rename into itself", rename("tree/deep", "tree/deep/inside"));
    tell("rename a file onto a directory", rename("tree/one", "tree/moved"));
    tell("readlink of a file", readlink("tree/one", name, 1));
    tell("write a directory", open("tree/deep", O_WRONLY));
    tell("directory wanted", open("tree/one", O_RDONLY | O_DIRECTORY));
    tell("exclusive", open("tree/one", O_WRONLY | O_CREAT | O_EXCL, 0666));
    tell("through a dangling link", open("tree/dangling", O_RDONLY));
    tell("through a loop", open("tree/loop", O_RDONLY));
    tell("no links", open("tree/deep/pointer", O_RDONLY | O_NOFOLLOW));
    tell("a long name", open(name, O_RDONLY));
    tell("link to a directory is a link", unlink("tree/loop"));
    tell("close twice", close(99));
}

static int tree(void) {
    tell("mkdir", mkdir("tree", 0777) | mkdir("tree/deep", 0777) | mkdir("tree/deep/er", 0777));
    write_file("tree/one", "first file");
    write_file("tree/two", "second");
    write_file("tree/three", "third file here");
    write_file("tree/deep/er/leaf", "leaf");
    walk("tree");
    change_tree();
    walk("tree");
    make_mistakes();
    static const char *const files[] = {"tree/one", "tree/deep/linked", "tree/deep/pointer", "tree/deep/renamed",
                                        "tree/moved/leaf", "tree/dangling"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) tell(files[i], unlink(files[i]));
    tell("rmdir", rmdir("tree/moved") | rmdir("tree/deep"));
    walk("tree");
    tell("rmdir", rmdir("tree"));
    walk("tree");
    return 0;
}

// MARK: Time

static long long now(clockid_t clock) {
    struct timespec time;
    return clock_gettime(clock, &time) ? -1 : time.tv_sec * 1000000000ll + time.tv_nsec;
}

static int clocks(void) {
    long long wall = now(CLOCK_REALTIME), before = now(CLOCK_MONOTONIC);
    struct timespec pause = {.tv_nsec = 20000000};
    tell("nanosleep", nanosleep(&pause, NULL));
    long long between = now(CLOCK_MONOTONIC);
    printf("slept %d\n", between - before >= 20000000);
    printf("poll of nothing %d\n", poll(NULL, 0, 10));
    long long after = now(CLOCK_MONOTONIC);
    printf("waited %d\n", after - between >= 10000000);
    printf("this century %d, later %d\n", wall > 1600000000ll * 1000000000, now(CLOCK_REALTIME) > wall);
    for (int i = 0; i < 1000; i++) {
        long long next = now(CLOCK_MONOTONIC);
        if (next < after) puts("the clock went back");
        after = next;
    }
    struct timespec passed = {.tv_nsec = 1};
    printf("a time that is over %d\n", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &passed, NULL));
    return 0;
}

// MARK: Waiting

static int wait_for(int fd, int milliseconds) {
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    return poll(&waiting, 1, milliseconds);
}

// The driver writes only after it has read that nothing was there.
static int wait_for_input(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    char text[20];
    printf("waiting: %d\n", wait_for(0, 20));
    int ready = wait_for(0, 20000);
    ssize_t count = read(0, text, sizeof text);
    printf("ready: %d, read %zd\n", ready, count);
    printf("waiting: %d\n", wait_for(0, 20));
    ready = wait_for(0, 20000);
    count = read(0, text, sizeof text);
    printf("ready: %d, read %zd\n", ready, count);
    struct pollfd both[] = {{.fd = 0, .events = POLLIN}, {.fd = 1, .events = POLLOUT}};
    printf("both: %d\n", poll(both, 2, 20000));
    return 0;
}

static int serve(const char *number) {
    setvbuf(stdout, NULL, _IONBF, 0);
    int listening = atoi(number);
    printf("waiting: %d\n", wait_for(listening, 20));
    for (int i = 0; i < 2; i++) {
        if (wait_for(listening, 20000) != 1) return 1;
        int client = accept(listening, NULL, NULL);
        if (client < 0) {
            tell("accept", client);
            return 1;
        }
        char text[100];
        size_t total = 0;
        for (ssize_t count; wait_for(client, 20000) == 1 && (count = read(client, text, sizeof text)) > 0;) {
            for (ssize_t at = 0; at < count; at++) text[at] = (char)toupper(text[at]);
            if (write(client, text, (size_t)count) != count) return 2;
            total += (size_t)count;
        }
        printf("served %zu bytes\n", total);
        tell("close", close(client));
    }
    return 0;
}

// MARK: Failing writes

static int fill(const char *path) {
    FILE *file = fopen(path, "w");
    if (!file) {
        tell("open", -1);
        return 1;
    }
    tell("write", write(fileno(file), "text", 4));
    tell("buffered", fputs("text", file));
    tell("flush", fflush(file));
    tell("again", fclose(file));
    return 3;
}

static int write_to_nobody(void) {
    getchar(); // the driver has closed the other end
    long result = write(1, "text", 4);
    fprintf(stderr, "write: %s\n", result < 0 ? error_name(errno) : "ok");
    result = puts("more") < 0 ? -1 : fflush(stdout); // which of the two writes is the library's choice
    fprintf(stderr, "flush: %s\n", result < 0 ? error_name(errno) : "ok");
    return 4;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
#ifndef __wasi__
    signal(SIGPIPE, SIG_IGN); // WASI has no signals: a write to a closed pipe is an error
#endif
    if (!strcmp(what, "tree")) return tree();
    if (!strcmp(what, "clocks")) return clocks();
    if (!strcmp(what, "input")) return wait_for_input();
    if (!strcmp(what, "serve") && argc > 2) return serve(argv[2]);
    if (!strcmp(what, "full") && argc > 2) return fill(argv[2]);
    if (!strcmp(what, "pipe")) return write_to_nobody();
    return 100;
}
