/* The common parts of the handwritten guests: the instance, and the fields of the descriptor that say where its
 * parts are. A guest is a module descriptor and C functions that act like generated code.
 */
#ifndef SWASM_TESTS_GUEST_H
#define SWASM_TESTS_GUEST_H

#include "../abi/swasm_abi.h"

/* The instance of every guest here. The descriptor has the offsets of its members. */
typedef struct guest_instance {
    swasm_instance head;
    void *function_pointers[8];
    swasm_funcref funcrefs[8];
    void *memory_pointers[1];
    swasm_memory memories[1];
    void *table_pointers[1];
    swasm_table tables[1];
    void *global_pointers[1];
    swasm_value globals[1];
    uint32_t type_ids[8];
    uint8_t dropped[8];
    swasm_value results[2];
} guest_instance;

#define GUEST_OFFSETS                                                          \
    .abi_version = SWASM_ABI_VERSION, .instance_bytes = sizeof(guest_instance), \
    .function_pointers_offset = offsetof(guest_instance, function_pointers),   \
    .funcrefs_offset = offsetof(guest_instance, funcrefs),                     \
    .memory_pointers_offset = offsetof(guest_instance, memory_pointers),       \
    .memories_offset = offsetof(guest_instance, memories),                     \
    .table_pointers_offset = offsetof(guest_instance, table_pointers),         \
    .tables_offset = offsetof(guest_instance, tables),                         \
    .global_pointers_offset = offsetof(guest_instance, global_pointers),       \
    .globals_offset = offsetof(guest_instance, globals),                       \
    .type_ids_offset = offsetof(guest_instance, type_ids),                     \
    .dropped_offset = offsetof(guest_instance, dropped),                       \
    .results_offset = offsetof(guest_instance, results)

#endif
