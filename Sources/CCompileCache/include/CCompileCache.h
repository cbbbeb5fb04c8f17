/* The compile cache: a directory of the user's with finished programs, found by the hash of all that decides them.
 *
 * The compiler and the launcher share this code, so that there is one definition of every key and every check. The
 * launcher has no C library. So the code makes raw system calls and allocates nothing. Results below zero are -errno.
 *
 * Who may do what: another user can neither make nor change an entry, and entries that could have been changed by one
 * are not used. A process of the same user can do all that the user can. No cache could protect from it.
 */
#ifndef SWASMC_COMPILE_CACHE_H
#define SWASMC_COMPILE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A SHA-256 (FIPS 180-4) of all that decides something. */
typedef struct {
    uint8_t bytes[32];
} swasmc_key;

/* ---- Hashing ---- */

typedef struct {
    uint32_t state[8];
    uint64_t count;
    uint8_t block[64];
} swasmc_sha256;

void swasmc_sha256_begin(swasmc_sha256 *hash);
void swasmc_sha256_add(swasmc_sha256 *hash, const void *bytes, size_t count);
/* Adds the count, then the bytes: a list of texts has one encoding only. */
void swasmc_sha256_add_text(swasmc_sha256 *hash, const void *bytes, size_t count);
void swasmc_sha256_finish(swasmc_sha256 *hash, swasmc_key *result);
/* From now on the portable code is used, whatever the processor has. For tests. */
void swasmc_sha256_use_portable(bool portable);

/* ---- The directory (directory.c) ---- */

enum { SWASMC_CACHE_PATH_BYTES = 4096 };

/* Writes where the cache is to `path`: $SWASMC_CACHE_DIR, else $XDG_CACHE_HOME/swasmc, else $HOME/.cache/swasmc. False
 * when no variable says it. */
bool swasmc_cache_path(char *const *environment, char path[SWASMC_CACHE_PATH_BYTES]);

typedef enum {
    SWASMC_CACHE_OPEN,
    /* There is no directory, or it cannot be opened. */
    SWASMC_CACHE_ABSENT,
    SWASMC_CACHE_IS_NO_DIRECTORY,
    SWASMC_CACHE_OF_ANOTHER_USER,
    SWASMC_CACHE_WRITABLE_BY_OTHERS,
} swasmc_cache_state;

typedef struct {
    swasmc_cache_state state;
    /* The open directory, or -1. */
    int directory;
    /* Which directory is to blame: 0 the cache's own, 1 the one that holds it, and so on. */
    int levels_up;
    /* Why it is absent: -errno. */
    int error;
} swasmc_cache_opening;

/* Opens the directory at `path` if nobody else can have written there. */
swasmc_cache_opening swasmc_cache_open(const char *path);
/* Makes the directory, for its owner alone, and the one that holds it, but none above. 0 or -errno; -EACCES also if it
 * would be made in a directory of another user. */
int swasmc_cache_create(const char *path);

/* ---- Entries (entry.c) ---- */

typedef enum {
    /* What a compilation made. */
    SWASMC_ENTRY_PRODUCT = 'p',
    /* Which product answers a command line. */
    SWASMC_ENTRY_REQUEST = 'r',
} swasmc_entry_kind;

typedef struct {
    /* Open for reading; a request for writing too if that is allowed. */
    int file;
    /* Of the contents. */
    uint64_t count;
    uint64_t hits;
} swasmc_entry;

/* Opens an entry and checks all of it: owner, mode, size, key, and the checksum of the contents. If `contents` is not
 * NULL, the contents are left there, and an entry that does not fit is not used.
 * 0; -ENOENT: there is none; -EBADMSG: it must not be used. */
int swasmc_entry_open(
    int directory, swasmc_entry_kind kind, const swasmc_key *key, void *contents, size_t capacity, swasmc_entry *entry);
/* Notes that the request was used, and counts it: others are removed before it and its product. */
void swasmc_request_touch(const swasmc_entry *entry);
/* Notes that the product was used. It has another identity then. */
void swasmc_product_touch(const swasmc_entry *entry);
void swasmc_entry_remove(int directory, swasmc_entry_kind kind, const swasmc_key *key);
/* Stores an entry, whole or not at all, and first removes what must go so that all stay below `limit` bytes.
 * 0; -EFBIG: it is larger than the limit, or than this process may write; else -errno. */
int swasmc_entry_store(
    int directory, swasmc_entry_kind kind, const swasmc_key *key, const void *contents, size_t count, uint64_t limit);

/* ---- All entries (space.c) ---- */

typedef struct {
    uint64_t products, requests, bytes, hits;
} swasmc_cache_contents;

void swasmc_cache_count(int directory, swasmc_cache_contents *contents);
/* Removes the entries that were not used for longest until at most `limit` bytes are left, and what processes that
 * ended left half written. A limit of 0 removes everything. */
void swasmc_cache_make_room(int directory, uint64_t limit);

/* ---- Requests (request.c) ---- */

/* Which file it is, and in which state: identity.c tells when it stands for the contents. All zero if it is no regular
 * file. */
typedef struct {
    uint64_t device, inode, count, modified, modified_ns, changed, changed_ns;
} swasmc_identity;

bool swasmc_identify(const char *path, swasmc_identity *identity);
/* Makes sure that every later change of the file changes its identity. False if that cannot be known. Contents that are
 * read after this belong to the identity, if the file has it then too. */
bool swasmc_settle(int file, swasmc_identity *identity);

/* What this processor says about itself. */
typedef struct {
    uint32_t words[6];
} swasmc_processor;

void swasmc_this_processor(swasmc_processor *processor);

typedef struct {
    swasmc_identity compiler;
    /* The words of the command line up to the module and with it, without the name of swasmc. */
    char *const *words;
    int word_count;
    char *const *environment;
} swasmc_request;

/* The module, by the hash of its contents; and by its identity, for a file that was settled. */
void swasmc_module_by_identity(const swasmc_identity *identity, swasmc_key *result);
/* False for any file but a module: it may be one that must not be opened, or much data. */
bool swasmc_module_by_contents(const char *path, swasmc_key *result);

/* All that decides what `swasmc run` runs, but for the files in the record. */
void swasmc_request_key(const swasmc_request *request, const swasmc_key *module, swasmc_key *result);

enum { SWASMC_RECORD_BYTES = 2048 };

/* The contents of a request: its product, and the files that the product was made with. */
typedef struct {
    size_t count;
    uint8_t bytes[SWASMC_RECORD_BYTES];
} swasmc_record;

/* - product_file: the identity of its entry; all zero to have its contents checked each time. */
void swasmc_record_begin(swasmc_record *record, const swasmc_key *product, const swasmc_identity *product_file);
/* False if the file cannot be identified or does not fit. */
bool swasmc_record_add(swasmc_record *record, const char *path);
/* Whether all files are as they were. */
bool swasmc_record_holds(const swasmc_record *record, swasmc_key *product, swasmc_identity *product_file);

/* Opens the product for execution. With an identity, only that is compared; without one, all contents are checked.
 * 0; -ESTALE: it has another identity; else as swasmc_entry_open. */
int swasmc_product_open(int directory, const swasmc_key *key, const swasmc_identity *identity, int *file);

/* Lets a request be answered by this product as long as the files at `paths` stay as they are. `module` is its path; its
 * identity is another key of the same request if it can be trusted. With `is_hit` the request counts a hit. */
int swasmc_request_store(
    int directory, const swasmc_request *request, const char *module, const swasmc_key *module_contents,
    const swasmc_key *product, const char *const *paths, bool is_hit, uint64_t limit);

#endif
