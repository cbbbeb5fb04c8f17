/* poll_oneoff: waits until a clock reaches a time or a descriptor is ready.
 *
 * Descriptors go to ppoll, and the earliest clock becomes its timeout. If a subscription cannot be waited for
 * (a closed descriptor, an unknown clock), it is an event at once, with its error, as the specification says.
 * Then the call does not wait. For the lookup of a name, ppoll gets the descriptor that the lookup waits for.
 */
#include "poll.h"

#include "../alloc.h"
#include "clock.h"
#include "context.h"
#include "embedded.h"

enum { CLOCK = 0, FD_READ = 1, FD_WRITE = 2 };
enum { EVENT_BYTES = 32, HANGUP = 1, ABSTIME = 1, INLINE_COUNT = 32, FIONREAD = 0x541b };
/* The kernel's default limit of descriptors (fs.nr_open). With more subscriptions ppoll would fail anyway,
 * but only after the runtime has filled memory for all of them. */
enum { MOST_SUBSCRIPTIONS = 1 << 20 };

static void read_clock(swasm_fd_table *table, const uint8_t *at, const swasm_subscription_layout *layout,
                       swasm_subscription *s)
{
    (void)table;
    s->clock = swasm_guest_u32(at + layout->clock_id);
    uint64_t timeout = swasm_guest_u64(at + layout->timeout);
    uint32_t flags = swasm_guest_u16(at + layout->clock_flags);
    if (s->clock >= SWASM_CLOCK_COUNT || flags & ~(uint32_t)ABSTIME) {
        s->error = SWASM_WASI_INVAL;
        return;
    }
    if (s->clock > SWASM_CLOCK_MONOTONIC) { /* processor time does not pass while the process waits */
        s->error = SWASM_WASI_NOTSUP;
        return;
    }
    uint64_t now = 0;
    if (!(flags & ABSTIME)) s->error = swasm_clock_read(s->clock, &now);
    s->deadline = timeout > UINT64_MAX - now ? UINT64_MAX : now + timeout;
}

/* A datagram socket or a lookup can be waited for, although fd_read and fd_write do not work on it. */
static void read_fd(swasm_fd_table *table, const uint8_t *at, swasm_subscription *s, swasm_pollfd *fd)
{
    swasm_fd *entry;
    const uint64_t poll = SWASM_RIGHT_POLL_FD_READWRITE;
    const uint32_t number = swasm_guest_u32(at + 16);
    s->error = swasm_fd_find(table, number, poll | (s->type == FD_READ ? SWASM_RIGHT_FD_READ : SWASM_RIGHT_FD_WRITE), &entry);
    if (s->error && swasm_fd_find(table, number, poll, &entry) == 0 && entry->flags & SWASM_FD_NET) s->error = 0;
    if (s->error) return;
    if (swasm_fd_is_embedded(entry)) {
        s->is_ready = true;
        s->ready_bytes = swasm_embedded_rest(entry);
    } else if (!(entry->flags & SWASM_FD_LOOKUP)) *fd = (swasm_pollfd){entry->host, s->type == FD_READ ? SWASM_POLLIN : SWASM_POLLOUT, 0};
    else if (s->type == FD_READ) s->lookup = entry;
    else s->error = SWASM_WASI_BADF;
}

/* Reads all subscriptions. An unknown type fails the whole call. */
static uint32_t read_all(swasm_fd_table *table, const uint8_t *in, const swasm_subscription_layout *layout,
                         swasm_waiting *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        const uint8_t *at = in + (size_t)i * layout->bytes;
        swasm_subscription *s = &w->subscriptions[i];
        *s = (swasm_subscription){.userdata = swasm_guest_u64(at), .type = at[8]};
        w->fds[i] = (swasm_pollfd){-1, 0, 0};
        if (s->type == CLOCK) read_clock(table, at, layout, s);
        else if (s->type == FD_READ || s->type == FD_WRITE) read_fd(table, at, s, &w->fds[i]);
        else return SWASM_WASI_INVAL;
    }
    return SWASM_WASI_SUCCESS;
}

/* Nanoseconds until the first clock is due. 0 if one is due, or if a subscription has an error; UINT64_MAX
 * without clocks. */
static uint64_t time_left(const swasm_waiting *w)
{
    uint64_t now[2], left = UINT64_MAX;
    swasm_clock_read(SWASM_CLOCK_REALTIME, &now[SWASM_CLOCK_REALTIME]);
    swasm_clock_read(SWASM_CLOCK_MONOTONIC, &now[SWASM_CLOCK_MONOTONIC]);
    for (uint32_t i = 0; i < w->count; i++) {
        const swasm_subscription *s = &w->subscriptions[i];
        if (s->error || s->is_ready) return 0;
        if (s->type != CLOCK) continue;
        uint64_t mine = s->deadline <= now[s->clock] ? 0 : s->deadline - now[s->clock];
        if (mine < left) left = mine;
    }
    return left;
}

/* Waits in a deterministic run. If no descriptor is ready now, the time jumps to that of the first clock. */
static long skip_to_deadline(swasm_waiting *w, uint64_t left)
{
    const swasm_timespec none = {0, 0};
    long ready = swasm_syscall5(SWASM_SYS_PPOLL, (long)w->fds, w->count, (long)&none, 0, 8);
    if (ready == 0) swasm_deterministic.elapsed += left;
    return ready == -SWASM_EINTR ? 0 : ready;
}

/* Waits until a descriptor is ready, a clock is due, or a lookup has to be asked again. Does not wait if a
 * subscription has an error. */
static long wait(swasm_waiting *w)
{
    const uint64_t day = 86400ull * 1000000000u; /* somebody may set the realtime clock, so look daily */
    for (;;) {
        uint64_t of_lookups = swasm_poll_lookups ? swasm_poll_lookups(w) : UINT64_MAX, left = time_left(w);
        if (swasm_deterministic.on && left != UINT64_MAX) return skip_to_deadline(w, left);
        if (of_lookups < left) left = of_lookups;
        uint64_t now = left < day ? left : day;
        swasm_timespec timeout = {(int64_t)(now / 1000000000u), (int64_t)(now % 1000000000u)};
        long ready = swasm_syscall5(SWASM_SYS_PPOLL, (long)w->fds, w->count,
                                    left == UINT64_MAX ? 0 : (long)&timeout, 0, 8);
        if (ready == -SWASM_EINTR) continue;
        if (ready != 0 || of_lookups != UINT64_MAX || left == 0 || time_left(w) == 0) return ready;
    }
}

/* Whether subscription `i` is an event now. Stores the event's values. */
static bool is_event(const swasm_waiting *w, uint32_t i, uint32_t *error, uint64_t *bytes, uint16_t *flags)
{
    const swasm_subscription *s = &w->subscriptions[i];
    const swasm_pollfd *fd = &w->fds[i];
    *error = s->error;
    *bytes = *flags = 0;
    if (s->error) return true;
    if (s->type == CLOCK) {
        uint64_t now = 0;
        swasm_clock_read(s->clock, &now);
        return s->deadline <= now;
    }
    if (s->lookup) return s->is_found;
    if (s->is_ready) {
        *bytes = s->ready_bytes;
        return true;
    }
    if (fd->returned == 0) return false;
    if (fd->returned & SWASM_POLLNVAL) *error = SWASM_WASI_BADF;
    if (fd->returned & (SWASM_POLLHUP | SWASM_POLLERR)) *flags = HANGUP;
    int32_t available = 0;
    if (s->type == FD_READ &&
        !swasm_is_error(swasm_syscall3(SWASM_SYS_IOCTL, fd->fd, FIONREAD, (long)&available))) {
        *bytes = available > 0 ? (uint64_t)available : 0;
    }
    return true;
}

static uint32_t store_events(const swasm_waiting *w, uint8_t *out)
{
    uint32_t stored = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t error;
        uint64_t bytes;
        uint16_t flags;
        if (!is_event(w, i, &error, &bytes, &flags)) continue;
        uint8_t *event = out + (size_t)stored++ * EVENT_BYTES;
        __builtin_memset(event, 0, EVENT_BYTES);
        swasm_guest_set_u64(event, w->subscriptions[i].userdata);
        swasm_guest_set_u16(event + 8, (uint16_t)error);
        event[10] = (uint8_t)w->subscriptions[i].type;
        swasm_guest_set_u64(event + 16, bytes);
        swasm_guest_set_u16(event + 24, flags);
    }
    return stored;
}

static uint32_t poll_with(swasm_fd_table *table, const swasm_subscription_layout *layout, swasm_waiting *w,
                          const uint8_t *in, uint8_t *out, uint8_t *stored_result)
{
    uint32_t error = read_all(table, in, layout, w);
    if (error) return error;
    uint32_t stored;
    do {
        long ready = wait(w);
        if (swasm_is_error(ready)) return swasm_wasi_errno(ready);
        if (swasm_poll_lookups) swasm_poll_lookups(w);
        stored = store_events(w, out);
    } while (stored == 0); /* 0 if somebody set a clock back meanwhile, or if a lookup goes on */
    swasm_guest_set_u32(stored_result, stored);
    return SWASM_WASI_SUCCESS;
}

uint32_t swasm_poll(swasm_instance *instance, const swasm_subscription_layout *layout, uint32_t in,
                    uint32_t out, uint32_t count, uint32_t stored)
{
    swasm_guest guest = swasm_guest_of(instance);
    swasm_fd_table *table = &swasm_wasi_context_of(instance)->fds;
    uint8_t *in_at, *out_at, *stored_at;
    if (!swasm_guest_range(guest, in, count, layout->bytes, &in_at)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, out, count, EVENT_BYTES, &out_at)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, stored, 1, 4, &stored_at)) return SWASM_WASI_FAULT;
    if (count == 0 || count > MOST_SUBSCRIPTIONS) return SWASM_WASI_INVAL;
    swasm_subscription subscriptions[INLINE_COUNT];
    swasm_pollfd fds[INLINE_COUNT];
    swasm_waiting w = {subscriptions, fds, count};
    if (count <= INLINE_COUNT) return poll_with(table, layout, &w, in_at, out_at, stored_at);
    size_t bytes = (size_t)count * (sizeof *w.subscriptions + sizeof *w.fds);
    w.subscriptions = swasm_map(bytes);
    if (!w.subscriptions) return SWASM_WASI_NOMEM;
    w.fds = (swasm_pollfd *)(void *)(w.subscriptions + count);
    uint32_t error = poll_with(table, layout, &w, in_at, out_at, stored_at);
    swasm_unmap(w.subscriptions, bytes);
    return error;
}

/* Waits for the first of `count` subscriptions (48 bytes each at `in`). For each that is due, stores an event
 * (32 bytes) at `out`. Stores the number of events (u32) at `stored`. An event has its own errno.
 * EBADF   in an event: the descriptor is closed, or lacks FD_READ or FD_WRITE
 * EFAULT  in, out or stored lies outside memory
 * EINVAL  no subscriptions, more of them than the host's limit of descriptors, or an unknown type; in an
 *         event: unknown clock or flags
 * EISDIR  in an event: the descriptor is a directory
 * ENOMEM  no memory for so many
 * ENOTCAPABLE  in an event: the descriptor lacks POLL_FD_READWRITE
 * ENOTSUP in an event: the clock counts processor time */
uint32_t swasm_wasi_poll_oneoff(swasm_instance *instance, uint32_t in, uint32_t out, uint32_t count,
                                uint32_t stored)
{
    static const swasm_subscription_layout layout = {48, 16, 24, 40};
    return swasm_poll(instance, &layout, in, out, count, stored);
}
