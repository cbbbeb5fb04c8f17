/* A spin lock for the few short moments in which threads of a host could meet in the runtime. An executable
 * has one thread, and never waits for the lock. Signal handlers must not take it.
 */
#ifndef SWASM_LOCK_H
#define SWASM_LOCK_H

#include "sys/sys.h"

typedef struct swasm_lock {
    uint32_t taken;
} swasm_lock;

static inline void swasm_acquire(swasm_lock *lock)
{
    while (__atomic_exchange_n(&lock->taken, 1u, __ATOMIC_ACQUIRE)) swasm_syscall0(SWASM_SYS_SCHED_YIELD);
}

static inline void swasm_release(swasm_lock *lock) { __atomic_store_n(&lock->taken, 0u, __ATOMIC_RELEASE); }

#endif
