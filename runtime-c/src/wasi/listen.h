/* Links listen.c: the file with sock_accept includes this. */
#ifndef SWASM_WASI_LISTEN_H
#define SWASM_WASI_LISTEN_H

extern const char swasm_listeners_are_linked;
/* The reference pulls the archive member in, where swasm_wasi_start_listeners then is found. */
__attribute__((used)) static const char *const swasm_needs_listeners = &swasm_listeners_are_linked;

#endif
