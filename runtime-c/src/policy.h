/* The grants of this process: the policy that was baked in and, unless the program is sealed, the SWASM_
 * variables of the person who starts it. policy.c fills them, and wipes what the guest must not find. Both
 * happen before the guest exists, and nothing changes them later.
 */
#ifndef SWASM_POLICY_H
#define SWASM_POLICY_H

#include "../abi/errors.h"
#include "../abi/policy_options.h"

enum { SWASM_DIR_FILE = 2 }; /* beside SWASM_DIR_READ_ONLY: the opened grant is a file; never in a record */

typedef struct swasm_grant_dir {
    const char *host;  /* NUL-terminated; a relative path starts in the program's current directory */
    const char *guest; /* NUL-terminated; the name that the guest sees */
    uint32_t flags;    /* SWASM_DIR_* */
} swasm_grant_dir;

struct swasm_grants {
    uint32_t given; /* bit n: a record has tag n, or a variable set the number of tag n */
    const swasm_grant_dir *dirs; /* in order: first the baked ones, then those of SWASM_DIR */
    size_t dir_count;
    /* "K=V" strings for the guest, NUL-terminated, no SWASM_*. A variable that was granted by its name occurs
     * once; inherited ones are as the host has them. */
    const char *const *env;
    size_t env_count;
    const char *const *listeners; /* in order: addresses, or "fds" for the sockets of LISTEN_FDS */
    size_t listener_count;
    const char *const *connects; /* destinations */
    size_t connect_count;
    const char *const *resolves; /* names and patterns of names */
    size_t resolve_count;
    const char *unknown_variable; /* a name that begins with SWASM_ and is like no option's; or NULL */
    swasm_error_code problem; /* the kind of error, if swasm_grants_read returned one */
    const char *argv0;  /* the first argument that the guest gets; never NULL */
    const char *invoke; /* the export to call instead of _start, or NULL */
    const char *const *host_env; /* the environment of this process, for LISTEN_FDS and SWASM_PROFILE */
    /* The numbers of policy.def. A number that is not given is 0, unless its comment says otherwise. */
    uint64_t max_memory_bytes;    /* for all memories together; UINT64_MAX if not given */
    uint64_t stack_bytes;         /* the guest's stack; SWASM_DEFAULT_STACK_BYTES if not given */
    uint64_t processor_features;  /* what the code needs of the processor: bits for rows of processor.def */
    uint64_t harden;              /* SWASM_HARDEN_* */
    uint64_t max_fds;             /* guest descriptors at once, including the streams; 0 for the default */
    uint64_t timeout_nanoseconds; /* for the whole run; 0 for no limit */
    uint64_t seed;                /* for random numbers, if DETERMINISTIC is given */
    uint64_t backtrace;           /* SWASM_BACKTRACE_* */
    uint64_t null_streams[3];     /* 1: this standard stream is /dev/null */
    uint64_t trace;               /* SWASM_TRACE_* */
    uint64_t no_number;           /* policy.def names this field for options that are no numbers; always 0 */
};
typedef struct swasm_grants swasm_grants;

static inline bool swasm_is_given(const swasm_grants *grants, swasm_policy_tag tag) { return grants->given >> tag & 1; }

/* Reads the environment, and `bytes` bytes of records. If `sealed`, the policy is sealed whatever the records
 * say; callers need this for a program that has more rights than the person who starts it. Returns NULL, or a
 * sentence that says what is wrong. Then the process must not go on. */
const char *swasm_grants_read(swasm_grants *grants, bool sealed, const uint8_t *records, uint64_t bytes,
                              const char *argv0, const char *const *envp);

/* Wipes what only the host should know: its paths of directories, and the texts of listeners, connects and
 * resolves. They are not needed after the grants are opened. */
void swasm_grants_forget(swasm_grants *grants);

#endif
