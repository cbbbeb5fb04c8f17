/* wasi:clocks/monotonic-clock and wall-clock. Spec: wasi-clocks. */
#include "preview2.h"

#define MONOTONIC(name) P2_EXPORT("wasi:clocks/monotonic-clock", name)
#define WALL(name) P2_EXPORT("wasi:clocks/wall-clock", name)

enum { SECOND = 1000000000 };

static uint64_t now(uint32_t clock)
{
    uint64_t time;
    if (p1_clock_time_get(clock, 1, &time)) p2_trap();
    return time;
}

static uint64_t resolution(uint32_t clock)
{
    uint64_t time;
    if (p1_clock_res_get(clock, &time)) p2_trap();
    return time;
}

MONOTONIC("now") uint64_t p2_monotonic_now(void) { return now(P1_MONOTONIC); }
MONOTONIC("resolution") uint64_t p2_monotonic_resolution(void) { return resolution(P1_MONOTONIC); }

MONOTONIC("subscribe-instant") p2_pollable *p2_subscribe_instant(uint64_t when)
{
    return p2_new_pollable(P2_INSTANT, NULL, when);
}

MONOTONIC("subscribe-duration") p2_pollable *p2_subscribe_duration(uint64_t duration)
{
    uint64_t start = now(P1_MONOTONIC);
    return p2_new_pollable(P2_INSTANT, NULL, duration > UINT64_MAX - start ? UINT64_MAX : start + duration);
}

static p2_datetime *datetime(uint64_t nanoseconds)
{
    p2_datetime *result = p2_allocate(sizeof *result);
    *result = (p2_datetime){nanoseconds / SECOND, (uint32_t)(nanoseconds % SECOND)};
    return result;
}

WALL("now") p2_datetime *p2_wall_now(void) { return datetime(now(P1_REALTIME)); }
WALL("resolution") p2_datetime *p2_wall_resolution(void) { return datetime(resolution(P1_REALTIME)); }
