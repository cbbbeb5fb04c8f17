/* Polling, and calls on sockets. */
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

enum { CLOCK = 0, POLL_READ = 1, POLL_WRITE = 2 };

static void give(sandbox *box, uint32_t number, int host, uint8_t filetype)
{
    uint64_t rights = swasm_rights_of(host, filetype, (uint32_t)fcntl(host, F_GETFL) & O_ACCMODE);
    swasm_fd_insert(&box->context.fds, number, (swasm_fd){.filetype = filetype, .host = host, .rights = rights});
}

/* Subscription `index` of the list at `list`, in preview 1's layout. */
static void subscribe(sandbox *box, uint32_t list, uint32_t index, uint8_t type, uint32_t fd_or_clock,
                      uint64_t timeout, uint16_t flags)
{
    uint8_t *s = box->memory + list + 48 * index;
    memset(s, 0xee, 48);
    uint64_t userdata = 0x1000 + index;
    memcpy(s, &userdata, 8);
    s[8] = type;
    memcpy(s + 16, &fd_or_clock, 4);
    if (type != CLOCK) return;
    memcpy(s + 24, &timeout, 8);
    memcpy(s + 40, &flags, 2);
}

/* Polls. Returns a bit set of the subscriptions that have an event, or bit 31 and the errno. */
static uint32_t poll_list(sandbox *box, uint32_t list, uint32_t count, uint32_t out)
{
    uint32_t stored = room(box, 4), due = 0;
    uint32_t error = swasm_wasi_poll_oneoff(box->instance, list, out, count, stored);
    if (error) return 1u << 31 | error;
    for (uint32_t i = 0; i < load32(box, stored); i++) due |= 1u << (load64(box, out + 32 * i) - 0x1000);
    return due;
}

static void clocks(sandbox *box)
{
    uint32_t list = room(box, 480), out = room(box, 320), time = room(box, 8), stored = room(box, 4);
    subscribe(box, list, 0, CLOCK, 1, 1000000, 0);
    swasm_wasi_clock_time_get(box->instance, 1, 0, time);
    uint64_t before = load64(box, time);
    expect(poll_list(box, list, 1, out), 1, "polling a relative time");
    swasm_wasi_clock_time_get(box->instance, 1, 0, time);
    check(load64(box, time) >= before + 1000000, "the relative time has passed");
    expect(box->memory[out + 10], CLOCK, "the event is a clock's");
    expect_event(box, out, 0, "the event of a clock has no error");
    subscribe(box, list, 0, CLOCK, 0, 1, 1);
    expect(poll_list(box, list, 1, out), 1, "polling a real time in the past");
    subscribe(box, list, 0, CLOCK, 1, load64(box, time) + 500000, 1);
    expect(poll_list(box, list, 1, out), 1, "polling an absolute monotonic time");
    subscribe(box, list, 0, CLOCK, 1, UINT64_MAX, 0);
    subscribe(box, list, 1, CLOCK, 1, 1000, 0);
    subscribe(box, list, 2, CLOCK, 0, UINT64_MAX, 1);
    expect(poll_list(box, list, 3, out), 2, "the first of several clocks is due");
    subscribe(box, list, 0, CLOCK, 1, 0, 0);
    subscribe(box, list, 1, CLOCK, 1, 0, 0);
    expect(poll_list(box, list, 2, out), 3, "two clocks are due at once");
    subscribe(box, list, 0, CLOCK, 9, 0, 0);
    expect(poll_list(box, list, 1, out), 1, "polling an unknown clock gives one event");
    expect_event(box, out, SWASM_WASI_INVAL, "the event of an unknown clock has EINVAL");
    subscribe(box, list, 0, CLOCK, 2, 0, 0);
    expect(poll_list(box, list, 1, out), 1, "polling processor time gives one event");
    expect_event(box, out, SWASM_WASI_NOTSUP, "the event of processor time has ENOTSUP");
    subscribe(box, list, 0, CLOCK, 1, 0, 2);
    expect(poll_list(box, list, 1, out), 1, "polling with unknown flags gives one event");
    expect_event(box, out, SWASM_WASI_INVAL, "the event of unknown flags has EINVAL");
    expect(swasm_wasi_poll_oneoff(box->instance, list, out, 0, stored), SWASM_WASI_INVAL,
           "poll_oneoff without subscriptions");
    subscribe(box, list, 0, 3, 0, 0, 0);
    expect(swasm_wasi_poll_oneoff(box->instance, list, out, 1, stored), SWASM_WASI_INVAL,
           "poll_oneoff with an unknown type");
    expect(swasm_wasi_poll_oneoff(box->instance, NOWHERE - 47, out, 1, stored), SWASM_WASI_FAULT,
           "the subscriptions lie outside memory");
    expect(swasm_wasi_poll_oneoff(box->instance, list, NOWHERE - 31, 1, stored), SWASM_WASI_FAULT,
           "the events go outside memory");
    expect(swasm_wasi_poll_oneoff(box->instance, list, out, 1, NOWHERE - 3), SWASM_WASI_FAULT,
           "the number of events goes outside memory");
    expect(swasm_wasi_poll_oneoff(box->instance, 0, 0, 0x5555556, stored), SWASM_WASI_FAULT, "count * 48 above 4 GiB");
}

static void descriptors(sandbox *box)
{
    int ends[2];
    if (pipe(ends) != 0) return;
    give(box, 8, ends[0], SWASM_FILETYPE_UNKNOWN);
    give(box, 9, ends[1], SWASM_FILETYPE_UNKNOWN);
    uint32_t list = room(box, 480), out = room(box, 320);
    subscribe(box, list, 0, POLL_READ, 8, 0, 0);
    subscribe(box, list, 1, POLL_WRITE, 9, 0, 0);
    subscribe(box, list, 2, CLOCK, 1, 3600ull * 1000000000, 0);
    expect(poll_list(box, list, 3, out), 2, "an empty pipe can be written to");
    write_text(box, 9, "hello");
    expect(poll_list(box, list, 1, out), 1, "a filled pipe can be read");
    expect_u64(load64(box, out + 16), 5, "the event gives the bytes in the pipe");
    expect(box->memory[out + 10], POLL_READ, "the event is a reading event");
    expect(load16(box, out + 24), 0, "the event of an open pipe has no hangup");
    subscribe(box, list, 1, POLL_READ, 8, 0, 0);
    expect(poll_list(box, list, 2, out), 3, "both of two equal subscriptions are due");
    swasm_wasi_fd_close(box->instance, 9);
    expect(poll_list(box, list, 1, out), 1, "polling a pipe whose writing end is closed");
    expect(load16(box, out + 24), 1, "the event of a closed pipe has a hangup");
    subscribe(box, list, 0, POLL_READ, 70, 0, 0);
    expect(poll_list(box, list, 3, out), 3, "a closed descriptor is due beside one that is ready");
    expect_event(box, out, SWASM_WASI_BADF, "the event of a closed descriptor has EBADF");
    subscribe(box, list, 0, POLL_WRITE, 8, 0, 0);
    expect(poll_list(box, list, 1, out), 1, "polling the wrong end of a pipe");
    expect_event(box, out, SWASM_WASI_BADF, "the event of the wrong end has EBADF");
    swasm_wasi_fd_close(box->instance, 8);
    uint32_t file = open_file(box, GRANTED, "polled", SWASM_OFLAG_CREAT);
    write_text(box, file, "12345678");
    swasm_wasi_fd_seek(box->instance, file, 2, 0, room(box, 8));
    subscribe(box, list, 0, POLL_READ, file, 0, 0);
    subscribe(box, list, 1, POLL_WRITE, file, 0, 0);
    expect(poll_list(box, list, 2, out), 3, "a file is always ready");
    expect_u64(load64(box, out + 16), 6, "the event gives the bytes after the file's position");
    swasm_wasi_fd_fdstat_set_rights(box->instance, file, SWASM_RIGHT_FD_READ, 0);
    expect(poll_list(box, list, 1, out), 1, "polling without POLL_FD_READWRITE");
    expect_event(box, out, SWASM_WASI_NOTCAPABLE, "the event of a missing right has ENOTCAPABLE");
    subscribe(box, list, 0, POLL_READ, GRANTED, 0, 0);
    expect(poll_list(box, list, 1, out), 1, "polling a directory");
    expect_event(box, out, SWASM_WASI_ISDIR, "the event of a directory has EISDIR");
    uint32_t many = 20000;
    for (uint32_t i = 0; i < 1000; i++) subscribe(box, many, i, CLOCK, 1, i == 999 ? 0 : UINT64_MAX, 0);
    uint32_t stored = room(box, 4);
    expect(swasm_wasi_poll_oneoff(box->instance, many, 80000, 1000, stored), 0, "polling 1,000 subscriptions");
    check(load32(box, stored) == 1 && load64(box, 80000) == 0x1000 + 999, "of 1,000 subscriptions one is due");
}

void test_poll(void)
{
    sandbox box;
    sandbox_start(&box);
    clocks(&box);
    descriptors(&box);
    sandbox_end(&box);
}

static void stream(sandbox *box)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return;
    give(box, 8, pair[0], SWASM_FILETYPE_SOCKET_STREAM);
    give(box, 9, pair[1], SWASM_FILETYPE_SOCKET_STREAM);
    swasm_instance *i = box->instance;
    uint32_t n = room(box, 4), flags = room(box, 2), buffer = room(box, 10);
    uint32_t hello = iovec(box, at(box, "hello", 5), 5), into = iovec(box, buffer, 10);
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 0, n), 0, "sock_send");
    expect(load32(box, n), 5, "sock_send sends everything");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 1, n, flags), 0, "sock_recv with PEEK");
    check(load32(box, n) == 5 && memcmp(box->memory + buffer, "hello", 5) == 0,
          "sock_recv with PEEK leaves what it shows");
    expect(swasm_wasi_sock_recv(i, 9, iovec(box, buffer, 5), 1, 2, n, flags), 0, "sock_recv with WAITALL");
    expect(load16(box, flags), 0, "sock_recv of a whole message cuts nothing");
    expect(write_text(box, 8, "written"), 0, "fd_write to a socket");
    check(reads(box, 9, "written"), "fd_read from a socket");
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 1, n), SWASM_WASI_INVAL, "sock_send with unknown flags");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 4, n, flags), SWASM_WASI_INVAL, "sock_recv with unknown flags");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 0, NOWHERE, flags), SWASM_WASI_FAULT,
           "the byte count of sock_recv goes outside memory");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 0, n, NOWHERE - 1), SWASM_WASI_FAULT,
           "the flags of sock_recv go outside memory");
    expect(swasm_wasi_sock_recv(i, 9, NOWHERE, 1, 0, n, flags), SWASM_WASI_FAULT,
           "the buffers of sock_recv lie outside memory");
    expect(swasm_wasi_sock_send(i, 8, NOWHERE, 1, 0, n), SWASM_WASI_FAULT,
           "the buffers of sock_send lie outside memory");
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 0, NOWHERE), SWASM_WASI_FAULT,
           "the byte count of sock_send goes outside memory");
    expect(swasm_wasi_sock_send(i, 70, hello, 1, 0, n), SWASM_WASI_BADF, "sock_send to a closed descriptor");
    expect(swasm_wasi_sock_recv(i, 70, into, 1, 0, n, flags), SWASM_WASI_BADF, "sock_recv from a closed descriptor");
    expect(swasm_wasi_sock_send(i, GRANTED, hello, 1, 0, n), SWASM_WASI_NOTSOCK, "sock_send to a directory");
    expect(swasm_wasi_sock_recv(i, GRANTED, into, 1, 0, n, flags), SWASM_WASI_NOTSOCK, "sock_recv from a directory");
    expect(swasm_wasi_fd_fdstat_set_flags(i, 9, SWASM_FDFLAG_NONBLOCK), 0, "a socket becomes nonblocking");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 0, n, flags), SWASM_WASI_AGAIN,
           "sock_recv from an empty nonblocking socket");
    expect(swasm_wasi_sock_shutdown(i, 8, 0), SWASM_WASI_INVAL, "sock_shutdown of neither direction");
    expect(swasm_wasi_sock_shutdown(i, 8, 4), SWASM_WASI_INVAL, "sock_shutdown of an unknown direction");
    expect(swasm_wasi_sock_shutdown(i, 70, 1), SWASM_WASI_BADF, "sock_shutdown of a closed descriptor");
    expect(swasm_wasi_sock_shutdown(i, GRANTED, 1), SWASM_WASI_NOTSOCK, "sock_shutdown of a directory");
    expect(swasm_wasi_sock_shutdown(i, 8, 2), 0, "sock_shutdown");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 0, n, flags), 0, "sock_recv after the other side's shutdown");
    expect(load32(box, n), 0, "sock_recv after the other side's shutdown gives 0 bytes");
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 0, n), SWASM_WASI_PIPE,
           "sock_send after a shutdown is EPIPE, not a signal");
    swasm_wasi_fd_fdstat_set_rights(i, 8, SWASM_RIGHT_FD_SEEK & 0, 0);
    expect(swasm_wasi_sock_shutdown(i, 8, 1), SWASM_WASI_NOTCAPABLE, "sock_shutdown without SOCK_SHUTDOWN");
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 0, n), SWASM_WASI_BADF, "sock_send without FD_WRITE");
    expect(swasm_wasi_sock_recv(i, 8, into, 1, 0, n, flags), SWASM_WASI_BADF, "sock_recv without FD_READ");
    expect(swasm_wasi_sock_accept(i, 8, 0, n), SWASM_WASI_NOTCAPABLE, "sock_accept without SOCK_ACCEPT");
    swasm_wasi_fd_close(i, 8);
    swasm_wasi_fd_close(i, 9);
}

static void datagrams(sandbox *box)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return;
    give(box, 8, pair[0], SWASM_FILETYPE_SOCKET_DGRAM);
    give(box, 9, pair[1], SWASM_FILETYPE_SOCKET_DGRAM);
    swasm_instance *i = box->instance;
    uint32_t n = room(box, 4), flags = room(box, 2);
    expect(swasm_wasi_sock_send(i, 8, iovec(box, at(box, "hello", 5), 5), 1, 0, n), 0, "sock_send of a datagram");
    expect(swasm_wasi_sock_recv(i, 9, iovec(box, room(box, 2), 2), 1, 0, n, flags), 0,
           "sock_recv of a datagram into a smaller buffer");
    expect(load16(box, flags), 1, "sock_recv says that the datagram was cut");
    expect(swasm_wasi_sock_send(i, 8, iovec(box, 0, MEMORY_BYTES), 1, 0, n) == 0 ||
           swasm_wasi_sock_send(i, 8, iovec(box, 0, MEMORY_BYTES), 1, 0, n) == SWASM_WASI_MSGSIZE, 1,
                                "sock_send of a large datagram is whole or refused");
    expect(swasm_wasi_sock_accept(i, 8, 0, n), SWASM_WASI_NOTSUP, "sock_accept on a datagram socket");
    swasm_wasi_fd_close(i, 8);
    swasm_wasi_fd_close(i, 9);
}

static void listener(sandbox *box)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t bytes = sizeof address;
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listening, (struct sockaddr *)&address, bytes) != 0 || listen(listening, 4) != 0) return;
    getsockname(listening, (struct sockaddr *)&address, &bytes);
    swasm_instance *i = box->instance;
    uint32_t accepted = room(box, 4), stat = room(box, 24), n = room(box, 4), iov = iovec(box, n, 4);
    give(box, 8, listening, SWASM_FILETYPE_SOCKET_STREAM);
    expect(swasm_wasi_sock_accept(i, 8, 0, accepted), SWASM_WASI_AGAIN, "sock_accept when nobody is waiting");
    expect(swasm_wasi_sock_accept(i, 8, SWASM_FDFLAG_APPEND, accepted), SWASM_WASI_INVAL,
           "sock_accept with unknown flags");
    expect(swasm_wasi_sock_accept(i, 8, 0, NOWHERE), SWASM_WASI_FAULT,
           "the result of sock_accept lies outside memory");
    expect(swasm_wasi_sock_accept(i, 70, 0, accepted), SWASM_WASI_BADF, "sock_accept on a closed descriptor");
    expect(swasm_wasi_sock_accept(i, GRANTED, 0, accepted), SWASM_WASI_NOTSOCK, "sock_accept on a directory");
    expect(swasm_wasi_sock_send(i, 8, iov, 1, 0, n), SWASM_WASI_PIPE, "sock_send to a listening socket");
    expect(swasm_wasi_sock_recv(i, 8, iov, 1, 0, n, n), SWASM_WASI_NOTCONN, "sock_recv from a listening socket");
    check(connect(client, (struct sockaddr *)&address, sizeof address) == 0, "a client connects");
    expect(swasm_wasi_sock_accept(i, 8, SWASM_FDFLAG_NONBLOCK, accepted), 0, "sock_accept");
    uint32_t fd = load32(box, accepted);
    swasm_wasi_fd_fdstat_get(i, fd, stat);
    expect(box->memory[stat], SWASM_FILETYPE_SOCKET_STREAM, "sock_accept gives a stream");
    expect(load16(box, stat + 2), SWASM_FDFLAG_NONBLOCK, "sock_accept gives the flags that were asked for");
    expect(write_text(box, fd, "hi"), 0, "the accepted socket can be written");
    char text[2];
    check(read(client, text, 2) == 2 && memcmp(text, "hi", 2) == 0, "the client reads what was written");
    expect(swasm_wasi_sock_accept(i, fd, 0, accepted), SWASM_WASI_NOTCAPABLE, "sock_accept on a connection");
    give(box, 9, client, SWASM_FILETYPE_SOCKET_STREAM);
    expect(swasm_wasi_sock_accept(i, 9, 0, accepted), SWASM_WASI_INVAL, "sock_accept on the client's socket");
    box->context.fds.limit = 4;
    expect(swasm_wasi_sock_accept(i, 8, 0, accepted), SWASM_WASI_MFILE, "sock_accept without a free descriptor");
    box->context.fds.limit = 0;
}

void test_sockets(void)
{
    sandbox box;
    sandbox_start(&box);
    stream(&box);
    datagrams(&box);
    listener(&box);
    sandbox_end(&box);
}
