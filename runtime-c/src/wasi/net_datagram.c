/* Sending and receiving datagrams.
 *
 * A socket that is bound where the program may listen gets datagrams from everybody. It remembers their
 * senders, and may send to them without another grant. Any other socket drops the datagrams of strangers. A
 * stranger is a sender to whom the program may not send. */
#include "../alloc.h"
#include "net_rules.h"
#include "net_socket.h"

enum {
    MOST_PEERS = 256,   /* how many senders a socket remembers; a new one replaces the oldest */
    MOST_DROPPED = 256, /* the most datagrams that one call drops */
    MSG_PEEK = 2,
};

typedef struct peers {
    /* Each new sender adds 1. At 2 * MOST_PEERS it goes back to MOST_PEERS, so it never overflows. */
    uint32_t count;
    swasm_endpoint ring[MOST_PEERS];
} peers;

void swasm_net_release_peers(swasm_fd *entry) { swasm_unmap(entry->net, sizeof(peers)); }

static bool is_peer(const swasm_fd *entry, const swasm_endpoint *who)
{
    const peers *known = entry->net;
    if (!known) return false;
    for (uint32_t i = 0; i < known->count && i < MOST_PEERS; i++) {
        const swasm_endpoint *peer = &known->ring[i];
        if (peer->port == who->port && peer->scope == who->scope && swasm_same_host(peer, who)) return true;
    }
    return false;
}

static bool remember(swasm_fd *entry, const swasm_endpoint *who)
{
    if (is_peer(entry, who)) return true;
    if (!entry->net) entry->net = swasm_map(sizeof(peers));
    peers *known = entry->net;
    if (!known) return false;
    known->ring[known->count++ % MOST_PEERS] = *who;
    if (known->count == 2 * MOST_PEERS) known->count = MOST_PEERS;
    return true;
}

static uint32_t check_receiver(const swasm_fd *entry, const swasm_endpoint *to)
{
    uint32_t error = swasm_net_check_peer(entry, to);
    return error == SWASM_WASI_ACCES && is_peer(entry, to) ? SWASM_WASI_SUCCESS : error;
}

/* Sends `bytes` bytes at `data` as one datagram to the address at `address`, or, if that is 0, to the address
 * to which the socket is connected. Stores how many bytes were sent (u32) at `sent`.
 * EACCES  the address was not granted, or a rule of the host forbids it
 * EAFNOSUPPORT  the socket has another family
 * EAGAIN  there is no room
 * EBADF   fd is closed
 * ECONNREFUSED  nobody receives what was sent before
 * EDESTADDRREQ  the socket is not connected, and there is no address
 * EFAULT  data, address or sent lies outside memory
 * EHOSTUNREACH  there is no way to this host
 * EINVAL  the address is not that of a host, its port is 0, or its family is neither 4 nor 6
 * EMSGSIZE  too much for one datagram
 * ENETUNREACH  there is no way to this network
 * ENOBUFS no memory for it
 * ENOMEM  no memory for it
 * ENOTSOCK  fd is no socket of swasm_net.def
 * ENOTSUP fd is a stream socket
 * EPERM   a rule of the firewall forbids it
 * EPIPE   the socket was shut down for sending */
uint32_t swasm_net_send_to(swasm_instance *instance, uint32_t fd, uint32_t data, uint32_t bytes, uint32_t address,
                           uint32_t sent)
{
    const swasm_guest guest = swasm_guest_of(instance);
    uint8_t *from, *result;
    if (!swasm_guest_range(guest, data, bytes, 1, &from)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, sent, 1, 4, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    swasm_endpoint to;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    if (!error && !swasm_is_datagram(entry)) error = SWASM_WASI_NOTSUP;
    if (!error && address) error = swasm_net_load_address(instance, entry, address, &to);
    if (!error && address) error = check_receiver(entry, &to);
    if (error) return error;
    swasm_sockaddr where = {.bytes = 0};
    if (address) where = swasm_sockaddr_of(&to);
    long status = swasm_syscall6(SWASM_SYS_SENDTO, entry->host, (long)from, bytes, SWASM_MSG_DONTWAIT | SWASM_MSG_NOSIGNAL,
                                 address ? (long)&where : 0, where.bytes);
    if (swasm_is_error(status)) return swasm_wasi_errno(status);
    swasm_guest_set_u32(result, (uint32_t)status);
    return SWASM_WASI_SUCCESS;
}

static long receive(const swasm_fd *entry, uint8_t *to, uint32_t bytes, long flags, swasm_endpoint *sender)
{
    swasm_sockaddr where = {.bytes = 0};
    uint32_t where_bytes = SWASM_ADDRESS_BYTES;
    long count;
    do {
        count = swasm_syscall6(SWASM_SYS_RECVFROM, entry->host, (long)to, bytes, SWASM_MSG_DONTWAIT | flags, (long)&where,
                               (long)&where_bytes);
    } while (count == -SWASM_EINTR);
    if (!swasm_is_error(count) && !swasm_endpoint_of(&where, sender)) return -SWASM_EIO;
    return count;
}

/* Drops datagrams of strangers, at most MOST_DROPPED, until the next one is of somebody else. Nothing of them
 * gets into the guest's memory. */
static long drop_strangers(const swasm_fd *entry)
{
    for (int dropped = 0; dropped < MOST_DROPPED; dropped++) {
        swasm_endpoint sender;
        long status = receive(entry, NULL, 0, MSG_PEEK, &sender);
        if (swasm_is_error(status) || swasm_net_may_reach(true, &sender)) return status;
        status = receive(entry, NULL, 0, 0, &sender);
        if (swasm_is_error(status)) return status;
    }
    return -SWASM_EAGAIN;
}

/* Receives one datagram into `bytes` bytes at `data`, and cuts what does not fit. Stores how many bytes
 * it received (u32) at `received`, and the sender at `address`.
 * EAGAIN  nothing is there yet, or this call dropped MOST_DROPPED datagrams of strangers
 * EBADF   fd is closed
 * ECONNREFUSED  nobody receives what the socket sent
 * EFAULT  data, received or address lies outside memory
 * EHOSTUNREACH  there is no way to the host to which the socket sent
 * ENETUNREACH  there is no way to its network
 * ENOMEM  no memory for it, or to remember the sender
 * ENOTSOCK  fd is no socket of swasm_net.def
 * ENOTSUP fd is a stream socket */
uint32_t swasm_net_receive_from(swasm_instance *instance, uint32_t fd, uint32_t data, uint32_t bytes, uint32_t received,
                                uint32_t address)
{
    const swasm_guest guest = swasm_guest_of(instance);
    uint8_t *to, *count_result, *address_result;
    if (!swasm_guest_range(guest, data, bytes, 1, &to)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, received, 1, 4, &count_result)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, address, 1, SWASM_ADDRESS_BYTES, &address_result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    if (!error && !swasm_is_datagram(entry)) error = SWASM_WASI_NOTSUP;
    if (error) return error;
    const bool serves = entry->flags & SWASM_FD_SERVES;
    swasm_endpoint sender;
    long count = serves ? 0 : drop_strangers(entry);
    if (!swasm_is_error(count)) count = receive(entry, to, bytes, 0, &sender);
    if (swasm_is_error(count)) return swasm_wasi_errno(count);
    if (serves && !remember(entry, &sender)) return SWASM_WASI_NOMEM;
    swasm_guest_set_u32(count_result, (uint32_t)count);
    swasm_endpoint_store(address_result, &sender);
    return SWASM_WASI_SUCCESS;
}
