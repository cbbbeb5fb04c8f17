/* What harden.c asks about the ports of TCP. Linked only if the program imports the network. */
#ifndef SWASM_WASI_NET_FILTER_H
#define SWASM_WASI_NET_FILTER_H

#include <stdbool.h>
#include <stdint.h>

/* Which of the rights `handled` (LANDLOCK_ACCESS_NET_*) the kernel is to restrict. */
uint64_t swasm_net_restricted_by_port(uint64_t handled) __attribute__((weak));
/* Adds the rules for the granted ports. False if the kernel refused one. */
bool swasm_net_allow_ports(long ruleset, uint64_t handled) __attribute__((weak));

#endif
