/* Stores entries. An entry is written under a temporary name and then renamed. So a process that is killed
 * leaves no half-written file under the name of an entry. The process does not wait for the disk: if the
 * machine loses power and the file is damaged, the checksum shows the damage. */
#include "calls.h"

#include "entry.h"
#include "hashing.h"

#include <string.h>
#include <sys/file.h>

typedef struct {
    int directory;
    /* `output` is open for writing. `lock` holds the lock and is open for reading only, because an executable
     * cannot be started while somebody has it open for writing. */
    int output, lock;
    char name[SWASMC_ENTRY_NAME_BYTES];
} temporary;

static int write_all(int file, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    while (count) {
        const long written = sys_write(file, at, count);
        if (written == -EINTR) {
            continue;
        }
        if (written <= 0) {
            return written ? (int)written : -EIO;
        }
        at += written, count -= (size_t)written;
    }
    return 0;
}

static int random_key(swasmc_key *key)
{
    const long got = swasmc_call(SYS_getrandom, (long)key, sizeof *key, 0, 0, 0);
    return got == (long)sizeof *key ? 0 : got < 0 ? (int)got : -EIO;
}

static void discard(temporary *file)
{
    if (file->output >= 0) {
        sys_close(file->output);
    }
    if (file->lock >= 0) {
        sys_close(file->lock);
    }
    swasmc_call(SYS_unlinkat, file->directory, (long)file->name, 0, 0, 0);
}

/* Makes a temporary file and locks it. -EAGAIN: swasmc_cache_make_room of another writer has taken the file for
 * abandoned, because it was not locked yet. */
static int try_begin(int directory, temporary *file)
{
    swasmc_key key;
    const int error = random_key(&key);
    if (error) {
        return error;
    }
    swasmc_entry_name((swasmc_entry_kind)SWASMC_TEMPORARY_KIND, &key, file->name);
    file->directory = directory;
    file->output = sys_open(directory, file->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (file->output < 0) {
        return file->output;
    }
    file->lock = sys_open(directory, file->name, O_RDONLY | O_NOFOLLOW, 0);
    long result = file->lock;
    if (result >= 0) {
        result = swasmc_call(SYS_flock, file->lock, LOCK_EX | LOCK_NB, 0, 0, 0);
    }
    struct stat status;
    if (result >= 0) {
        result = sys_fstat(file->lock, &status);
    }
    const bool is_removed = result == -ENOENT || (result == 0 && status.st_nlink == 0);
    if (result || is_removed) {
        discard(file);
    }
    return is_removed ? -EAGAIN : (int)result;
}

static int begin(int directory, temporary *file)
{
    enum { MOST_TRIES = 100 };
    int error = -EAGAIN;
    for (int tries = 0; error == -EAGAIN && tries < MOST_TRIES; tries++) {
        error = try_begin(directory, file);
    }
    return error;
}

static int fill(temporary *file, swasmc_entry_kind kind, const swasmc_key *key, const void *contents, size_t count)
{
    swasmc_trailer trailer = {.key = *key, .count = count};
    memcpy(trailer.magic, swasmc_trailer_magic, sizeof trailer.magic);
    swasmc_checksum sum;
    swasmc_checksum_begin(&sum);
    swasmc_checksum_add(&sum, contents, count);
    swasmc_checksum_finish(&sum, count, trailer.checksum);
    int error = write_all(file->output, contents, count);
    if (!error) {
        error = write_all(file->output, &trailer, sizeof trailer);
    }
    if (!error) {
        const unsigned mode = kind == SWASMC_ENTRY_PRODUCT ? 0500 : 0600;
        error = (int)swasmc_call(SYS_fchmod, file->output, mode, 0, 0, 0);
    }
    sys_close(file->output);
    file->output = -1;
    return error;
}

int swasmc_entry_store(
    int directory, swasmc_entry_kind kind, const swasmc_key *key, const void *contents, size_t count, uint64_t limit)
{
    const uint64_t whole = (uint64_t)count + sizeof(swasmc_trailer);
    if (whole > limit || swasmc_exceeds_file_limit(whole)) {
        return -EFBIG;
    }
    temporary file;
    int error = begin(directory, &file);
    if (error) {
        return error;
    }
    error = fill(&file, kind, key, contents, count);
    if (!error) {
        char name[SWASMC_ENTRY_NAME_BYTES];
        swasmc_entry_name(kind, key, name);
        /* The temporary file is counted with the entries. */
        swasmc_cache_make_room(directory, limit);
        error = (int)swasmc_call(SYS_renameat, directory, (long)file.name, directory, (long)name, 0);
    }
    if (error) {
        discard(&file);
    } else {
        sys_close(file.lock);
    }
    return error;
}
