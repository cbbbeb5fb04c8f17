/* Finds or makes the cache's directory, and checks whether it can be trusted. All other source files work
 * with the descriptor that is opened here, so nobody can exchange the directory after the check. */
#include "calls.h"

#include "CCompileCache.h"

#include <string.h>

static const char *variable(char *const *environment, const char *name)
{
    const size_t length = strlen(name);
    for (; *environment; environment++) {
        if (!strncmp(*environment, name, length) && (*environment)[length] == '=') {
            const char *value = *environment + length + 1;
            return *value ? value : NULL;
        }
    }
    return NULL;
}

static bool join(char path[SWASMC_CACHE_PATH_BYTES], const char *base, const char *rest)
{
    const size_t base_length = strlen(base), rest_length = strlen(rest);
    if (base_length + rest_length >= SWASMC_CACHE_PATH_BYTES) {
        return false;
    }
    memcpy(path, base, base_length);
    memcpy(path + base_length, rest, rest_length + 1);
    return true;
}

/* A slash at the end would make the kernel follow a symbolic link. */
static void drop_last_slashes(char *path)
{
    for (size_t length = strlen(path); length > 1 && path[length - 1] == '/'; length--) {
        path[length - 1] = 0;
    }
}

bool swasmc_cache_path(char *const *environment, char path[SWASMC_CACHE_PATH_BYTES])
{
    const char *base = variable(environment, "SWASMC_CACHE_DIR"), *rest = "";
    if (!base) {
        base = variable(environment, "XDG_CACHE_HOME"), rest = "/swasmc";
        /* The specification of these directories says to ignore a relative path. */
        if (!base || *base != '/') {
            base = variable(environment, "HOME"), rest = "/.cache/swasmc";
            if (!base || *base != '/') {
                return false;
            }
        }
    }
    if (!join(path, base, rest)) {
        return false;
    }
    drop_last_slashes(path);
    return true;
}

/* Refuses a directory if another user can write there or owns it: an owner can let others write. The directories
 * above the cache may belong to root, too. */
static swasmc_cache_state trust(const struct stat *status, unsigned user, bool is_cache)
{
    /* In a user namespace, all users that the namespace does not know have this number. If it is the
     * process's own number, the process cannot tell whose a file is. */
    enum { UNKNOWN_USER = 65534 };
    if (user == UNKNOWN_USER || (status->st_uid != user && (is_cache || status->st_uid != 0))) {
        return SWASMC_CACHE_OF_ANOTHER_USER;
    }
    /* In a sticky directory, only three users can replace a file: the owners of both, and root. */
    const bool sticky = !is_cache && status->st_mode & S_ISVTX;
    return status->st_mode & (S_IWGRP | S_IWOTH) && !sticky ? SWASMC_CACHE_WRITABLE_BY_OTHERS : SWASMC_CACHE_OPEN;
}

static swasmc_cache_opening refused(int directory, swasmc_cache_state state, int levels_up, int error)
{
    if (directory >= 0) {
        sys_close(directory);
    }
    return (swasmc_cache_opening){.state = state, .directory = -1, .levels_up = levels_up, .error = error};
}

swasmc_cache_opening swasmc_cache_open(const char *path)
{
    enum { MOST_LEVELS = 64 };
    const int directory = sys_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (directory < 0) {
        const bool is_other = directory == -ELOOP || directory == -ENOTDIR;
        return refused(-1, is_other ? SWASMC_CACHE_IS_NO_DIRECTORY : SWASMC_CACHE_ABSENT, 0, directory);
    }
    const unsigned user = sys_user();
    struct stat status;
    int error = sys_fstat(directory, &status);
    swasmc_cache_state state = error ? SWASMC_CACHE_ABSENT : trust(&status, user, true);
    if (state != SWASMC_CACHE_OPEN) {
        return refused(directory, state, 0, error);
    }
    /* Check the real parents up to the root, which is its own parent. */
    char up[3 * MOST_LEVELS];
    for (int level = 1; level <= MOST_LEVELS; level++) {
        const struct stat below = status;
        memcpy(up + 3 * (level - 1), "../", 3);
        up[3 * level - 1] = 0;
        error = sys_stat(directory, up, &status, 0);
        if (error) {
            return refused(directory, SWASMC_CACHE_ABSENT, level, error);
        }
        if (status.st_ino == below.st_ino && status.st_dev == below.st_dev) {
            return (swasmc_cache_opening){.state = SWASMC_CACHE_OPEN, .directory = directory};
        }
        state = trust(&status, user, false);
        if (state != SWASMC_CACHE_OPEN) {
            return refused(directory, state, level, 0);
        }
        up[3 * level - 1] = '/';
    }
    return refused(directory, SWASMC_CACHE_ABSENT, MOST_LEVELS, -ENAMETOOLONG);
}

/* Makes a directory only in one that is sticky or the user's own. So root leaves no directory among a user's
 * files. */
static int make(const char *path)
{
    char parent[SWASMC_CACHE_PATH_BYTES];
    size_t length = strlen(path);
    if (length >= sizeof parent) {
        return -ENAMETOOLONG;
    }
    while (length && path[length - 1] != '/') {
        length--;
    }
    memcpy(parent, path, length);
    parent[length] = 0;
    const int directory = sys_open(AT_FDCWD, length ? parent : ".", O_RDONLY | O_DIRECTORY, 0);
    if (directory < 0) {
        return directory;
    }
    struct stat status;
    int error = sys_fstat(directory, &status);
    if (!error && status.st_uid != sys_user() && !(status.st_mode & S_ISVTX)) {
        error = -EACCES;
    }
    if (!error) {
        error = (int)swasmc_call(SYS_mkdirat, directory, (long)(path + length), 0700, 0, 0);
    }
    sys_close(directory);
    return error;
}

int swasmc_cache_create(const char *path)
{
    int error = make(path);
    if (error == -ENOENT) {
        char parent[SWASMC_CACHE_PATH_BYTES];
        size_t length = strlen(path);
        while (length && path[length - 1] != '/') {
            length--;
        }
        if (length < 2 || length > sizeof parent) {
            return error;
        }
        memcpy(parent, path, length - 1);
        parent[length - 1] = 0;
        error = make(parent);
        if (!error || error == -EEXIST) {
            error = make(path);
        }
    }
    return error == -EEXIST ? 0 : error;
}
