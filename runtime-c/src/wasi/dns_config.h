/* The host's files about names: /etc/resolv.conf (resolv.conf(5)) and /etc/hosts (hosts(5)). They are read at
 * the start, before the process gives up the right to open files. Only those names of /etc/hosts are kept
 * that the program may look up.
 */
#ifndef SWASM_WASI_DNS_CONFIG_H
#define SWASM_WASI_DNS_CONFIG_H

#include "net_address.h"

enum { SWASM_DNS_MOST_SERVERS = 3, SWASM_DNS_PORT = 53 };

typedef struct swasm_dns_config {
    swasm_endpoint servers[SWASM_DNS_MOST_SERVERS];
    uint32_t server_count;
    uint32_t timeout_seconds; /* for an answer, before the next server is asked; 1 to 30 */
    uint32_t attempts;        /* how often each server is asked; 1 to 5 */
} swasm_dns_config;

/* Reads a file in the format of /etc/resolv.conf. Without a server in it, or without the file, the server is
 * 127.0.0.1. A server may have a port: [ADDRESS]:PORT. */
void swasm_dns_read_config(const char *path, swasm_dns_config *config);

/* Reads a file in the format of /etc/hosts. False: out of memory. */
bool swasm_dns_read_hosts(const char *path);

/* Stores address number `index` of the name in /etc/hosts. False if there are no more. */
bool swasm_dns_find_host(const char *name, size_t length, size_t index, swasm_endpoint *address);

#endif
