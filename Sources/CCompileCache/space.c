/* All entries together: counts them, removes what was not used for longest, and what ended processes left. */
#include "calls.h"
#include "entry.h"

#include <dirent.h>
#include <string.h>
#include <sys/file.h>

typedef struct {
    uint64_t bytes;
    int64_t used, used_ns;
    char name[SWASMC_ENTRY_NAME_BYTES];
} item;

typedef void (*visitor)(void *context, int directory, const char *name, const struct stat *status);

static bool is_ours(const char *name)
{
    const bool known =
        name[0] == SWASMC_ENTRY_PRODUCT || name[0] == SWASMC_ENTRY_REQUEST || name[0] == SWASMC_TEMPORARY_KIND;
    return known && name[1] == '-' &&
           strnlen(name, SWASMC_ENTRY_NAME_BYTES) == SWASMC_ENTRY_NAME_BYTES - 1;
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

/* Removes a temporary file whose writer has ended: its lock went with it. True if it is gone. */
static bool remove_abandoned(int directory, const char *name)
{
    const int file = sys_open(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    const bool is_live = file >= 0 && swasmc_call(SYS_flock, file, LOCK_EX | LOCK_NB, 0, 0, 0) < 0;
    if (!is_live) {
        remove_file(directory, name);
    }
    if (file >= 0) {
        sys_close(file);
    }
    return !is_live;
}

static uint64_t read_hits(int directory, const char *name, const struct stat *status)
{
    swasmc_trailer trailer;
    const int file = sys_open(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
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

/* The oldest items of one look at the directory, the oldest first. */
enum { OLDEST_COUNT = 64 };

typedef struct {
    uint64_t bytes;
    bool removes_all;
    int count;
    item oldest[OLDEST_COUNT];
} survey;

static bool is_older(const item *a, const item *b)
{
    return a->used != b->used ? a->used < b->used : a->used_ns < b->used_ns;
}

static void survey_one(void *context, int directory, const char *name, const struct stat *status)
{
    survey *found = context;
    if (name[0] == SWASMC_TEMPORARY_KIND) {
        if (!remove_abandoned(directory, name)) {
            found->bytes += (uint64_t)status->st_size;
        }
        return;
    }
    if (found->removes_all) {
        remove_file(directory, name);
        return;
    }
    found->bytes += (uint64_t)status->st_size;
    item fresh = {
        .bytes = (uint64_t)status->st_size, .used = status->st_mtim.tv_sec, .used_ns = status->st_mtim.tv_nsec};
    memcpy(fresh.name, name, sizeof fresh.name);
    int place = found->count;
    while (place > 0 && is_older(&fresh, &found->oldest[place - 1])) {
        place--;
    }
    if (place == OLDEST_COUNT) {
        return;
    }
    const int moved = (found->count < OLDEST_COUNT ? found->count : OLDEST_COUNT - 1) - place;
    memmove(found->oldest + place + 1, found->oldest + place, (size_t)moved * sizeof fresh);
    found->oldest[place] = fresh;
    found->count += found->count < OLDEST_COUNT;
}

void swasmc_cache_make_room(int directory, uint64_t limit)
{
    /* Each look finds a bounded number of the oldest, so nothing has to be allocated. */
    for (;;) {
        survey found;
        found.bytes = 0, found.count = 0, found.removes_all = limit == 0;
        visit_all(directory, survey_one, &found);
        for (int i = 0; i < found.count && found.bytes > limit; i++) {
            remove_file(directory, found.oldest[i].name);
            found.bytes -= found.oldest[i].bytes;
        }
        if (found.bytes <= limit || found.count == 0) {
            return;
        }
    }
}
