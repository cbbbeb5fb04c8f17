/* deny NUMBERS PROGRAM [ARGUMENTS]: runs a program once for each system call of the list (numbers with commas) and
 * each of two errors, EPERM and ENOSYS, with which a filter of the process answers that call. Before that, runs it
 * once without a filter. Standard input is one 'x', then its end. Each run begins in an empty directory below the current one.
 *
 * Prints a line for each run: the number (-1 without a filter), the error, the exit status (128 + the signal that
 * ended it; 256 if it did not end within a minute), how much it wrote to standard output, a hash of that, and the
 * first line that it wrote to standard error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_START = 99, HANGS = 256 };

static void become(long number, int error, char **words)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    if (number >= 0 && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)))
        _exit(CANNOT_START);
    execv(words[0], words);
    _exit(CANNOT_START);
}

/* The exit status of a child, which is killed if it does not end. */
static int status_of(pid_t child)
{
    int process = (int)syscall(SYS_pidfd_open, child, 0), status;
    struct pollfd end = {.fd = process, .events = POLLIN};
    int ended = poll(&end, 1, 60000);
    if (ended < 1) kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(process);
    if (ended < 1) return HANGS;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void report(long number, int error, int status, int output, int errors)
{
    char line[300];
    uint64_t hash = 0xcbf29ce484222325u;
    off_t bytes = lseek(output, 0, SEEK_END);
    uint8_t *text = bytes ? mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, output, 0) : NULL;
    for (off_t i = 0; i < bytes; i++) hash = (hash ^ text[i]) * 0x100000001b3u;
    ssize_t length = pread(errors, line, sizeof line - 1, 0);
    line[length > 0 ? length : 0] = 0;
    line[strcspn(line, "\n")] = 0;
    printf("%ld %d %d %ld %016lx %s\n", number, error, status, (long)bytes, (unsigned long)hash, line);
    if (text) munmap(text, (size_t)bytes);
}

static void run(long number, int error, char **words)
{
    static int count;
    char name[20];
    int input[2], output = memfd_create("output", 0), errors = memfd_create("errors", 0);
    snprintf(name, sizeof name, "%d", count++);
    if (mkdir(name, 0755) || pipe(input) || write(input[1], "x", 1) != 1) exit(CANNOT_START);
    close(input[1]);
    fflush(stdout);
    pid_t child = fork();
    if (!child) {
        if (chdir(name) || dup2(input[0], 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) _exit(CANNOT_START);
        close_range(3, ~0u, 0);
        become(number, error, words);
    }
    report(number, error, status_of(child), output, errors);
    close(input[0]), close(output), close(errors);
}

int main(int argc, char **argv)
{
    if (argc < 3) return 64;
    run(-1, 0, argv + 2);
    for (char *number = strtok(argv[1], ","); number; number = strtok(NULL, ","))
        for (int i = 0; i < 2; i++) run(atol(number), i ? ENOSYS : EPERM, argv + 2);
    return 0;
}
