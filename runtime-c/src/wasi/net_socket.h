/* What the files of swasm_net.def's calls share. */
#ifndef SWASM_WASI_NET_SOCKET_H
#define SWASM_WASI_NET_SOCKET_H

#include "guest.h"
#include "net_address.h"
#include "socket.h"

extern const char swasm_network_is_linked;
/* This reference makes the linker take the archive member that has swasm_wasi_start_network. */
__attribute__((used)) static const char *const swasm_needs_network = &swasm_network_is_linked;

/* Finds the entry of a socket that a call of swasm_net.def made.
 * EBADF     fd is closed
 * ENOTSOCK  it is no such socket */
uint32_t swasm_net_find(swasm_instance *instance, uint32_t fd, swasm_fd **entry);

/* Reads an address from the guest's memory, and compares its family with the socket's.
 * EAFNOSUPPORT  the socket has another family
 * EFAULT        the address lies outside memory
 * EINVAL        its family is neither 4 nor 6 */
uint32_t swasm_net_load_address(swasm_instance *instance, const swasm_fd *entry, uint32_t address, swasm_endpoint *to);

/* Returns 0 if the program may reach the address.
 * EACCES  it may not
 * EINVAL  the address is not that of a host, or its port is 0 */
uint32_t swasm_net_check_peer(const swasm_fd *entry, const swasm_endpoint *to);

static inline bool swasm_is_datagram(const swasm_fd *entry) { return entry->filetype == SWASM_FILETYPE_SOCKET_DGRAM; }

#endif
