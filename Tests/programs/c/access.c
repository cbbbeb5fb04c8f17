// Tries each path of its arguments: "r PATH" opens for reading, "w PATH" creates and writes, "l PATH" lists,
// "s TARGET PATH" makes a symbolic link. Prints the result of each.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *word(int result) {
    return result >= 0 ? "allowed" : errno == ENOENT ? "refused (absent)" : "refused";
}

int main(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *path = argv[i + 1];
        int result = -1;
        switch (argv[i][0]) {
        case 'r': result = open(path, O_RDONLY); break;
        case 'w': result = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666); break;
        case 'l': result = opendir(path) != NULL ? 0 : -1; break;
        case 's':
            result = symlink(argv[i + 1], argv[i + 2]);
            path = argv[i + 2];
            i++;
            break;
        }
        printf("%s: %s\n", path, word(result));
    }
    return 0;
}
