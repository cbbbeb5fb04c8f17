/* Requests: from a command line to the product that answers it, without understanding the options.
 *
 * The key is a hash of the words themselves. So another spelling of the same options is another request, for the same
 * product. Options that name files are not understood either: the compiler stores no request then. */
#include "calls.h"
#include "hashing.h"

#include <string.h>

bool swasmc_identify(const char *path, swasmc_identity *identity)
{
    struct stat status;
    *identity = (swasmc_identity){0};
    if (sys_stat(AT_FDCWD, path, &status, 0) || !S_ISREG(status.st_mode)) {
        return false;
    }
    *identity = (swasmc_identity){
        .device = status.st_dev,
        .inode = status.st_ino,
        .count = (uint64_t)status.st_size,
        .modified = (uint64_t)status.st_mtim.tv_sec,
        .modified_ns = (uint64_t)status.st_mtim.tv_nsec,
        .changed = (uint64_t)status.st_ctim.tv_sec,
        .changed_ns = (uint64_t)status.st_ctim.tv_nsec,
    };
    return true;
}

/* The variables that decide which tools and libraries the compiler finds. */
static const char *const deciding_variables[] = {
    "LD_LIBRARY_PATH=", "LD_PRELOAD=", "PATH=", "SWASMC_LINKER=", "SWASMC_RUNTIME=",
};

static void add_variables(swasmc_sha256 *hash, char *const *environment)
{
    const int count = sizeof deciding_variables / sizeof *deciding_variables;
    for (int i = 0; i < count; i++) {
        const size_t length = strlen(deciding_variables[i]);
        const char *found = "";
        for (char *const *variable = environment; *variable; variable++) {
            if (!strncmp(*variable, deciding_variables[i], length)) {
                found = *variable;
                break;
            }
        }
        swasmc_sha256_add_text(hash, found, strlen(found));
    }
}

void swasmc_request_key(const swasmc_request *request, const swasmc_key *module, swasmc_key *result)
{
    static const char purpose[] = "swasmc request 1";
    swasmc_processor processor;
    swasmc_this_processor(&processor);
    swasmc_sha256 hash;
    swasmc_sha256_begin(&hash);
    swasmc_sha256_add_text(&hash, purpose, sizeof purpose);
    swasmc_sha256_add(&hash, module, sizeof *module);
    swasmc_sha256_add(&hash, &request->compiler, sizeof request->compiler);
    swasmc_sha256_add(&hash, &processor, sizeof processor);
    add_variables(&hash, request->environment);
    for (int i = 0; i < request->word_count; i++) {
        swasmc_sha256_add_text(&hash, request->words[i], strlen(request->words[i]));
    }
    swasmc_sha256_finish(&hash, result);
}

/* The product's key; then for each file its identity, its path with the zero at the end. */
void swasmc_record_begin(swasmc_record *record, const swasmc_key *product)
{
    memcpy(record->bytes, product, sizeof *product);
    record->count = sizeof *product;
}

bool swasmc_record_add(swasmc_record *record, const char *path)
{
    swasmc_identity identity;
    const size_t length = strlen(path) + 1;
    if (path[0] != '/' || length + sizeof identity > sizeof record->bytes - record->count ||
        !swasmc_identify(path, &identity)) {
        return false;
    }
    memcpy(record->bytes + record->count, &identity, sizeof identity);
    memcpy(record->bytes + record->count + sizeof identity, path, length);
    record->count += sizeof identity + length;
    return true;
}

bool swasmc_record_holds(const swasmc_record *record, swasmc_key *product)
{
    size_t at = sizeof *product;
    if (record->count < at || record->count > sizeof record->bytes) {
        return false;
    }
    memcpy(product, record->bytes, sizeof *product);
    while (at < record->count) {
        swasmc_identity noted, now;
        const size_t left = record->count - at;
        if (left <= sizeof noted) {
            return false;
        }
        memcpy(&noted, record->bytes + at, sizeof noted);
        const char *path = (const char *)record->bytes + at + sizeof noted;
        const size_t length = strnlen(path, left - sizeof noted);
        if (length == left - sizeof noted || !swasmc_identify(path, &now) || memcmp(&noted, &now, sizeof now)) {
            return false;
        }
        at += sizeof noted + length + 1;
    }
    return true;
}
