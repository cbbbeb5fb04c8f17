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

/* Polls, and checks the form of the events. Returns a bit set of the subscriptions that are due. */
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
    expect(poll_list(box, list, 1, out), 1, "a relative time");
    swasm_wasi_clock_time_get(box->instance, 1, 0, time);
    check(load64(box, time) >= before + 1000000, "passes");
    expect(box->memory[out + 10], CLOCK, "a clock's event");
    expect_event(box, out, 0, "without an error");
    subscribe(box, list, 0, CLOCK, 0, 1, 1);
    expect(poll_list(box, list, 1, out), 1, "a real time in the past");
    subscribe(box, list, 0, CLOCK, 1, load64(box, time) + 500000, 1);
    expect(poll_list(box, list, 1, out), 1, "an absolute monotonic time");
    subscribe(box, list, 0, CLOCK, 1, UINT64_MAX, 0);
    subscribe(box, list, 1, CLOCK, 1, 1000, 0);
    subscribe(box, list, 2, CLOCK, 0, UINT64_MAX, 1);
    expect(poll_list(box, list, 3, out), 2, "the first of several, with times that never come");
    subscribe(box, list, 0, CLOCK, 1, 0, 0);
    subscribe(box, list, 1, CLOCK, 1, 0, 0);
    expect(poll_list(box, list, 2, out), 3, "two that are due at once");
    subscribe(box, list, 0, CLOCK, 9, 0, 0);
    expect(poll_list(box, list, 1, out), 1, "an unknown clock");
    expect_event(box, out, SWASM_WASI_INVAL, "is an event with EINVAL");
    subscribe(box, list, 0, CLOCK, 2, 0, 0);
    expect(poll_list(box, list, 1, out), 1, "processor time");
    expect_event(box, out, SWASM_WASI_NOTSUP, "is an event with ENOTSUP");
    subscribe(box, list, 0, CLOCK, 1, 0, 2);
    expect(poll_list(box, list, 1, out), 1, "unknown flags");
    expect_event(box, out, SWASM_WASI_INVAL, "are an event with EINVAL");
    expect(swasm_wasi_poll_oneoff(box->instance, list, out, 0, stored), SWASM_WASI_INVAL, "no subscriptions");
    subscribe(box, list, 0, 3, 0, 0, 0);
    expect(swasm_wasi_poll_oneoff(box->instance, list, out, 1, stored), SWASM_WASI_INVAL, "an unknown type");
    expect(swasm_wasi_poll_oneoff(box->instance, NOWHERE - 47, out, 1, stored), SWASM_WASI_FAULT, "in outside");
    expect(swasm_wasi_poll_oneoff(box->instance, list, NOWHERE - 31, 1, stored), SWASM_WASI_FAULT, "out outside");
    expect(swasm_wasi_poll_oneoff(box->instance, list, out, 1, NOWHERE - 3), SWASM_WASI_FAULT, "stored outside");
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
    expect(poll_list(box, list, 1, out), 1, "and then read from");
    expect_u64(load64(box, out + 16), 5, "so many bytes");
    expect(box->memory[out + 10], POLL_READ, "a reading event");
    expect(load16(box, out + 24), 0, "no hangup");
    subscribe(box, list, 1, POLL_READ, 8, 0, 0);
    expect(poll_list(box, list, 2, out), 3, "duplicates are both told");
    swasm_wasi_fd_close(box->instance, 9);
    expect(poll_list(box, list, 1, out), 1, "a closed pipe");
    expect(load16(box, out + 24), 1, "has hung up");
    subscribe(box, list, 0, POLL_READ, 70, 0, 0);
    expect(poll_list(box, list, 3, out), 3, "a closed descriptor is told beside what is ready");
    expect_event(box, out, SWASM_WASI_BADF, "with EBADF");
    subscribe(box, list, 0, POLL_WRITE, 8, 0, 0);
    expect(poll_list(box, list, 1, out), 1, "the wrong end");
    expect_event(box, out, SWASM_WASI_BADF, "is EBADF too");
    swasm_wasi_fd_close(box->instance, 8);
    uint32_t file = open_file(box, GRANTED, "polled", SWASM_OFLAG_CREAT);
    write_text(box, file, "12345678");
    swasm_wasi_fd_seek(box->instance, file, 2, 0, room(box, 8));
    subscribe(box, list, 0, POLL_READ, file, 0, 0);
    subscribe(box, list, 1, POLL_WRITE, file, 0, 0);
    expect(poll_list(box, list, 2, out), 3, "a file is always ready");
    expect_u64(load64(box, out + 16), 6, "with the bytes after its position");
    swasm_wasi_fd_fdstat_set_rights(box->instance, file, SWASM_RIGHT_FD_READ, 0);
    expect(poll_list(box, list, 1, out), 1, "without POLL_FD_READWRITE");
    expect_event(box, out, SWASM_WASI_NOTCAPABLE, "it is ENOTCAPABLE");
    subscribe(box, list, 0, POLL_READ, GRANTED, 0, 0);
    expect(poll_list(box, list, 1, out), 1, "a directory");
    expect_event(box, out, SWASM_WASI_ISDIR, "is EISDIR");
    uint32_t many = 20000;
    for (uint32_t i = 0; i < 1000; i++) subscribe(box, many, i, CLOCK, 1, i == 999 ? 0 : UINT64_MAX, 0);
    uint32_t stored = room(box, 4);
    expect(swasm_wasi_poll_oneoff(box->instance, many, 80000, 1000, stored), 0, "a thousand subscriptions");
    check(load32(box, stored) == 1 && load64(box, 80000) == 0x1000 + 999, "of which one is due");
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
    expect(load32(box, n), 5, "sends all");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 1, n, flags), 0, "sock_recv with PEEK");
    check(load32(box, n) == 5 && memcmp(box->memory + buffer, "hello", 5) == 0, "shows it");
    expect(swasm_wasi_sock_recv(i, 9, iovec(box, buffer, 5), 1, 2, n, flags), 0, "with WAITALL takes it");
    expect(load16(box, flags), 0, "nothing was cut");
    expect(write_text(box, 8, "written"), 0, "fd_write works on sockets");
    check(reads(box, 9, "written"), "and fd_read");
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 1, n), SWASM_WASI_INVAL, "send flags");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 4, n, flags), SWASM_WASI_INVAL, "recv flags");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 0, NOWHERE, flags), SWASM_WASI_FAULT, "nread outside");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 0, n, NOWHERE - 1), SWASM_WASI_FAULT, "flags outside");
    expect(swasm_wasi_sock_recv(i, 9, NOWHERE, 1, 0, n, flags), SWASM_WASI_FAULT, "iovs outside");
    expect(swasm_wasi_sock_send(i, 8, NOWHERE, 1, 0, n), SWASM_WASI_FAULT, "iovs outside");
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 0, NOWHERE), SWASM_WASI_FAULT, "nsent outside");
    expect(swasm_wasi_sock_send(i, 70, hello, 1, 0, n), SWASM_WASI_BADF, "a closed descriptor");
    expect(swasm_wasi_sock_recv(i, 70, into, 1, 0, n, flags), SWASM_WASI_BADF, "a closed descriptor");
    expect(swasm_wasi_sock_send(i, GRANTED, hello, 1, 0, n), SWASM_WASI_NOTSOCK, "a directory");
    expect(swasm_wasi_sock_recv(i, GRANTED, into, 1, 0, n, flags), SWASM_WASI_NOTSOCK, "a directory");
    expect(swasm_wasi_fd_fdstat_set_flags(i, 9, SWASM_FDFLAG_NONBLOCK), 0, "without waiting");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 0, n, flags), SWASM_WASI_AGAIN, "nothing is there yet");
    expect(swasm_wasi_sock_shutdown(i, 8, 0), SWASM_WASI_INVAL, "shutting nothing down");
    expect(swasm_wasi_sock_shutdown(i, 8, 4), SWASM_WASI_INVAL, "or something else");
    expect(swasm_wasi_sock_shutdown(i, 70, 1), SWASM_WASI_BADF, "or a closed descriptor");
    expect(swasm_wasi_sock_shutdown(i, GRANTED, 1), SWASM_WASI_NOTSOCK, "or a directory");
    expect(swasm_wasi_sock_shutdown(i, 8, 2), 0, "sock_shutdown");
    expect(swasm_wasi_sock_recv(i, 9, into, 1, 0, n, flags), 0, "then the other side reads the end");
    expect(load32(box, n), 0, "of 0 bytes");
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 0, n), SWASM_WASI_PIPE, "and sending is EPIPE");
    swasm_wasi_fd_fdstat_set_rights(i, 8, SWASM_RIGHT_FD_SEEK & 0, 0);
    expect(swasm_wasi_sock_shutdown(i, 8, 1), SWASM_WASI_NOTCAPABLE, "without SOCK_SHUTDOWN");
    expect(swasm_wasi_sock_send(i, 8, hello, 1, 0, n), SWASM_WASI_BADF, "without FD_WRITE");
    expect(swasm_wasi_sock_recv(i, 8, into, 1, 0, n, flags), SWASM_WASI_BADF, "without FD_READ");
    expect(swasm_wasi_sock_accept(i, 8, 0, n), SWASM_WASI_NOTCAPABLE, "without SOCK_ACCEPT");
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
    expect(swasm_wasi_sock_send(i, 8, iovec(box, at(box, "hello", 5), 5), 1, 0, n), 0, "a datagram");
    expect(swasm_wasi_sock_recv(i, 9, iovec(box, room(box, 2), 2), 1, 0, n, flags), 0, "into two bytes");
    expect(load16(box, flags), 1, "is cut");
    expect(swasm_wasi_sock_send(i, 8, iovec(box, 0, MEMORY_BYTES), 1, 0, n) == 0 ||
           swasm_wasi_sock_send(i, 8, iovec(box, 0, MEMORY_BYTES), 1, 0, n) == SWASM_WASI_MSGSIZE, 1, "a large one");
    expect(swasm_wasi_sock_accept(i, 8, 0, n), SWASM_WASI_NOTSUP, "datagram sockets do not accept");
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
    expect(swasm_wasi_sock_accept(i, 8, 0, accepted), SWASM_WASI_AGAIN, "nobody is waiting");
    expect(swasm_wasi_sock_accept(i, 8, SWASM_FDFLAG_APPEND, accepted), SWASM_WASI_INVAL, "accept flags");
    expect(swasm_wasi_sock_accept(i, 8, 0, NOWHERE), SWASM_WASI_FAULT, "result outside");
    expect(swasm_wasi_sock_accept(i, 70, 0, accepted), SWASM_WASI_BADF, "a closed descriptor");
    expect(swasm_wasi_sock_accept(i, GRANTED, 0, accepted), SWASM_WASI_NOTSOCK, "a directory");
    expect(swasm_wasi_sock_send(i, 8, iov, 1, 0, n), SWASM_WASI_PIPE, "sending to a listener");
    expect(swasm_wasi_sock_recv(i, 8, iov, 1, 0, n, n), SWASM_WASI_NOTCONN, "receiving from one");
    check(connect(client, (struct sockaddr *)&address, sizeof address) == 0, "a client connects");
    expect(swasm_wasi_sock_accept(i, 8, SWASM_FDFLAG_NONBLOCK, accepted), 0, "sock_accept");
    uint32_t fd = load32(box, accepted);
    swasm_wasi_fd_fdstat_get(i, fd, stat);
    expect(box->memory[stat], SWASM_FILETYPE_SOCKET_STREAM, "gives a stream");
    expect(load16(box, stat + 2), SWASM_FDFLAG_NONBLOCK, "with the flags asked for");
    expect(write_text(box, fd, "hi"), 0, "that can be written to");
    char text[2];
    check(read(client, text, 2) == 2 && memcmp(text, "hi", 2) == 0, "and the client reads it");
    expect(swasm_wasi_sock_accept(i, fd, 0, accepted), SWASM_WASI_NOTCAPABLE, "a connection does not listen");
    give(box, 9, client, SWASM_FILETYPE_SOCKET_STREAM);
    expect(swasm_wasi_sock_accept(i, 9, 0, accepted), SWASM_WASI_INVAL, "nor does the client's");
    box->context.fds.limit = 4;
    expect(swasm_wasi_sock_accept(i, 8, 0, accepted), SWASM_WASI_MFILE, "too many descriptors");
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
