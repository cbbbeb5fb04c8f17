/* The line at the bottom of a terminal that tells how far the work is (status.h). */
#include "status.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Back to the beginning of the line, and erase to its end. */
static const char erase[] = "\r\033[K";

/* The descriptor of the terminal that shows a line; -1: no line is shown. */
static atomic_int shown_on = -1;
static atomic_bool over;
/* Held while something is written, so that lines and messages do not mix. swasmc_status_end does not take it,
 * because a signal handler must not wait. */
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

static void put(int descriptor, const char *text, size_t length)
{
    while (length) {
        const ssize_t count = write(descriptor, text, length);
        if (count > 0) {
            text += count;
            length -= (size_t)count;
        } else if (count == 0 || errno != EINTR) {
            return;
        }
    }
}

/* A line that is too long for the terminal would wrap, and could not be erased. */
static size_t fitting(int terminal, size_t length)
{
    struct winsize size;
    const size_t columns = ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return length < columns ? length : columns - 1;
}

void swasmc_status_show(int terminal, const char *line)
{
    pthread_mutex_lock(&writing);
    if (!over) {
        char text[256] = "\r\033[K";
        size_t length = fitting(terminal, strlen(line));
        if (length > sizeof text - sizeof erase) {
            length = sizeof text - sizeof erase;
        }
        memcpy(text + sizeof erase - 1, line, length);
        shown_on = terminal;
        put(terminal, text, sizeof erase - 1 + length);
    }
    pthread_mutex_unlock(&writing);
}

static void erase_shown(void)
{
    const int terminal = atomic_exchange(&shown_on, -1);
    if (terminal >= 0) {
        put(terminal, erase, sizeof erase - 1);
    }
}

void swasmc_status_write(int descriptor, const char *text, size_t length)
{
    pthread_mutex_lock(&writing);
    erase_shown();
    put(descriptor, text, length);
    pthread_mutex_unlock(&writing);
}

void swasmc_status_end(void)
{
    const int errnoBefore = errno;
    over = true;
    erase_shown();
    errno = errnoBefore;
}
