/* Requests: they find the product that answers a command line, without understanding the options.
 *
 * The key is a hash of the words themselves. So another spelling of the same options is another request for
 * the same product. If the command line names profiles, plugs or an OCI layout, the compiler stores no request,
 * because the launcher would not notice a change of those files. */
#include "calls.h"

#include "hashing.h"

#include <string.h>

/* The variables that decide which tools and libraries the compiler finds, and whether it uses the cache. */
static const char *const deciding_variables[] = {
    "LD_LIBRARY_PATH=", "LD_PRELOAD=", "PATH=", "SWASMC_CACHE_SIZE=", "SWASMC_LINKER=", "SWASMC_RUNTIME=",
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

/* The purpose comes first in the hash, so this key differs from every key of another kind. */
void swasmc_module_by_identity(const swasmc_identity *identity, swasmc_key *result)
{
    static const char purpose[] = "swasmc module by identity";
    swasmc_sha256 hash;
    swasmc_sha256_begin(&hash);
    swasmc_sha256_add_text(&hash, purpose, sizeof purpose);
    swasmc_sha256_add(&hash, identity, sizeof *identity);
    swasmc_sha256_finish(&hash, result);
}

bool swasmc_module_by_contents(const char *path, swasmc_key *result)
{
    static const char magic[4] = {0, 'a', 's', 'm'};
    struct stat status;
    if (sys_stat(AT_FDCWD, path, &status, 0) || !S_ISREG(status.st_mode)) {
        return false;
    }
    const int file = sys_open(AT_FDCWD, path, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0);
    if (file < 0) {
        return false;
    }
    uint8_t chunk[16384];
    swasmc_sha256 hash;
    swasmc_sha256_begin(&hash);
    long count;
    while ((count = sys_read(file, chunk, sizeof chunk)) > 0) {
        if (hash.count == 0 && (count < (long)sizeof magic || memcmp(chunk, magic, sizeof magic))) {
            break;
        }
        swasmc_sha256_add(&hash, chunk, (size_t)count);
    }
    sys_close(file);
    swasmc_sha256_finish(&hash, result);
    return count == 0;
}

typedef struct {
    swasmc_key product;
    swasmc_identity product_file;
} record_head;

/* A record is a head, and then for each file its identity and its path with the zero at the end. */
void swasmc_record_begin(swasmc_record *record, const swasmc_key *product, const swasmc_identity *product_file)
{
    const record_head head = {.product = *product, .product_file = *product_file};
    memcpy(record->bytes, &head, sizeof head);
    record->count = sizeof head;
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

bool swasmc_record_holds(const swasmc_record *record, swasmc_key *product, swasmc_identity *product_file)
{
    record_head head;
    size_t at = sizeof head;
    if (record->count < at || record->count > sizeof record->bytes) {
        return false;
    }
    memcpy(&head, record->bytes, sizeof head);
    *product = head.product, *product_file = head.product_file;
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
