/* See embedded.h and swasm_embedded.h. Nothing is copied or looked at before the guest asks for it: the tree
 * lies in the executable's read-only pages, which the kernel reads when they are touched. */
#include "embedded.h"

#include "../../abi/swasm_embedded.h"
#include "../text.h"

enum { MAX_SYMLINKS = 40, MAX_NAME_BYTES = 255, FIRST_PREOPEN = 3 };

/* The compiler defines it, in the object with the policy. */
extern const swasm_embedded_header swasm_embedded;

static const char *text_at(uint32_t offset) { return (const char *)&swasm_embedded + offset; }

static const swasm_embedded_node *node_at(uint32_t number)
{
    return (const swasm_embedded_node *)(const void *)(&swasm_embedded + 1) + number;
}

static uint64_t inode_of(const swasm_embedded_node *node) { return (uint64_t)(node - node_at(0)) + 1; }

static uint8_t filetype_of(const swasm_embedded_node *node)
{
    static const uint8_t types[] = {SWASM_FILETYPE_REGULAR_FILE, SWASM_FILETYPE_DIRECTORY,
                                    SWASM_FILETYPE_SYMBOLIC_LINK};
    return types[node->kind];
}

static void stat_of(const swasm_embedded_node *node, swasm_statx *stat)
{
    static const uint16_t modes[] = {SWASM_S_IFREG | 0444, SWASM_S_IFDIR | 0555, SWASM_S_IFLNK | 0777};
    *stat = (swasm_statx){.links = 1, .mode = modes[node->kind], .inode = inode_of(node)};
    stat->bytes = node->kind == SWASM_EMBEDDED_DIRECTORY ? 0 : node->size;
}

/* What an embedded directory and the files below it allow. Rights to change something stay, so that a call
 * that needs them says that this is read-only. */
static uint64_t rights_of(const swasm_embedded_node *node)
{
    const uint64_t absent = SWASM_RIGHT_FD_FDSTAT_SET_FLAGS;
    if (node->kind == SWASM_EMBEDDED_DIRECTORY) return SWASM_RIGHTS_DIRECTORY & ~absent;
    return SWASM_RIGHTS_FILE & ~absent & ~(uint64_t)SWASM_RIGHTS_WRITE;
}

bool swasm_embedded_start(swasm_fd_table *table)
{
    for (uint32_t i = 0; i < swasm_embedded.root_count; i++) {
        const swasm_embedded_node *root = node_at(i);
        uint32_t number, error = swasm_fd_reserve(table, FIRST_PREOPEN, &number);
        const swasm_fd entry = {.filetype = SWASM_FILETYPE_DIRECTORY,
                                .flags = SWASM_FD_PREOPEN | SWASM_FD_READ_ONLY,
                                .fdflags = SWASM_FDFLAGS_KNOWN,
                                .host = SWASM_FD_EMBEDDED,
                                .rights = rights_of(root),
                                .inheriting = SWASM_RIGHTS_DIRECTORY | SWASM_RIGHTS_FILE,
                                .name = text_at(root->name),
                                .node = root};
        if (error || swasm_fd_insert(table, number, entry)) {
            swasm_complain(SWASM_ERROR_GRANT, "too many granted directories", text_at(root->name));
            return false;
        }
    }
    return true;
}

long swasm_embedded_read(swasm_fd *entry, const swasm_iovec *buffers, uint32_t count, const uint64_t *at)
{
    const swasm_embedded_node *file = entry->node;
    uint64_t position = at ? *at : entry->position, copied = 0;
    if (position > INT64_MAX) return -SWASM_EINVAL;
    for (uint32_t i = 0; i < count && position < file->size; i++) {
        const uint64_t rest = file->size - position;
        const uint64_t bytes = buffers[i].bytes < rest ? buffers[i].bytes : rest;
        __builtin_memcpy(buffers[i].base, text_at(file->content) + position, bytes);
        position += bytes;
        copied += bytes;
    }
    if (!at) entry->position = position;
    return (long)copied;
}

uint64_t swasm_embedded_rest(const swasm_fd *entry)
{
    return entry->position < entry->node->size ? entry->node->size - entry->position : 0;
}

long swasm_embedded_seek(swasm_fd *entry, int64_t offset, int whence)
{
    int64_t start = whence == SWASM_SEEK_CUR ? (int64_t)entry->position : 0, position;
    if (whence == SWASM_SEEK_END) start = entry->node->size;
    if (__builtin_add_overflow(start, offset, &position) || position < 0) return -SWASM_EINVAL;
    entry->position = (uint64_t)position;
    return (long)position;
}

void swasm_embedded_stat(const swasm_fd *entry, swasm_statx *stat) { stat_of(entry->node, stat); }

/* The entry of that name; NULL if there is none. */
static const swasm_embedded_node *entry_named(const swasm_embedded_node *directory, const char *name,
                                              uint32_t bytes)
{
    uint32_t low = 0, high = directory->size;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const swasm_embedded_node *node = node_at(directory->content + middle);
        const uint32_t shorter = bytes < node->name_bytes ? bytes : node->name_bytes;
        int order = __builtin_memcmp(name, text_at(node->name), shorter);
        if (order == 0 && bytes == node->name_bytes) return node;
        if (order < 0 || (order == 0 && bytes < node->name_bytes)) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

/* A path on its way through the tree. */
typedef struct walk {
    const swasm_embedded_node *top, *at;
    uint32_t links, rest; /* links followed; the offset in `text` of the part that is not walked yet */
    char text[2 * SWASM_PATH_MAX];
} walk;

static uint32_t length_of(const char *text)
{
    uint32_t length = 0;
    while (text[length]) length++;
    return length;
}

/* Puts the target of a link in front of the rest. */
static long expand(walk *w, const swasm_embedded_node *link)
{
    if (++w->links > MAX_SYMLINKS) return -SWASM_ELOOP;
    const uint32_t rest_bytes = length_of(w->text + w->rest) + 1;
    if (link->size + rest_bytes > sizeof w->text) return -SWASM_ENAMETOOLONG;
    __builtin_memmove(w->text + link->size, w->text + w->rest, rest_bytes);
    __builtin_memcpy(w->text, text_at(link->content), link->size);
    w->rest = 0;
    return w->text[0] == '/' ? -SWASM_EESCAPE : 0;
}

/* Goes to the entry of the directory where the walk is. */
static long step(walk *w, const char *name, uint32_t bytes, bool follows)
{
    if (w->at->kind != SWASM_EMBEDDED_DIRECTORY) return -SWASM_ENOTDIR;
    if (bytes == 1 && name[0] == '.') return 0;
    if (bytes == 2 && name[0] == '.' && name[1] == '.') {
        if (w->at == w->top) return -SWASM_EESCAPE;
        w->at = node_at(w->at->parent);
        return 0;
    }
    if (bytes > MAX_NAME_BYTES) return -SWASM_ENAMETOOLONG;
    const swasm_embedded_node *node = entry_named(w->at, name, bytes);
    if (!node) return -SWASM_ENOENT;
    if (node->kind == SWASM_EMBEDDED_LINK && (follows || w->text[w->rest])) return expand(w, node);
    w->at = node;
    return 0;
}

/* Finds what `path` names beneath a directory. `follows`: a link at the end, too. Every link before a slash is
 * followed, as the kernel does. */
static long find(const swasm_fd *directory, const char *path, bool follows, const swasm_embedded_node **found)
{
    walk w = {.top = directory->node, .at = directory->node};
    __builtin_memcpy(w.text, path, length_of(path) + 1);
    if (w.text[0] == '/') return -SWASM_EESCAPE;
    while (w.text[w.rest]) {
        const char *name = w.text + w.rest;
        uint32_t bytes = 0;
        while (name[bytes] && name[bytes] != '/') bytes++;
        w.rest += bytes;
        const bool slash = name[bytes];
        long status = step(&w, name, bytes, follows);
        if (status) return status;
        while (w.text[w.rest] == '/') w.rest++;
        if (slash && !w.text[w.rest] && w.rest && w.at->kind != SWASM_EMBEDDED_DIRECTORY) return -SWASM_ENOTDIR;
    }
    *found = w.at;
    return 0;
}

long swasm_embedded_path_stat(const swasm_fd *directory, const char *path, bool follows, swasm_statx *stat)
{
    const swasm_embedded_node *node;
    long status = find(directory, path, follows, &node);
    if (!status) stat_of(node, stat);
    return status;
}

long swasm_embedded_open(const swasm_fd *directory, const char *path, uint32_t flags, uint64_t rights,
                         swasm_fd *opened)
{
    const swasm_embedded_node *node;
    long status = find(directory, path, !(flags & SWASM_O_NOFOLLOW), &node);
    if (status) return status;
    if (flags & SWASM_O_DIRECTORY && node->kind != SWASM_EMBEDDED_DIRECTORY) return -SWASM_ENOTDIR;
    if (node->kind == SWASM_EMBEDDED_LINK) return -SWASM_ELOOP;
    *opened = (swasm_fd){.filetype = filetype_of(node),
                         .flags = SWASM_FD_READ_ONLY,
                         .host = SWASM_FD_EMBEDDED,
                         .rights = rights & rights_of(node),
                         .node = node};
    return 0;
}

long swasm_embedded_readlink(const swasm_fd *directory, const char *path, char text[SWASM_PATH_MAX])
{
    const swasm_embedded_node *node;
    long status = find(directory, path, false, &node);
    if (status) return status;
    if (node->kind != SWASM_EMBEDDED_LINK) return -SWASM_EINVAL;
    __builtin_memcpy(text, text_at(node->content), node->size);
    return node->size;
}

bool swasm_embedded_list(const swasm_fd *directory, uint64_t index, swasm_embedded_entry *entry)
{
    const swasm_embedded_node *node = directory->node;
    if (index >= (uint64_t)node->size + 2) return false;
    if (index < 2) {
        /* As on the host, `..` has the number of `.`: the guest does not learn what is above. */
        *entry = (swasm_embedded_entry){"..", (uint32_t)index + 1, inode_of(node), SWASM_FILETYPE_DIRECTORY};
        return true;
    }
    node = node_at(node->content + (uint32_t)(index - 2));
    *entry = (swasm_embedded_entry){text_at(node->name), node->name_bytes, inode_of(node), filetype_of(node)};
    return true;
}
