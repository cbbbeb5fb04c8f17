// Works in the directory given as the first argument: writes, appends, seeks, truncates, renames, lists,
// removes. Prints what it sees at each step; the directory is empty again at the end.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path_buffer[4][4096];

static const char *in(const char *directory, const char *name) {
    static int next;
    char *path = path_buffer[next++ % 4];
    snprintf(path, sizeof path_buffer[0], "%s/%s", directory, name);
    return path;
}

static void check(const char *what, int result) {
    if (result < 0) {
        printf("%s: %s\n", what, strerror(errno));
    } else {
        printf("%s: ok\n", what);
    }
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *directory) {
    char *names[64];
    int count = 0;
    DIR *stream = opendir(directory);
    if (stream == NULL) {
        printf("opendir: %s\n", strerror(errno));
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream)) != NULL && count < 64;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        names[count++] = strdup(entry->d_name);
    }
    closedir(stream);
    qsort(names, count, sizeof names[0], by_name);
    printf("%d entries:", count);
    for (int i = 0; i < count; i++) {
        printf(" %s", names[i]);
        free(names[i]);
    }
    printf("\n");
}

static void show(const char *path) {
    char text[256];
    struct stat status;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        printf("fopen: %s\n", strerror(errno));
        return;
    }
    size_t count = fread(text, 1, sizeof text, file);
    fstat(fileno(file), &status);
    fclose(file);
    printf("%zu bytes, stat says %lld, regular %d: %.*s\n", count, (long long)status.st_size,
           S_ISREG(status.st_mode), (int)count, text);
}

static void write_and_seek(const char *directory) {
    FILE *file = fopen(in(directory, "a.txt"), "w+");
    if (file == NULL) {
        printf("create: %s\n", strerror(errno));
        exit(1);
    }
    fprintf(file, "%s %d %.3f", "text", 42, 2.5);
    fseek(file, 5, SEEK_SET);
    fputs("17", file);
    fseek(file, 0, SEEK_END);
    printf("at %ld\n", ftell(file));
    fclose(file);
    show(in(directory, "a.txt"));

    file = fopen(in(directory, "a.txt"), "a");
    fputs(" more", file);
    fclose(file);
    show(in(directory, "a.txt"));

    int descriptor = open(in(directory, "a.txt"), O_RDWR);
    check("truncate", ftruncate(descriptor, 4));
    char bytes[4];
    printf("pread %zd\n", pread(descriptor, bytes, 2, 2));
    check("close", close(descriptor));
    check("close twice", close(descriptor));
    show(in(directory, "a.txt"));
}

static void directories(const char *directory) {
    check("mkdir", mkdir(in(directory, "sub"), 0777));
    check("mkdir again", mkdir(in(directory, "sub"), 0777));
    check("rename", rename(in(directory, "a.txt"), in(directory, "sub/b.txt")));
    check("rename what is gone", rename(in(directory, "a.txt"), in(directory, "c.txt")));
    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof name, "file%02d", i);
        int descriptor = open(in(directory, name), O_CREAT | O_EXCL | O_WRONLY, 0666);
        if (descriptor < 0 || close(descriptor) < 0) printf("open %s: %s\n", name, strerror(errno));
    }
    check("exclusive", open(in(directory, "file00"), O_CREAT | O_EXCL | O_WRONLY, 0666));
    list(directory);
    list(in(directory, "sub"));
    check("rmdir of a full one", rmdir(in(directory, "sub")));
    check("unlink of a directory", unlink(in(directory, "sub")) < 0 ? 0 : -1);
    check("open of nothing", open(in(directory, "nothing"), O_RDONLY));
    check("unlink", unlink(in(directory, "sub/b.txt")));
    check("rmdir", rmdir(in(directory, "sub")));
    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof name, "file%02d", i);
        unlink(in(directory, name));
    }
    list(directory);
}

int main(int argc, char **argv) {
    const char *directory = argc > 1 ? argv[1] : ".";
    write_and_seek(directory);
    directories(directory);
    return 0;
}
