/* The program that users start as `swasmc`. It answers `swasmc run` from the compile cache, and hands everything else
 * to the compiler beside it.
 *
 * A compiler that loads LLVM takes far longer to start than most programs take to run. So this one has no library, and
 * understands no options: it looks for a request with the same words (request.c). Nothing is written to the terminal,
 * and whatever is not as expected is left to the compiler, which says why.
 */
#include "../CCompileCache/calls.h"
#include "launcher.h"

#include <CCompileCache.h>
#include <string.h>
#include <sys/types.h>

enum {
    FIRST_OWN_DESCRIPTOR = 3,
    /* The module is usually the first word that names a file. */
    MOST_MODULES = 4,
    MOST_WORDS = 256,
};

typedef struct {
    int argc;
    char **argv;
    char **environment;
    swasmc_identity compiler;
    int cache;
} invocation;

/* Becomes another program. Returns only on failure. */
static void execute(int file, const char *path, char **argv, char **environment)
{
    swasmc_call(SYS_execveat, file, (long)path, (long)argv, (long)environment, path[0] ? 0 : AT_EMPTY_PATH);
}

/* The compiler has the launcher's own path, and an ending. */
static bool find_compiler(char path[SWASMC_CACHE_PATH_BYTES])
{
    static const char ending[] = "-compiler";
    const long length = swasmc_call(
        SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, SWASMC_CACHE_PATH_BYTES - sizeof ending, 0);
    if (length <= 0 || length >= (long)(SWASMC_CACHE_PATH_BYTES - sizeof ending)) {
        return false;
    }
    memcpy(path + length, ending, sizeof ending);
    return true;
}

/* Hashes a module. False for any other file: it may be one that must not be opened, or much data. */
static bool hash_module(const char *path, swasmc_key *result)
{
    struct stat status;
    if (sys_stat(AT_FDCWD, path, &status, 0) || !S_ISREG(status.st_mode)) {
        return false;
    }
    const int file = sys_open(AT_FDCWD, path, O_RDONLY | O_NOCTTY | O_NONBLOCK, 0);
    if (file < FIRST_OWN_DESCRIPTOR) {
        return false;
    }
    static const char magic[4] = {0, 'a', 's', 'm'};
    uint8_t chunk[16384];
    swasmc_sha256 hash;
    swasmc_sha256_begin(&hash);
    long count;
    while ((count = sys_read(file, chunk, sizeof chunk)) > 0) {
        if (hash.count == 0 && (count < (long)sizeof magic || memcmp(chunk, magic, sizeof magic))) {
            count = -EINVAL;
            break;
        }
        swasmc_sha256_add(&hash, chunk, (size_t)count);
    }
    sys_close(file);
    swasmc_sha256_finish(&hash, result);
    return count == 0;
}

/* The word after its last slash. */
static char *base_name(char *path)
{
    char *name = path;
    for (; *path; path++) {
        if (*path == '/') {
            name = path + 1;
        }
    }
    return name;
}

/* Runs the product of this request, if there is one and all of it is as it was. Returns otherwise. */
static void answer(const invocation *call, int module_index, const swasmc_key *module)
{
    static swasmc_record record;
    const swasmc_request request = {
        .compiler = call->compiler,
        .words = call->argv + 1,
        .word_count = module_index,
        .environment = call->environment,
    };
    swasmc_key key, product_key;
    swasmc_entry found, product;
    swasmc_request_key(&request, module, &key);
    if (swasmc_entry_open(call->cache, SWASMC_ENTRY_REQUEST, &key, record.bytes, sizeof record.bytes, &found)) {
        return;
    }
    record.count = found.count;
    if (!swasmc_record_holds(&record, &product_key) ||
        swasmc_entry_open(call->cache, SWASMC_ENTRY_PRODUCT, &product_key, NULL, 0, &product)) {
        return;
    }
    swasmc_entry_touch(&found, SWASMC_ENTRY_REQUEST);
    swasmc_entry_touch(&product, SWASMC_ENTRY_PRODUCT);
    /* The program's name is its module's, and the words after the module are its own. */
    char **words = call->argv + module_index;
    char *const path = words[0];
    words[0] = base_name(path);
    execute(product.file, "", words, call->environment);
    words[0] = path;
}

static void try_cache(invocation *call, const char *compiler)
{
    char path[SWASMC_CACHE_PATH_BYTES];
    if (!swasmc_identify(compiler, &call->compiler) || !swasmc_cache_path(call->environment, path)) {
        return;
    }
    call->cache = swasmc_cache_open(path).directory;
    /* A smaller number means that a standard stream is closed; the compiler opens it. */
    if (call->cache < FIRST_OWN_DESCRIPTOR) {
        return;
    }
    int modules = 0;
    for (int i = 2; i < call->argc && i < MOST_WORDS && modules < MOST_MODULES; i++) {
        swasmc_key module;
        if (hash_module(call->argv[i], &module)) {
            modules++;
            answer(call, i, &module);
        }
    }
}

static void complain(const char *compiler)
{
    static const char before[] = "swasmc: error: cannot start the compiler ", after[] = "\n";
    sys_write(2, before, sizeof before - 1);
    sys_write(2, compiler, strlen(compiler));
    sys_write(2, after, sizeof after - 1);
}

/* `stack` is as the kernel left it: the count of arguments, the arguments, the environment. */
_Noreturn void swasmc_launch(long *stack)
{
    invocation call = {.argc = (int)stack[0], .argv = (char **)(stack + 1)};
    call.environment = call.argv + call.argc + 1;
    char compiler[SWASMC_CACHE_PATH_BYTES] = "";
    if (find_compiler(compiler)) {
        if (call.argc > 2 && !strcmp(call.argv[1], "run")) {
            try_cache(&call, compiler);
        }
        execute(AT_FDCWD, compiler, call.argv, call.environment);
    }
    complain(compiler);
    for (;;) {
        swasmc_call(SYS_exit_group, 1, 0, 0, 0, 0);
    }
}
