/* What this process was granted: the policy that was baked in, plus the SWASM_ variables of the person who starts it
 * unless the program is sealed. policy.c fills it before the guest exists; it is read-only after that.
 */
#ifndef SWASM_POLICY_H
#define SWASM_POLICY_H

#include "../abi/policy_options.h"

enum { SWASM_DIR_FILE = 2 }; /* beside SWASM_DIR_READ_ONLY: found to be a file when it was opened; never in a record */

typedef struct swasm_grant_dir {
    const char *host;  /* NUL-terminated; a relative path is resolved where the program was started */
    const char *guest; /* NUL-terminated; the name that the guest sees */
    uint32_t flags;    /* SWASM_DIR_* */
} swasm_grant_dir;

struct swasm_grants {
    uint32_t given; /* bit n: a record or a variable of tag n was there; swasm_is_given asks */
    const swasm_grant_dir *dirs; /* in order: baked first, then SWASM_DIR */
    size_t dir_count;
    const char *const *env; /* final "K=V" strings for the guest, NUL-terminated, one per name, no SWASM_* */
    size_t env_count;
    const char *const *listeners; /* in order: addresses, or "fds" for the sockets of LISTEN_FDS */
    size_t listener_count;
    const char *argv0;  /* what the guest gets as its first argument; never NULL */
    const char *invoke; /* the export to call instead of _start, or NULL */
    const char *const *host_env; /* of this process, for LISTEN_FDS */
    /* The numbers of policy.def; 0 where nothing is given, unless it says otherwise. */
    uint64_t max_memory_bytes;    /* of all memories together; UINT64_MAX: no limit but the types' */
    uint64_t stack_bytes;         /* of the guest's stack; SWASM_DEFAULT_STACK_BYTES where nothing is given */
    uint64_t processor_level;     /* a level of the target that the code needs */
    uint64_t harden;              /* SWASM_HARDEN_* */
    uint64_t max_fds;             /* guest descriptors at once, standard streams included; 0: the default */
    uint64_t timeout_nanoseconds; /* of the whole run; 0: none */
    uint64_t seed;                /* of clocks and random numbers, where DETERMINISTIC is given */
    uint64_t null_streams[3];     /* 1: this standard stream is /dev/null */
    uint64_t no_number;           /* what policy.def names for options that are no numbers; always 0 */
};
typedef struct swasm_grants swasm_grants;

static inline bool swasm_is_given(const swasm_grants *grants, swasm_policy_tag tag) { return grants->given >> tag & 1; }

/* Reads `bytes` bytes of records and the environment. `sealed` holds whatever the records say: it is for a program that
 * has more rights than the person who starts it. Returns NULL, or a sentence that says what is wrong; then the process
 * must not go on. */
const char *swasm_grants_read(swasm_grants *grants, bool sealed, const uint8_t *records, uint64_t bytes,
                              const char *argv0, const char *const *envp);

/* Wipes the host's names of directories and the addresses, which are not needed after the grants are
 * opened. */
void swasm_grants_forget(swasm_grants *grants);

#endif
