/* Looking up the addresses of names. */
#include "../text.h"
#include "dns_lookup.h"
#include "net_rules.h"
#include "net_socket.h"
#include "poll.h"

enum { MOST_NAME = 254 }; /* with a dot at the end */

void swasm_net_end_lookup(swasm_fd *entry) { swasm_lookup_end(entry->net); }

/* ---- Waiting ------------------------------------------------------------------------------------ */

uint64_t swasm_poll_lookups(swasm_waiting *waiting)
{
    uint64_t left = UINT64_MAX;
    for (uint32_t i = 0; i < waiting->count; i++) {
        swasm_subscription *subscription = &waiting->subscriptions[i];
        uint64_t mine;
        if (!subscription->lookup) continue;
        subscription->is_found = !swasm_lookup_wait(subscription->lookup->net, &waiting->fds[i], &mine);
        if (mine < left) left = mine;
    }
    return left;
}

/* ---- Calls -------------------------------------------------------------------------------------- */

/* Begins the lookup of the name.
 * EACCES, EINVAL, ENOMEM  as swasm_net_resolve */
static uint32_t begin(const char *name, size_t length, swasm_lookup **lookup)
{
    swasm_endpoint address = {.port = 0};
    if (swasm_policy_read_ip(name, length, address.host, &address.is_ipv6)) {
        *lookup = swasm_lookup_of_address(&address);
    } else {
        /* A dot at the end says that the name is complete. Here every name is. */
        if (length && name[length - 1] == '.') length--;
        if (!swasm_policy_is_host_name(name, length)) return SWASM_WASI_INVAL;
        if (!swasm_net_may_resolve(name, length)) return SWASM_WASI_ACCES;
        *lookup = swasm_lookup_begin(name, length);
    }
    return *lookup ? SWASM_WASI_SUCCESS : SWASM_WASI_NOMEM;
}

/* Begins to look up the addresses of a name, `bytes` bytes at `name`. Stores a descriptor (u32) at `made`.
 * poll_oneoff says that the descriptor can be read when the answer is there, resolve_next takes addresses
 * from it, and fd_close ends the lookup. If the name is an address as text, no server is asked.
 * EACCES  the name was not granted
 * EFAULT  name or made lies outside memory
 * EINVAL  it is neither a name nor an address
 * EMFILE  the guest has too many descriptors
 * ENOMEM  no memory for it */
uint32_t swasm_net_resolve(swasm_instance *instance, uint32_t name, uint32_t bytes, uint32_t made)
{
    const swasm_guest guest = swasm_guest_of(instance);
    uint8_t *text, *result;
    if (!swasm_guest_range(guest, name, bytes, 1, &text)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, made, 1, 4, &result)) return SWASM_WASI_FAULT;
    if (bytes > MOST_NAME) return SWASM_WASI_INVAL;
    char copy[MOST_NAME];
    __builtin_memcpy(copy, text, bytes);
    swasm_fd_table *table = &swasm_wasi_context_of(instance)->fds;
    swasm_lookup *lookup;
    uint32_t number, error = swasm_fd_reserve(table, 0, &number);
    if (!error) error = begin(copy, bytes, &lookup);
    if (error) return error;
    error = swasm_fd_insert(table, number, (swasm_fd){.filetype = SWASM_FILETYPE_UNKNOWN,
                                                      .flags = SWASM_FD_NET | SWASM_FD_LOOKUP,
                                                      .host = SWASM_FD_NO_HOST,
                                                      .rights = SWASM_RIGHT_POLL_FD_READWRITE,
                                                      .net = lookup});
    if (!error) swasm_guest_set_u32(result, number);
    return error;
}

/* Takes the next address of a lookup, and stores it at `address` with port 0; family 0 if there are no more.
 * EAGAIN  the answer is not there yet
 * EBADF   fd is closed
 * EFAULT  address lies outside memory
 * EINVAL  fd is no lookup
 * EIO     the name servers refuse to answer
 * ENOENT  there is no such name, or it has no address
 * ETIMEDOUT  no name server can answer now */
uint32_t swasm_net_resolve_next(swasm_instance *instance, uint32_t fd, uint32_t address)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), address, 1, SWASM_ADDRESS_BYTES, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    uint32_t error = swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, 0, &entry);
    if (error) return error;
    if (!(entry->flags & SWASM_FD_LOOKUP)) return SWASM_WASI_INVAL;
    swasm_endpoint found;
    bool is_last;
    error = swasm_lookup_next(entry->net, &found, &is_last);
    if (!error) swasm_endpoint_store(result, is_last ? NULL : &found);
    return error;
}
