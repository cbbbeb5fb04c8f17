/* Stores requests. This is done once for each command line. So there is time to find out which files the
 * launcher may trust later without reading them again. */
#include "calls.h"

#include "hashing.h"

#include <string.h>

/* Finds the identity of the product's entry. It is all zero if a later change of the entry could go
 * unnoticed. */
static void settle_product(int directory, const swasmc_key *product, swasmc_identity *identity)
{
    swasmc_identity settled;
    swasmc_entry entry;
    *identity = (swasmc_identity){0};
    if (swasmc_entry_open(directory, SWASMC_ENTRY_PRODUCT, product, NULL, 0, &entry)) {
        return;
    }
    const bool is_settled = swasmc_settle(entry.file, &settled);
    sys_close(entry.file);
    /* Check the contents again below, because only contents that are read after settling count. */
    struct stat status;
    swasmc_identity found;
    if (!is_settled || swasmc_entry_open(directory, SWASMC_ENTRY_PRODUCT, product, NULL, 0, &entry)) {
        return;
    }
    if (!sys_fstat(entry.file, &status)) {
        swasmc_identity_of(&status, &found);
        if (!memcmp(&found, &settled, sizeof found)) {
            *identity = found;
        }
    }
    sys_close(entry.file);
}

/* Whether the file at `path` has these contents, and every later change of it would be noticed. */
static bool settle_module(const char *path, const swasmc_key *contents, swasmc_identity *identity)
{
    const int file = sys_open(AT_FDCWD, path, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0);
    if (file < 0) {
        return false;
    }
    const bool is_settled = swasmc_settle(file, identity);
    sys_close(file);
    swasmc_key read;
    swasmc_identity now;
    return is_settled && swasmc_module_by_contents(path, &read) && !memcmp(&read, contents, sizeof read) &&
           swasmc_identify(path, &now) && !memcmp(&now, identity, sizeof now);
}

/* Whether this record is stored already; then `is_hit` counts a hit. A broken record is removed. */
static bool is_stored(int directory, const swasmc_key *key, const swasmc_record *record, bool is_hit)
{
    swasmc_record stored;
    swasmc_entry entry;
    const int error =
        swasmc_entry_open(directory, SWASMC_ENTRY_REQUEST, key, stored.bytes, sizeof stored.bytes, &entry);
    if (error) {
        if (error == -EBADMSG) {
            swasmc_entry_remove(directory, SWASMC_ENTRY_REQUEST, key);
        }
        return false;
    }
    const bool same = entry.count == record->count && !memcmp(stored.bytes, record->bytes, record->count);
    if (same && is_hit) {
        swasmc_request_touch(&entry);
    }
    sys_close(entry.file);
    return same;
}

static int store(int directory, const swasmc_key *key, const swasmc_record *record, bool is_hit, uint64_t limit)
{
    if (is_stored(directory, key, record, is_hit)) {
        return 0;
    }
    const int error = swasmc_entry_store(directory, SWASMC_ENTRY_REQUEST, key, record->bytes, record->count, limit);
    if (!error && is_hit) {
        is_stored(directory, key, record, is_hit);
    }
    return error;
}

int swasmc_request_store(
    int directory, const swasmc_request *request, const char *module, const swasmc_key *module_contents,
    const swasmc_key *product, const char *const *paths, bool is_hit, uint64_t limit)
{
    swasmc_identity product_file, module_file;
    settle_product(directory, product, &product_file);
    swasmc_record record;
    swasmc_record_begin(&record, product, &product_file);
    for (; *paths; paths++) {
        if (!swasmc_record_add(&record, *paths)) {
            return -ENOENT;
        }
    }
    swasmc_key key, by_identity;
    if (settle_module(module, module_contents, &module_file)) {
        swasmc_module_by_identity(&module_file, &by_identity);
        swasmc_request_key(request, &by_identity, &key);
        /* Only one of the two keys counts the hit. */
        const int error = store(directory, &key, &record, is_hit, limit);
        if (error) {
            return error;
        }
        is_hit = false;
    }
    swasmc_request_key(request, module_contents, &key);
    return store(directory, &key, &record, is_hit, limit);
}
