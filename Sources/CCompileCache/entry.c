/* Opens entries. All checks use the descriptor that is returned. So it does no harm if another file takes the
 * entry's name later. */
#include "calls.h"
#include "entry.h"
#include "hashing.h"

#include <string.h>
#include <sys/resource.h>

const char swasmc_trailer_magic[16] = "swasmc cache 1\n";

void swasmc_entry_name(swasmc_entry_kind kind, const swasmc_key *key, char name[SWASMC_ENTRY_NAME_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    name[0] = (char)kind;
    name[1] = '-';
    for (int i = 0; i < 32; i++) {
        name[2 + 2 * i] = digits[key->bytes[i] >> 4];
        name[3 + 2 * i] = digits[key->bytes[i] & 15];
    }
    name[SWASMC_ENTRY_NAME_BYTES - 1] = 0;
}

/* Whether no other user can have written the file. */
static bool is_own(const struct stat *status)
{
    return S_ISREG(status->st_mode) && status->st_uid == sys_user() && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

/* Reads exactly `count` bytes. 0; -EBADMSG: the file ends too early; else -errno. */
static int read_all(int file, void *bytes, size_t count, uint64_t offset)
{
    uint8_t *at = bytes;
    while (count) {
        const long got = sys_pread(file, at, count, offset);
        if (got == -EINTR) {
            continue;
        }
        if (got <= 0) {
            return got ? (int)got : -EBADMSG;
        }
        at += got, count -= (size_t)got, offset += (uint64_t)got;
    }
    return 0;
}

static int checksum_contents(int file, void *contents, uint64_t count, uint64_t result[2])
{
    /* Small, because the first use of each page of it costs time. */
    uint8_t chunk[16384];
    swasmc_checksum sum;
    swasmc_checksum_begin(&sum);
    for (uint64_t at = 0; at < count;) {
        uint8_t *place = contents ? (uint8_t *)contents + at : chunk;
        const size_t part = count - at < sizeof chunk ? (size_t)(count - at) : sizeof chunk;
        const int error = read_all(file, place, part, at);
        if (error) {
            return error;
        }
        swasmc_checksum_add(&sum, place, part);
        at += part;
    }
    swasmc_checksum_finish(&sum, count, result);
    return 0;
}

static int check(swasmc_entry *entry, const swasmc_key *key, void *contents, size_t capacity)
{
    struct stat status;
    swasmc_trailer trailer;
    int error = sys_fstat(entry->file, &status);
    if (error) {
        return error;
    }
    if (!is_own(&status) || status.st_size < (off_t)sizeof trailer) {
        return -EBADMSG;
    }
    entry->count = (uint64_t)status.st_size - sizeof trailer;
    error = read_all(entry->file, &trailer, sizeof trailer, entry->count);
    if (error) {
        return error;
    }
    if (memcmp(trailer.magic, swasmc_trailer_magic, sizeof trailer.magic) || trailer.count != entry->count ||
        memcmp(&trailer.key, key, sizeof *key) || (contents && trailer.count > capacity)) {
        return -EBADMSG;
    }
    uint64_t checksum[2];
    error = checksum_contents(entry->file, contents, entry->count, checksum);
    if (error) {
        return error;
    }
    entry->hits = trailer.hits;
    return memcmp(checksum, trailer.checksum, sizeof checksum) ? -EBADMSG : 0;
}

int swasmc_entry_open(
    int directory, swasmc_entry_kind kind, const swasmc_key *key, void *contents, size_t capacity, swasmc_entry *entry)
{
    char name[SWASMC_ENTRY_NAME_BYTES];
    swasmc_entry_name(kind, key, name);
    /* O_NONBLOCK: opening must not wait if the name is that of a pipe. */
    const int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    entry->file = -EACCES;
    if (kind == SWASMC_ENTRY_REQUEST) {
        entry->file = sys_open(directory, name, O_RDWR | flags, 0);
    }
    if (entry->file == -EACCES || entry->file == -EROFS || entry->file == -EPERM) {
        entry->file = sys_open(directory, name, O_RDONLY | flags, 0);
    }
    if (entry->file < 0) {
        /* Symbolic links, directories and sockets are not entries. */
        const bool is_other = entry->file == -ELOOP || entry->file == -EISDIR || entry->file == -ENXIO;
        return is_other ? -EBADMSG : entry->file;
    }
    const int error = check(entry, key, contents, capacity);
    if (error) {
        sys_close(entry->file);
        entry->file = -1;
    }
    return error;
}

int swasmc_product_open(int directory, const swasmc_key *key, const swasmc_identity *identity, int *file)
{
    char name[SWASMC_ENTRY_NAME_BYTES];
    if (!identity->inode) {
        swasmc_entry entry;
        const int error = swasmc_entry_open(directory, SWASMC_ENTRY_PRODUCT, key, NULL, 0, &entry);
        *file = entry.file;
        return error;
    }
    swasmc_entry_name(SWASMC_ENTRY_PRODUCT, key, name);
    *file = sys_open(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    if (*file < 0) {
        return *file;
    }
    struct stat status;
    swasmc_identity found;
    if (!sys_fstat(*file, &status) && is_own(&status)) {
        swasmc_identity_of(&status, &found);
        if (!memcmp(&found, identity, sizeof found)) {
            return 0;
        }
    }
    sys_close(*file);
    return -ESTALE;
}

bool swasmc_exceeds_file_limit(uint64_t count)
{
    struct rlimit limit;
    const long error = swasmc_call(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, (long)&limit, 0);
    return error || (limit.rlim_cur != RLIM_INFINITY && count > limit.rlim_cur);
}

void swasmc_request_touch(const swasmc_entry *entry)
{
    const uint64_t hits = entry->hits + 1;
    const uint64_t offset = entry->count + offsetof(swasmc_trailer, hits);
    if (!swasmc_exceeds_file_limit(offset + sizeof hits)) {
        swasmc_call(SYS_pwrite64, entry->file, (long)&hits, sizeof hits, (long)offset, 0);
    }
}

void swasmc_entry_touch(const swasmc_entry *entry)
{
    swasmc_call(SYS_utimensat, entry->file, 0, 0, 0, 0);
}

void swasmc_entry_remove(int directory, swasmc_entry_kind kind, const swasmc_key *key)
{
    char name[SWASMC_ENTRY_NAME_BYTES];
    swasmc_entry_name(kind, key, name);
    if (swasmc_call(SYS_unlinkat, directory, (long)name, 0, 0, 0) == -EISDIR) {
        swasmc_call(SYS_unlinkat, directory, (long)name, AT_REMOVEDIR, 0, 0);
    }
}
