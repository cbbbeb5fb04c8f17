// Prints a line about each argument: for a number, whether this descriptor is open; for a path, whether it
// opens as a terminal. Answers go to standard output, and to the file "answers" if it is granted.
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *kind(const char *argument) {
    struct stat stat;
    if (isdigit((unsigned char)argument[0])) return fstat(atoi(argument), &stat) == 0 ? "open" : "closed";
    int fd = open(argument, O_RDWR);
    return fd < 0 ? "refused" : isatty(fd) ? "a terminal" : "no terminal";
}

int main(int argc, char **argv) {
    char text[1000];
    size_t used = 0;
    for (int i = 1; i < argc; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s: %s\n", argv[i], kind(argv[i]));
    write(1, text, used);
    int answers = open("answers", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (answers >= 0) write(answers, text, used);
    return 0;
}
