/* Directories inside the executable (--embed). The compiler writes them, and only the runtime reads them.
 *
 * `swasm_embedded` is a header, then the nodes, then names and contents. Nodes are numbered breadth-first, so
 * the entries of a directory are neighbours. They are sorted by the bytes of their names. The first nodes are
 * the embedded directories themselves, whose names end with NUL. All offsets are in bytes from the header.
 */
#ifndef SWASM_EMBEDDED_H
#define SWASM_EMBEDDED_H

#include <stdint.h>

enum { SWASM_EMBEDDED_FILE = 0, SWASM_EMBEDDED_DIRECTORY = 1, SWASM_EMBEDDED_LINK = 2 };

typedef struct swasm_embedded_header {
    uint32_t root_count, node_count;
} swasm_embedded_header;

typedef struct swasm_embedded_node {
    uint32_t kind;
    uint32_t name, name_bytes; /* the offset of the name, without NUL */
    uint32_t parent;           /* the number of the directory; of a root: its own */
    uint32_t content;          /* the offset of the bytes or of the link's target; the number of the first entry */
    uint32_t size;             /* the bytes of the content; how many entries */
} swasm_embedded_node;

#endif
