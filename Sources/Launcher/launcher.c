/* The program that users start as `swasmc`. It answers `swasmc run` from the compile cache, and hands
 * everything else to the compiler beside it.
 *
 * A compiler that loads LLVM takes far longer to start than most programs take to run. So the launcher uses
 * no library and understands no options: it looks for a request with the same words (request.c). It starts
 * the compiler whenever anything is unexpected, and the compiler prints the message. The launcher itself
 * prints a message only if it cannot start the compiler.
 */
#include "../CCompileCache/calls.h"
#include "launcher.h"

#include <CCompileCache.h>
#include <elf.h>
#include <string.h>
#include <sys/types.h>

enum {
    FIRST_OWN_DESCRIPTOR = 3,
    /* Try only so many modules, and only words before this one. The module is usually the first word that
     * names a file. */
    MOST_MODULES = 4,
    MOST_WORDS = 256,
};

typedef struct {
    int argc;
    char **argv;
    char **environment;
    char compiler_path[SWASMC_CACHE_PATH_BYTES];
    swasmc_identity compiler;
    int cache;
} invocation;

/* Becomes another program. Returns only on failure. */
static void execute(int file, const char *path, char **argv, char **environment)
{
    swasmc_call(SYS_execveat, file, (long)path, (long)argv, (long)environment, path[0] ? 0 : AT_EMPTY_PATH);
}

static bool append_ending(char path[SWASMC_CACHE_PATH_BYTES], size_t length)
{
    static const char ending[] = "-compiler";
    if (length == 0 || length > SWASMC_CACHE_PATH_BYTES - sizeof ending) {
        return false;
    }
    memcpy(path + length, ending, sizeof ending);
    return true;
}

/* The path with which this program was started. The kernel passes it. */
static const char *own_path(char **environment)
{
    while (*environment) {
        environment++;
    }
    const unsigned long *pair = (const unsigned long *)(environment + 1);
    for (; pair[0] != AT_NULL; pair += 2) {
        if (pair[0] == AT_EXECFN) {
            return (const char *)pair[1];
        }
    }
    return "";
}

/* The path of the compiler is the launcher's own path and an ending. The launcher may have been started by a
 * link in a directory where others can write. A compiler beside the link must not be used. So the launcher's
 * path is that of the file that the kernel executes. */
static bool find_compiler(invocation *call)
{
    char *const path = call->compiler_path;
    const long got =
        swasmc_call(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)path, sizeof call->compiler_path, 0);
    if (got > 0) {
        return append_ending(path, (size_t)got) && swasmc_identify(path, &call->compiler);
    }
    /* /proc is not mounted. */
    const char *start = own_path(call->environment);
    const size_t length = strlen(start);
    struct stat status;
    if (sys_stat(AT_FDCWD, start, &status, AT_SYMLINK_NOFOLLOW) || S_ISLNK(status.st_mode) ||
        !append_ending(path, length)) {
        return false;
    }
    memcpy(path, start, length);
    return swasmc_identify(path, &call->compiler);
}

/* The part of the path after its last slash. */
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

/* Runs the product of this request. Returns if there is none, if one of its files has changed, or if it
 * cannot be executed. */
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
    swasmc_identity product_file;
    swasmc_entry found;
    int product;
    swasmc_request_key(&request, module, &key);
    if (swasmc_entry_open(call->cache, SWASMC_ENTRY_REQUEST, &key, record.bytes, sizeof record.bytes, &found)) {
        return;
    }
    record.count = found.count;
    if (!swasmc_record_holds(&record, &product_key, &product_file) ||
        swasmc_product_open(call->cache, &product_key, &product_file, &product)) {
        return;
    }
    swasmc_request_touch(&found);
    /* The program's name is that of its module. The words after the module are the program's arguments. */
    char **words = call->argv + module_index;
    char *const path = words[0];
    words[0] = base_name(path);
    execute(product, "", words, call->environment);
    words[0] = path;
}

/* Tries the words that name files, one after another, as the module. Such a word may be the value of an
 * option instead. Only the compiler can tell, and it stores no request in which that word is the module. */
static void try_cache(invocation *call)
{
    char path[SWASMC_CACHE_PATH_BYTES];
    if (!swasmc_cache_path(call->environment, path)) {
        return;
    }
    call->cache = swasmc_cache_open(path).directory;
    /* -1 means that there is no cache that may be used. 0, 1 or 2 means that a standard stream is closed; the
     * compiler opens it. */
    if (call->cache < FIRST_OWN_DESCRIPTOR) {
        return;
    }
    int modules = 0;
    for (int i = 2; i < call->argc && i < MOST_WORDS && modules < MOST_MODULES; i++) {
        swasmc_identity identity;
        swasmc_key module;
        if (!swasmc_identify(call->argv[i], &identity)) {
            continue;
        }
        swasmc_module_by_identity(&identity, &module);
        answer(call, i, &module);
        if (swasmc_module_by_contents(call->argv[i], &module)) {
            modules++;
            answer(call, i, &module);
        }
    }
}

static void complain(const char *compiler)
{
    static const char before[] = "swasmc: error[E0403]: cannot start the compiler ",
                      after[] = "\n  it belongs beside swasmc; `make install` installs both\n";
    sys_write(2, before, sizeof before - 1);
    sys_write(2, compiler, strlen(compiler));
    sys_write(2, after, sizeof after - 1);
}

/* `stack` is as the kernel left it: the count of arguments, the arguments, the environment. */
_Noreturn void swasmc_launch(long *stack)
{
    static invocation call;
    call.argc = (int)stack[0], call.argv = (char **)(stack + 1);
    call.environment = call.argv + call.argc + 1;
    if (find_compiler(&call)) {
        if (call.argc > 2 && !strcmp(call.argv[1], "run")) {
            try_cache(&call);
        }
        execute(AT_FDCWD, call.compiler_path, call.argv, call.environment);
    }
    complain(call.compiler_path);
    for (;;) {
        swasmc_call(SYS_exit_group, 1, 0, 0, 0, 0);
    }
}
