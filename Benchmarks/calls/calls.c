/* Times calls of the system, as a C program makes them. Runs in a directory that run prepares. Prints a line
 * for each kind of call: its name and the nanoseconds that one takes, in the fastest of several batches.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BATCHES = 10, FILE_BYTES = 65536, READ_BYTES = 16 };

static int file, null;

static void require(int holds, const char *what)
{
    if (holds) return;
    perror(what);
    exit(1);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Each function makes its call `count` times. Returns how many calls or entries that was. */
static long ask_clock(clockid_t clock, long count)
{
    struct timespec time;
    for (long i = 0; i < count; i++) require(clock_gettime(clock, &time) == 0, "clock_gettime");
    return count;
}

static long monotonic(long count) { return ask_clock(CLOCK_MONOTONIC, count); }
static long realtime(long count) { return ask_clock(CLOCK_REALTIME, count); }

static long open_and_close(const char *path, long count)
{
    for (long i = 0; i < count; i++) {
        int opened = open(path, O_RDONLY);
        require(opened >= 0, path);
        require(close(opened) == 0, "close");
    }
    return count;
}

static long ask_status(const char *path, long count)
{
    struct stat status;
    for (long i = 0; i < count; i++) require(stat(path, &status) == 0, path);
    return count;
}

static long open_name(long count) { return open_and_close("file", count); }
static long open_path(long count) { return open_and_close("one/two/file", count); }
static long stat_name(long count) { return ask_status("file", count); }
static long stat_path(long count) { return ask_status("one/two/file", count); }

static long entries(long count)
{
    long seen = 0;
    for (long i = 0; i < count; i++) {
        DIR *directory = opendir("many");
        require(directory != NULL, "opendir");
        while (readdir(directory)) seen++;
        closedir(directory);
    }
    return seen;
}

static long reading(long count)
{
    char bytes[READ_BYTES];
    lseek(file, 0, SEEK_SET);
    for (long i = 0; i < count; i++) require(read(file, bytes, READ_BYTES) == READ_BYTES, "read");
    return count;
}

static long write_byte(int descriptor, long count)
{
    for (long i = 0; i < count; i++) require(write(descriptor, "x", 1) == 1, "write");
    return count;
}

static long writing(long count)
{
    lseek(file, 0, SEEK_SET);
    return write_byte(file, count);
}

static long writing_null(long count) { return write_byte(null, count); }

static void measure(const char *name, long (*calls)(long), long count)
{
    double best = 0;
    for (int batch = 0; batch < BATCHES; batch++) {
        int64_t start = now();
        long done = calls(count);
        double each = (double)(now() - start) / (double)done;
        if (batch == 0 || each < best) best = each;
    }
    printf("%s %.2f\n", name, best);
}

int main(void)
{
    file = open("file", O_RDWR);
    require(file >= 0, "file");
    null = STDERR_FILENO; /* run connects it with /dev/null */
    measure("monotonic", monotonic, 20000);
    measure("realtime", realtime, 20000);
    measure("open", open_name, 1000);
    measure("open-path", open_path, 1000);
    measure("stat", stat_name, 2000);
    measure("stat-path", stat_path, 2000);
    measure("entry", entries, 10);
    measure("read", reading, FILE_BYTES / READ_BYTES);
    measure("write", writing, 4000);
    measure("write-null", writing_null, 10000);
    return 0;
}
