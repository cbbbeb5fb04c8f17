/* What this process was granted: the policy that was baked in, plus the SWASM_ variables of the person
 * who starts it unless the program is sealed. Filled by policy.c before the guest exists; read-only after.
 */
#ifndef SWASM_POLICY_H
#define SWASM_POLICY_H

#include <stddef.h>
#include <stdint.h>

enum {
    SWASM_DIR_READ_ONLY = 1,
    SWASM_DIR_FILE = 2, /* found to be a file when it was opened; never in a record */
};

typedef struct swasm_grant_dir {
    const char *host;  /* NUL-terminated; a relative path is resolved where the program was started */
    const char *guest; /* NUL-terminated; the name that the guest sees */
    uint32_t flags;    /* SWASM_DIR_* */
} swasm_grant_dir;

struct swasm_grants {
    const swasm_grant_dir *dirs; /* in order: baked first, then SWASM_DIR */
    size_t dir_count;
    const char *const *env; /* final "K=V" strings for the guest, NUL-terminated, one per name, no SWASM_* */
    size_t env_count;
    uint32_t flags; /* SWASM_POLICY_* */
    uint64_t max_memory_bytes; /* of all memories together; UINT64_MAX: no limit but the types' */
    uint64_t stack_bytes;      /* of the guest's stack; never 0 */
    const char *argv0;  /* what the guest gets as its first argument; never NULL */
    const char *invoke; /* the export to call instead of _start, or NULL */
    uint32_t harden;    /* SWASM_HARDEN_* */
    const char *const *listeners; /* in order: HOST:PORT, or "fds" for the sockets of LISTEN_FDS */
    size_t listener_count;
    uint32_t max_fds;             /* guest descriptors at once, standard streams included; 0: the default */
    uint32_t null_streams;        /* bit n: standard stream n is /dev/null */
    uint64_t timeout_nanoseconds; /* of the whole run; 0: none */
    uint32_t deterministic;       /* 1: clocks and random numbers follow from `seed` */
    uint64_t seed;
    const char *const *host_env;  /* of this process, for LISTEN_FDS */
};
typedef struct swasm_grants swasm_grants;

/* What the process gives up before guest code runs: all that the kernel lets it, all or nothing, nothing. */
enum { SWASM_HARDEN_DEFAULT = 0, SWASM_HARDEN_REQUIRE = 1, SWASM_HARDEN_OFF = 2 };

enum { SWASM_POLICY_SEALED = 1, SWASM_POLICY_INHERIT_ENV = 2 };

/* Reads `bytes` bytes of records (format: policy.c) and the environment; `flags` hold whatever the records say:
 * SWASM_POLICY_SEALED for a program that has more rights than the person who starts it. Returns NULL, or a sentence that
 * says what is wrong; then the process must not go on. */
const char *swasm_grants_read(swasm_grants *grants, uint32_t flags, const uint8_t *records, uint64_t bytes,
                              const char *argv0, const char *const *envp);

/* Wipes what has served its turn once the grants are opened: the host's names of directories and the addresses. */
void swasm_grants_forget(swasm_grants *grants);

#endif
