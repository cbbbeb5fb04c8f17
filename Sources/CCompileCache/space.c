/* Counts all entries, removes the least recently used ones, and removes the temporary files of ended
 * processes. */
#include "calls.h"

#include "entry.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

typedef struct {
    uint64_t bytes;
    int64_t used, used_ns;
    char name[SWASMC_ENTRY_NAME_BYTES];
    /* For a request, the name of its product; otherwise empty. */
    char product[SWASMC_ENTRY_NAME_BYTES];
} item;

typedef void (*visitor)(void *context, int directory, const char *name, const struct stat *status);

static bool is_ours(const char *name)
{
    const bool known = name[0] == SWASMC_ENTRY_PRODUCT || name[0] == SWASMC_ENTRY_REQUEST ||
        name[0] == SWASMC_ENTRY_OBJECT || name[0] == SWASMC_TEMPORARY_KIND;
    if (!known || name[1] != '-') {
        return false;
    }
    const char *digits = name + 2;
    return strspn(digits, "0123456789abcdef") == SWASMC_ENTRY_NAME_BYTES - 3 && !digits[SWASMC_ENTRY_NAME_BYTES - 3];
}

/* Calls `visit` for each file that has the name of an entry or of a temporary file. Others are left alone. */
static void visit_all(int directory, visitor visit, void *context)
{
    const int list = sys_open(directory, ".", O_RDONLY | O_DIRECTORY, 0);
    if (list < 0) {
        return;
    }
    _Alignas(struct dirent64) char entries[8192];
    for (;;) {
        const long filled = swasmc_call(SYS_getdents64, list, (long)entries, sizeof entries, 0, 0);
        if (filled <= 0) {
            break;
        }
        for (long at = 0; at < filled;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
            struct stat status;
            if (is_ours(entry->d_name) && !sys_stat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW)) {
                visit(context, directory, entry->d_name, &status);
            }
            at += entry->d_reclen;
        }
    }
    sys_close(list);
}

static void remove_file(int directory, const char *name)
{
    if (swasmc_call(SYS_unlinkat, directory, (long)name, 0, 0, 0) == -EISDIR) {
        swasmc_call(SYS_unlinkat, directory, (long)name, AT_REMOVEDIR, 0, 0);
    }
}

static int open_entry(int directory, const char *name)
{
    return sys_open(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
}

/* Removes a temporary file unless its writer still holds the lock; the lock ends with the writer. False if
 * the writer holds it. */
static bool remove_abandoned(int directory, const char *name)
{
    const int file = open_entry(directory, name);
    const bool is_live = file >= 0 && swasmc_call(SYS_flock, file, LOCK_EX | LOCK_NB, 0, 0, 0) < 0;
    if (!is_live) {
        remove_file(directory, name);
    }
    if (file >= 0) {
        sys_close(file);
    }
    return !is_live;
}

/* ---- Counting ---- */

static uint64_t read_hits(int directory, const char *name, const struct stat *status)
{
    swasmc_trailer trailer;
    const int file = open_entry(directory, name);
    if (file < 0) {
        return 0;
    }
    const uint64_t offset = (uint64_t)status->st_size - sizeof trailer;
    const long got = status->st_size < (off_t)sizeof trailer ? 0 : sys_pread(file, &trailer, sizeof trailer, offset);
    sys_close(file);
    const bool whole =
        got == sizeof trailer && !memcmp(trailer.magic, swasmc_trailer_magic, sizeof trailer.magic);
    return whole ? trailer.hits : 0;
}

static void count_one(void *context, int directory, const char *name, const struct stat *status)
{
    swasmc_cache_contents *contents = context;
    contents->bytes += (uint64_t)status->st_size;
    if (name[0] == SWASMC_ENTRY_PRODUCT) {
        contents->products++;
    } else if (name[0] == SWASMC_ENTRY_OBJECT) {
        contents->objects++;
    } else if (name[0] == SWASMC_ENTRY_REQUEST) {
        contents->requests++;
        contents->hits += read_hits(directory, name, status);
    }
}

void swasmc_cache_count(int directory, swasmc_cache_contents *contents)
{
    *contents = (swasmc_cache_contents){0};
    visit_all(directory, count_one, contents);
}

/* ---- Removing ---- */

typedef struct {
    uint64_t bytes;
    size_t count, capacity;
    /* NULL while only the bytes are counted. */
    item *items;
} survey;

/* Adds the file's bytes to the sum. Removes a temporary file instead if its writer has ended. */
static void measure_one(void *context, int directory, const char *name, const struct stat *status)
{
    survey *found = context;
    if (name[0] != SWASMC_TEMPORARY_KIND || !remove_abandoned(directory, name)) {
        found->bytes += (uint64_t)status->st_size;
    }
}

static void remove_one(void *context, int directory, const char *name, const struct stat *status)
{
    (void)context, (void)status;
    if (name[0] != SWASMC_TEMPORARY_KIND) {
        remove_file(directory, name);
    } else {
        remove_abandoned(directory, name);
    }
}

static void list_one(void *context, int directory, const char *name, const struct stat *status)
{
    survey *found = context;
    if (name[0] == SWASMC_TEMPORARY_KIND) {
        return;
    }
    if (found->count == found->capacity) {
        const size_t capacity = found->capacity ? 2 * found->capacity : 256;
        item *items = realloc(found->items, capacity * sizeof *items);
        if (!items) {
            return;
        }
        found->items = items, found->capacity = capacity;
    }
    item *fresh = &found->items[found->count++];
    *fresh = (item){
        .bytes = (uint64_t)status->st_size, .used = status->st_mtim.tv_sec, .used_ns = status->st_mtim.tv_nsec};
    memcpy(fresh->name, name, sizeof fresh->name);
    swasmc_key product;
    const int file = name[0] == SWASMC_ENTRY_REQUEST ? open_entry(directory, name) : -1;
    if (file >= 0) {
        /* A record begins with the key of its product. */
        if (sys_pread(file, &product, sizeof product, 0) == sizeof product) {
            swasmc_entry_name(SWASMC_ENTRY_PRODUCT, &product, fresh->product);
        }
        sys_close(file);
    }
}

static int by_name(const void *a, const void *b) { return strcmp(((const item *)a)->name, ((const item *)b)->name); }

static int by_use(const void *left, const void *right)
{
    const item *a = left, *b = right;
    if (a->used != b->used) {
        return a->used < b->used ? -1 : 1;
    }
    return a->used_ns != b->used_ns ? (a->used_ns < b->used_ns ? -1 : 1) : 0;
}

/* A use of a request is a use of its product too. */
static void share_uses(survey *found)
{
    qsort(found->items, found->count, sizeof *found->items, by_name);
    for (size_t i = 0; i < found->count; i++) {
        const item *request = &found->items[i];
        item wanted;
        memcpy(wanted.name, request->product, sizeof wanted.name);
        item *product = wanted.name[0] ? bsearch(&wanted, found->items, found->count, sizeof wanted, by_name) : NULL;
        if (product && by_use(product, request) < 0) {
            product->used = request->used, product->used_ns = request->used_ns;
        }
    }
}

void swasmc_cache_make_room(int directory, uint64_t limit)
{
    survey found = {0};
    if (limit == 0) {
        visit_all(directory, remove_one, NULL);
        return;
    }
    visit_all(directory, measure_one, &found);
    if (found.bytes <= limit) {
        return;
    }
    visit_all(directory, list_one, &found);
    if (found.count) {
        share_uses(&found);
        qsort(found.items, found.count, sizeof *found.items, by_use);
    }
    for (size_t i = 0; i < found.count && found.bytes > limit; i++) {
        remove_file(directory, found.items[i].name);
        found.bytes -= found.items[i].bytes;
    }
    free(found.items);
}
