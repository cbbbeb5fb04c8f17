/* The runtime as a host program sees it: make an instance, call into it, survive its traps.
 *
 * An executable is one such host (start.c). Several threads may use everything here, but only one thread at a
 * time may use an instance.
 */
#ifndef SWASM_RUNTIME_H
#define SWASM_RUNTIME_H

#include "../abi/swasm_abi.h"
#include "policy.h"

/* The item that an import is linked to. By kind, `item` is a swasm_funcref *, swasm_table *, swasm_memory *,
 * swasm_value * (a global's cell) or a tag's identity. */
typedef struct swasm_extern {
    uint32_t kind;         /* SWASM_FUNCTION ... */
    uint32_t mutable_;     /* globals */
    void *item;
    const char *type_text; /* canonical; for a global its value type, for a table its element type */
} swasm_extern;

/* Finds the item that a host provides for `import`; false if nothing has that name. */
typedef bool (*swasm_resolver)(void *user, const swasm_import *import, swasm_extern *found);

enum {
    SWASM_OK = 0,
    SWASM_UNKNOWN_IMPORT_ERROR, /* nothing has that name */
    SWASM_INCOMPATIBLE_IMPORT,  /* wrong kind, type or limits */
    SWASM_TRAPPED,              /* a segment or the start function trapped: see `trap` */
    SWASM_OUT_OF_MEMORY,
    SWASM_OUT_OF_ADDRESSES,     /* no address space for a memory's reservation (ulimit -v) */
    SWASM_MEMORY_REFUSED,       /* the system refuses mmap or mprotect, for another reason than lack of memory */
};

typedef struct swasm_error {
    uint32_t kind;              /* SWASM_OK ... */
    uint32_t trap;              /* swasm_trap_code if kind is SWASM_TRAPPED */
    const swasm_import *import; /* the import that failed to link */
} swasm_error;

/* Limits that a host sets on every instance that it makes; see swasm_grants. */
typedef struct swasm_instance_limits {
    uint64_t max_memory_bytes;
} swasm_instance_limits;

/* Makes the instance at `position` of a program in `state`, which has state_bytes zeroed bytes and is aligned
 * to 16. For the first instance it may be NULL: then a state is allocated. Make the instances in the order of
 * their positions. If one failed to link or to start, and no other needs it, the next may be made. Runs
 * initialize and the start function on the guest stack. *out is set even on SWASM_TRAPPED, because the
 * specification says that writes of segments to shared tables and memories stay. */
uint32_t swasm_instantiate(const swasm_program *program, uint32_t position, void *state,
                           const swasm_instance_limits *limits, swasm_resolver resolve, void *user, swasm_instance **out, swasm_error *error);

/* Releases the memories and tables that `instance` defined. No reference to them may be used afterwards. */
void swasm_instance_release(swasm_instance *instance);

/* The export called `name`, as an import could use it. */
bool swasm_find_export(swasm_instance *instance, swasm_string name, swasm_extern *found);

/* Calls `function` on the guest stack; `slots` are as for swasm_invoke. Returns 0 or the trap code. After a
 * trap the instance may still be used. `function->invoke` must not be NULL. */
uint32_t swasm_call(const swasm_funcref *function, swasm_value *slots);

/* Call this in a host function that the guest called. Ends the innermost swasm_call of this thread with
 * `code`. In an executable, prints the message and exits. */
_Noreturn void swasm_trap(uint32_t code);

/* The specification's message for a trap code, such as "unreachable". */
const char *swasm_trap_message(uint32_t code);

/* The process-wide id of a canonical type text. Ids are equal exactly if the texts are. 0 if out of
 * memory. */
uint32_t swasm_type_id(const char *text);
/* Whether a value of the type `actual` is one of the type `wanted`; both are canonical texts of value
 * types. */
bool swasm_type_matches(const char *actual, const char *wanted);

/* ---- Hooks: weak references, so that a program links only what it uses -------------------------- */

/* Sets instance->host. It is defined beside the WASI context in src/wasi, in an archive member to which every
 * WASI call refers. So a module without WASI imports links none of it. Called once, before any guest code,
 * with the guest's arguments (argv[0] is already grants->argv0). If false, a message was printed and the
 * process must end. */
bool swasm_wasi_start(swasm_instance *instance, const swasm_grants *grants, int argc, const char *const *argv)
    __attribute__((weak));

/* The descriptor of granted directory number `index` and its SWASM_DIR_* flags; false if there are no more.
 * It is linked together with the code that opens the directories. */
bool swasm_wasi_granted_directory(size_t index, int *fd, uint32_t *flags) __attribute__((weak));

/* In an executable: the host descriptor of the guest's descriptor number `index`, and how the guest may use
 * it (SWASM_HELD_READS, SWASM_HELD_WRITES); false if there are no more. */
bool swasm_wasi_descriptor(size_t index, uint32_t *descriptor, uint32_t *roles) __attribute__((weak));

/* The uses of the network that the grants allow: bits of swasm_network_use. */
typedef enum swasm_network_use {
    SWASM_NET_TCP_CONNECTS = 1,
    SWASM_NET_TCP_LISTENS = 2,
    SWASM_NET_UDP = 4,
    SWASM_NET_ASKS_SERVERS = 8, /* for the addresses of names */
} swasm_network_use;
uint32_t swasm_net_uses(void) __attribute__((weak));

/* ---- Hardening (harden.c) ------------------------------------------------------------------------ */

/* Gives up rights that the process does not need. Called after the grants are opened and before guest code
 * runs. If false, a message was printed and the process must end. */
bool swasm_harden(const swasm_grants *grants);

#endif
