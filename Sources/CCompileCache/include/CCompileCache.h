/* The compile cache: a directory of the user that holds finished programs, and objects of parts of programs.
 * Each is found by a hash of everything that it depends on.
 *
 * The compiler and the launcher share this code, so that there is one definition of every key and every
 * check. The launcher has no C library. So the files that it uses make raw system calls and allocate nothing.
 * Results below zero are -errno.
 *
 * Another user can neither make nor change an entry, and an entry that another user could have changed is not
 * used. A process of the same user can do everything that the user can; no cache can protect from it.
 */
#ifndef SWASMC_COMPILE_CACHE_H
#define SWASMC_COMPILE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A SHA-256 hash (FIPS 180-4). */
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
/* Adds the count, then the bytes. So different lists of texts are different inputs of the hash. */
void swasmc_sha256_add_text(swasmc_sha256 *hash, const void *bytes, size_t count);
void swasmc_sha256_finish(swasmc_sha256 *hash, swasmc_key *result);
/* For tests: with `true`, only the portable code is used from now on, even if the processor has instructions
 * for SHA-256. */
void swasmc_sha256_use_portable(bool portable);

/* ---- The directory (directory.c) ---- */

enum { SWASMC_CACHE_PATH_BYTES = 4096 };

/* Writes the path of the cache to `path`: $SWASMC_CACHE_DIR, else $XDG_CACHE_HOME/swasmc, else
 * $HOME/.cache/swasmc. False when no variable gives a usable path. */
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

/* Opens the directory at `path` if no other user can have written there. */
swasmc_cache_opening swasmc_cache_open(const char *path);
/* Makes the directory and its parent if they are missing, but none above. Only their owner may use them. 0 or
 * -errno; -EACCES also if the directory above belongs to another user and is not sticky. */
int swasmc_cache_create(const char *path);

/* ---- Entries (entry.c) ---- */

typedef enum {
    /* The product of a compilation. */
    SWASMC_ENTRY_PRODUCT = 'p',
    /* Names the product that answers a command line. */
    SWASMC_ENTRY_REQUEST = 'r',
    /* The object of a partition. */
    SWASMC_ENTRY_OBJECT = 'o',
} swasmc_entry_kind;

typedef struct {
    /* Open for reading. A request is open for writing too, if that is allowed. */
    int file;
    /* The bytes of the contents. */
    uint64_t count;
    uint64_t hits;
} swasmc_entry;

/* Opens an entry and checks all of it: owner, mode, size, key, and the checksum of the contents. If
 * `contents` is not NULL, it receives the contents, and an entry with more than `capacity` bytes is refused.
 * 0; -ENOENT: there is no entry; -EBADMSG: the entry must not be used; else -errno. */
int swasmc_entry_open(
    int directory, swasmc_entry_kind kind, const swasmc_key *key, void *contents, size_t capacity, swasmc_entry *entry);
/* Counts a hit of the request. Also sets the time of its last use, which decides when it and its product are
 * removed. */
void swasmc_request_touch(const swasmc_entry *entry);
/* Sets the time of the last use of a product or an object. This changes its identity. */
void swasmc_entry_touch(const swasmc_entry *entry);
void swasmc_entry_remove(int directory, swasmc_entry_kind kind, const swasmc_key *key);
/* Stores an entry, whole or not at all. First removes other entries so that all together have at most `limit`
 * bytes. 0; -EFBIG: the entry is larger than the limit, or than this process may write; else -errno. */
int swasmc_entry_store(
    int directory, swasmc_entry_kind kind, const swasmc_key *key, const void *contents, size_t count, uint64_t limit);

/* ---- All entries (space.c) ---- */

typedef struct {
    uint64_t products, requests, objects, bytes, hits;
} swasmc_cache_contents;

void swasmc_cache_count(int directory, swasmc_cache_contents *contents);
/* Removes the least recently used entries until at most `limit` bytes are left. Also removes half-written
 * files whose writers have ended. A limit of 0 removes all entries. */
void swasmc_cache_make_room(int directory, uint64_t limit);

/* ---- Requests (request.c) ---- */

/* Tells which file it is, and when it was changed last. identity.c says when an identity stands for the
 * contents. All zero if it is not a regular file. */
typedef struct {
    uint64_t device, inode, count, modified, modified_ns, changed, changed_ns;
} swasmc_identity;

bool swasmc_identify(const char *path, swasmc_identity *identity);
/* Makes sure that every later change of the file changes its identity. False if that is not certain. Contents
 * that are read after this call belong to `identity` if the file still has this identity after they are
 * read. */
bool swasmc_settle(int file, swasmc_identity *identity);

/* What this processor says about itself. */
typedef struct {
    uint32_t words[6];
} swasmc_processor;

void swasmc_this_processor(swasmc_processor *processor);

typedef struct {
    swasmc_identity compiler;
    /* The words of the command line after the name of swasmc, up to and including the module. */
    char *const *words;
    int word_count;
    char *const *environment;
} swasmc_request;

/* There are two keys for a module: one from its identity, for a file that was settled, and one from its
 * contents. */
void swasmc_module_by_identity(const swasmc_identity *identity, swasmc_key *result);
/* False for a file that is not a module: a device is not even opened, and of another file only the beginning
 * is read. */
bool swasmc_module_by_contents(const char *path, swasmc_key *result);

/* A hash of everything that decides which program `swasmc run` starts, except the files in the record. */
void swasmc_request_key(const swasmc_request *request, const swasmc_key *module, swasmc_key *result);

enum { SWASMC_RECORD_BYTES = 2048 };

/* The contents of a request: its product, and the files that the product was made with. */
typedef struct {
    size_t count;
    uint8_t bytes[SWASMC_RECORD_BYTES];
} swasmc_record;

/* - product_file: the identity of the product's entry; all zero if its contents are to be checked each
 *   time. */
void swasmc_record_begin(swasmc_record *record, const swasmc_key *product, const swasmc_identity *product_file);
/* False if the file cannot be identified or does not fit. */
bool swasmc_record_add(swasmc_record *record, const char *path);
/* Whether all files of the record are unchanged. Also returns the product and the identity of its entry. */
bool swasmc_record_holds(const swasmc_record *record, swasmc_key *product, swasmc_identity *product_file);

/* Opens the product for execution. If `identity` is all zero, checks the whole entry; otherwise checks only
 * its owner, mode and identity. 0; -ESTALE: one of these three differs; else as swasmc_entry_open. */
int swasmc_product_open(int directory, const swasmc_key *key, const swasmc_identity *identity, int *file);

/* From now on this product answers the request, as long as the files at `paths` do not change. `module` is
 * the path of the module. If the module's identity can be trusted, the request is also stored under a key
 * made from it. With `is_hit` the request counts a hit. */
int swasmc_request_store(
    int directory, const swasmc_request *request, const char *module, const swasmc_key *module_contents,
    const swasmc_key *product, const char *const *paths, bool is_hit, uint64_t limit);

#endif
