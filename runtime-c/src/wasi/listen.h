/* Links listen.c: the file with sock_accept includes this. */
#ifndef SWASM_WASI_LISTEN_H
#define SWASM_WASI_LISTEN_H

extern const char swasm_listeners_are_linked;
/* This reference makes the linker take the archive member that has swasm_wasi_start_listeners. */
__attribute__((used)) static const char *const swasm_needs_listeners = &swasm_listeners_are_linked;

#endif
