// Serves one client on the listening descriptor of its first argument: answers in capitals until the client
// is done, waiting by poll. Prints that it runs, and what it did.
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int wait_for(int fd) {
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    return poll(&waiting, 1, 20000);
}

int main(int argc, char **argv) {
    int listening = argc > 1 ? atoi(argv[1]) : 3;
    puts("serving");
    fflush(stdout);
    if (wait_for(listening) != 1) return 1;
    int client = accept(listening, NULL, NULL);
    if (client < 0) {
        printf("accept: errno %d\n", errno);
        return 1;
    }
    char text[100];
    size_t total = 0;
    while (wait_for(client) == 1) {
        ssize_t count = recv(client, text, sizeof text, 0);
        if (count <= 0) break;
        for (ssize_t i = 0; i < count; i++) text[i] = (char)toupper(text[i]);
        if (send(client, text, (size_t)count, 0) != count) return 1;
        total += (size_t)count;
    }
    shutdown(client, SHUT_WR);
    printf("served %zu bytes\n", total);
    return 0;
}
