/* search TEXT PROGRAM [ARGUMENTS]: starts a program (attack.c's wait_for_reader). While it waits, prints its
 * descriptors, and those of its mappings that contain the text, without mappings of files.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void list_descriptors(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, versionsort);
    printf("descriptors");
    for (int i = 0; i < count; i++)
        if (entries[i]->d_name[0] != '.') printf(" %s", entries[i]->d_name);
    printf("\n");
}

static void search_mappings(pid_t pid, const char *text)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    int memory = open(path, O_RDONLY);
    if (!maps || memory < 0) exit(2);
    while (fgets(line, sizeof line, maps)) {
        uint64_t begin, end;
        char access[5], name[256] = "";
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %*s %255[^\n]", &begin, &end, access, name) < 3) continue;
        if (access[0] != 'r' || name[0] == '/') continue;
        char *bytes = malloc(end - begin);
        ssize_t got = pread(memory, bytes, end - begin, (off_t)begin);
        if (got > 0 && memmem(bytes, (size_t)got, text, strlen(text))) printf("found in %s\n", name);
        free(bytes);
    }
    fclose(maps), close(memory);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 64;
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) return 2;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(in[0], 0), dup2(out[1], 2);
        const char *path = argv[2];
        argv[2] = "program";
        execv(path, argv + 2);
        _exit(2);
    }
    close(in[0]), close(out[1]);
    char ready[64];
    if (read(out[0], ready, sizeof ready) <= 0) return 2;
    list_descriptors(pid);
    search_mappings(pid, argv[1]);
    close(in[1]), close(out[0]);
    return waitpid(pid, NULL, 0) != pid;
}
