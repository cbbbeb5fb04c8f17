/* wasi:io/poll. Spec: wasi-io, poll.wit. */
#include "preview2.h"

#define POLL(name) P2_EXPORT("wasi:io/poll", name)

p2_pollable *p2_new_pollable(p2_event event, p2_file *file, uint64_t instant)
{
    p2_pollable *pollable = p2_new(sizeof *pollable);
    *pollable = (p2_pollable){.event = event, .file = file, .instant = instant};
    if (file) p2_retain(file);
    return pollable;
}

POLL("[dtor]pollable") void p2_drop_pollable(p2_pollable *pollable)
{
    if (pollable->file) p2_release(pollable->file);
    p2_free(pollable);
}

static p1_subscription subscription(const p2_pollable *pollable, uint64_t number)
{
    p1_subscription result = {.userdata = number};
    switch (pollable->event) {
    case P2_READABLE: result.type = P1_EVENT_READ; break;
    case P2_WRITABLE: result.type = P1_EVENT_WRITE; break;
    /* It may have begun to listen since the pollable was made. */
    case P2_SOCKET: result.type = pollable->file->listens ? P1_EVENT_READ : P1_EVENT_WRITE; break;
    case P2_ALWAYS: /* a point in time that has passed */
    case P2_INSTANT:
        result.type = P1_EVENT_CLOCK;
        result.target = P1_MONOTONIC;
        result.timeout = pollable->event == P2_ALWAYS ? 0 : pollable->instant;
        result.flags = P1_ABSOLUTE;
        return result;
    }
    result.target = pollable->file->fd;
    return result;
}

/* Waits until one of the subscriptions is due. Returns the number of events. */
static uint32_t wait_for(const p1_subscription *subscriptions, p1_event *events, uint32_t count)
{
    uint32_t stored;
    if (p1_poll_oneoff(subscriptions, events, count, &stored)) p2_trap();
    return stored;
}

void p2_wait(p2_event event, p2_file *file)
{
    const p2_pollable pollable = {.event = event, .file = file};
    p1_subscription in = subscription(&pollable, 0);
    p1_event out;
    wait_for(&in, &out, 1);
}

/* Whether it is ready now. A second subscription, which is always due, makes the call return at once. */
static bool is_ready(const p2_pollable *pollable)
{
    const p2_pollable always = {.event = P2_ALWAYS};
    p1_subscription in[2] = {subscription(pollable, 0), subscription(&always, 1)};
    p1_event out[2];
    wait_for(in, out, 2);
    return out[0].userdata == 0;
}

bool p2_is_ready(p2_event event, p2_file *file)
{
    const p2_pollable pollable = {.event = event, .file = file};
    return is_ready(&pollable);
}

POLL("[method]pollable.ready") bool p2_pollable_ready(p2_pollable *self)
{
    return self->event == P2_ALWAYS || is_ready(self);
}

POLL("[method]pollable.block") void p2_pollable_block(p2_pollable *self)
{
    if (self->event == P2_ALWAYS) return;
    p1_subscription in = subscription(self, 0);
    p1_event out;
    wait_for(&in, &out, 1);
}

/* Waits until one is ready. Returns the indices of all that are. */
POLL("poll") p2_list *p2_poll(p2_pollable *const *list, uint32_t count)
{
    if (count == 0) p2_trap();
    if (count > 1 << 20) p2_trap();
    p1_subscription *in = p2_allocate(count * sizeof *in);
    p1_event *out = p2_allocate(count * sizeof *out);
    uint32_t *indices = p2_allocate(count * sizeof *indices);
    for (uint32_t i = 0; i < count; i++) in[i] = subscription(list[i], i);
    uint32_t ready = wait_for(in, out, count);
    for (uint32_t i = 0; i < ready; i++) indices[i] = (uint32_t)out[i].userdata;
    p2_list *result = p2_allocate(sizeof *result);
    *result = (p2_list){indices, ready};
    return result;
}
