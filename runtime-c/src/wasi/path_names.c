/* path_create_directory, path_link, path_readlink, path_remove_directory, path_rename, path_symlink,
 * path_unlink_file: calls that work on a name in a directory.
 *
 * The parent is resolved beneath the descriptor. Then the kernel gets only the last component. It follows no
 * symbolic link with that name in any of these calls, not even if a slash comes after it.
 */
#include "context.h"
#include "embedded.h"
#include "guest.h"
#include "preopen.h"
#include "resolve.h"

/* A path argument on its way to a name in a directory. */
typedef struct name_argument {
    char path[SWASM_PATH_MAX];
    int32_t directory; /* the path starts here */
    swasm_parent parent;
} name_argument;

static uint32_t find_directory(swasm_instance *instance, uint32_t fd, uint64_t right, int32_t *host)
{
    swasm_fd *entry;
    uint32_t error = swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, right, &entry);
    if (!error) *host = entry->host;
    return error;
}

/* Reads the path and opens its parent. After success the caller must call swasm_parent_close. */
static uint32_t locate(swasm_instance *instance, uint32_t fd, uint64_t right, uint32_t path,
                       uint32_t path_bytes, long dots_error, name_argument *name)
{
    uint32_t error = swasm_path_read(swasm_guest_of(instance), path, path_bytes, name->path);
    if (!error) error = find_directory(instance, fd, right, &name->directory);
    if (error) return error;
    return swasm_wasi_errno(swasm_resolve_parent(name->directory, name->path, dots_error, &name->parent));
}

/* For calls in which the kernel would follow a link if a slash comes after it. With a slash, the path must lead
 * to a directory, and on a directory these calls fail with `directory_error`. */
static uint32_t refuse_slash(name_argument *name, long directory_error)
{
    if (!name->parent.slash) return SWASM_WASI_SUCCESS;
    /* The whole path again: a link may lead out of the parent, and stay beneath the directory. */
    if (name->parent.name != name->path) name->path[name->parent.name - name->path - 1] = '/';
    long fd = swasm_resolve(name->directory, name->path, SWASM_O_PATH | SWASM_O_DIRECTORY, 0);
    if (swasm_is_error(fd)) return swasm_wasi_errno(fd);
    swasm_syscall1(SWASM_SYS_CLOSE, fd);
    return swasm_wasi_errno(-directory_error);
}

/* Makes a directory at `path` beneath fd.
 * EACCES  the host's permissions refuse it
 * EBADF   fd is closed
 * EDQUOT  beyond the quota
 * EEXIST  something has that name
 * EFAULT  path lies outside memory
 * EILSEQ  path contains NUL
 * EIO     the device failed
 * ELOOP   more than 40 symbolic links
 * EMFILE  the process has too many descriptors
 * EMLINK  the parent has too many directories
 * ENAMETOOLONG  a component or the whole is too long
 * ENFILE  the host has too many open files
 * ENOENT  the parent does not exist, or path is empty
 * ENOMEM  the host has no memory for it
 * ENOSPC  the file system is full
 * ENOTCAPABLE  path leaves fd, or fd lacks PATH_CREATE_DIRECTORY
 * ENOTDIR fd, or a component that is not the last, is no directory
 * EPERM   the file system does not allow new directories
 * EROFS   inside a read-only grant or file system */
uint32_t swasm_wasi_path_create_directory(swasm_instance *instance, uint32_t fd, uint32_t path,
                                          uint32_t path_bytes)
{
    name_argument name;
    uint32_t error = locate(instance, fd, SWASM_RIGHT_PATH_CREATE_DIRECTORY, path, path_bytes,
                            SWASM_EEXIST, &name);
    if (error) return error;
    long status = swasm_syscall3(SWASM_SYS_MKDIRAT, name.parent.fd, (long)name.parent.name, 0777);
    swasm_parent_close(&name.parent);
    return swasm_wasi_errno(status);
}

static uint32_t unlink_name(swasm_instance *instance, uint32_t fd, uint64_t right, uint32_t path,
                            uint32_t path_bytes, long dots_error, uint32_t flags)
{
    name_argument name;
    uint32_t error = locate(instance, fd, right, path, path_bytes, dots_error, &name);
    if (error) return error;
    long status = swasm_syscall3(SWASM_SYS_UNLINKAT, name.parent.fd, (long)name.parent.name, flags);
    swasm_parent_close(&name.parent);
    return swasm_wasi_errno(status);
}

/* Removes the empty directory at `path` beneath fd.
 * EACCES  the host's permissions refuse it
 * EBADF   fd is closed
 * EBUSY   it is a mount point
 * EFAULT  path lies outside memory
 * EILSEQ  path contains NUL
 * EINVAL  path ends in "." or ".."
 * EIO     the device failed
 * ELOOP   more than 40 symbolic links
 * EMFILE  the process has too many descriptors
 * ENAMETOOLONG  a component or the whole is too long
 * ENFILE  the host has too many open files
 * ENOENT  it does not exist, or path is empty
 * ENOMEM  the host has no memory for it
 * ENOTCAPABLE  path leaves fd, or fd lacks PATH_REMOVE_DIRECTORY
 * ENOTDIR fd, or a component, is no directory (nor is a symbolic link)
 * ENOTEMPTY  it has entries
 * EPERM   the directory around it is sticky and both belong to someone else, or it is immutable
 * EROFS   inside a read-only grant or file system */
uint32_t swasm_wasi_path_remove_directory(swasm_instance *instance, uint32_t fd, uint32_t path,
                                          uint32_t path_bytes)
{
    return unlink_name(instance, fd, SWASM_RIGHT_PATH_REMOVE_DIRECTORY, path, path_bytes, SWASM_EINVAL,
                       SWASM_AT_REMOVEDIR);
}

/* Removes the name `path` beneath fd, which must not be that of a directory. Of a symbolic link, removes the
 * link.
 * EACCES  the host's permissions refuse it
 * EBADF   fd is closed
 * EBUSY   it is a mount point
 * EFAULT  path lies outside memory
 * EILSEQ  path contains NUL
 * EIO     the device failed
 * EISDIR  it is a directory
 * ELOOP   more than 40 symbolic links
 * EMFILE  the process has too many descriptors
 * ENAMETOOLONG  a component or the whole is too long
 * ENFILE  the host has too many open files
 * ENOENT  it does not exist, or path is empty
 * ENOMEM  the host has no memory for it
 * ENOTCAPABLE  path leaves fd, or fd lacks PATH_UNLINK_FILE
 * ENOTDIR fd, or a component that is not the last, is no directory; a slash follows a file's name
 * EPERM   the directory around it is sticky and both belong to someone else, or it is immutable
 * EROFS   inside a read-only grant or file system */
uint32_t swasm_wasi_path_unlink_file(swasm_instance *instance, uint32_t fd, uint32_t path,
                                     uint32_t path_bytes)
{
    return unlink_name(instance, fd, SWASM_RIGHT_PATH_UNLINK_FILE, path, path_bytes, SWASM_EISDIR, 0);
}

/* Moves old_path beneath old_fd to new_path beneath new_fd, replacing what is there in one step.
 * EACCES  the host's permissions refuse it
 * EBADF   old_fd or new_fd is closed
 * EBUSY   a path ends in "." or "..", or is a mount point
 * EDQUOT  beyond the quota
 * EFAULT  a path lies outside memory
 * EILSEQ  a path contains NUL
 * EINVAL  a directory would be moved below itself
 * EIO     the device failed
 * EISDIR  new_path is a directory and old_path is not
 * ELOOP   more than 40 symbolic links
 * EMFILE  the process has too many descriptors
 * EMLINK  new_path's parent has too many directories
 * ENAMETOOLONG  a component or a whole path is too long
 * ENFILE  the host has too many open files
 * ENOENT  old_path or new_path's parent does not exist, or a path is empty
 * ENOMEM  the host has no memory for it
 * ENOSPC  the file system is full
 * ENOTCAPABLE  a path leaves its directory; old_fd lacks PATH_RENAME_SOURCE or new_fd PATH_RENAME_TARGET
 * ENOTDIR old_path is a directory and new_path is not; or a component that is not the last is no directory
 * ENOTEMPTY  new_path is a directory with entries
 * EPERM   a directory around them is sticky and belongs to someone else, or a file is immutable
 * EROFS   either is inside a read-only grant or file system
 * EXDEV   they are on different file systems */
uint32_t swasm_wasi_path_rename(swasm_instance *instance, uint32_t old_fd, uint32_t old_path,
                                uint32_t old_path_bytes, uint32_t new_fd, uint32_t new_path,
                                uint32_t new_path_bytes)
{
    name_argument old, new;
    uint32_t error = locate(instance, old_fd, SWASM_RIGHT_PATH_RENAME_SOURCE, old_path, old_path_bytes,
                            SWASM_EBUSY, &old);
    if (error) return error;
    error = locate(instance, new_fd, SWASM_RIGHT_PATH_RENAME_TARGET, new_path, new_path_bytes,
                   SWASM_EBUSY, &new);
    if (!error) {
        error = swasm_wasi_errno(swasm_syscall5(SWASM_SYS_RENAMEAT2, old.parent.fd, (long)old.parent.name,
                                                new.parent.fd, (long)new.parent.name, 0));
        swasm_parent_close(&new.parent);
    }
    swasm_parent_close(&old.parent);
    return error;
}

/* Gives the file at old_path beneath old_fd a second name, new_path beneath new_fd. If it is a symbolic link,
 * the link itself gets the name; SYMLINK_FOLLOW is not supported.
 * EACCES  the host's permissions refuse it
 * EBADF   old_fd or new_fd is closed
 * EDQUOT  beyond the quota
 * EEXIST  new_path exists
 * EFAULT  a path lies outside memory
 * EILSEQ  a path contains NUL
 * EINVAL  lookup flags are not 0
 * EIO     the device failed
 * ELOOP   more than 40 symbolic links
 * EMFILE  the process has too many descriptors
 * EMLINK  the file has too many names
 * ENAMETOOLONG  a component or a whole path is too long
 * ENFILE  the host has too many open files
 * ENOENT  old_path or new_path's parent does not exist; a path is empty; a slash follows new_path
 * ENOMEM  the host has no memory for it
 * ENOSPC  the file system is full
 * ENOTCAPABLE  a path leaves its directory; old_fd lacks PATH_LINK_SOURCE or new_fd PATH_LINK_TARGET
 * ENOTDIR a component that is not the last is no directory; a slash follows old_path, which is a file
 * EPERM   old_path is a directory
 * EROFS   either is inside a read-only grant or file system
 * EXDEV   they are on different file systems */
uint32_t swasm_wasi_path_link(swasm_instance *instance, uint32_t old_fd, uint32_t old_lookup,
                              uint32_t old_path, uint32_t old_path_bytes, uint32_t new_fd,
                              uint32_t new_path, uint32_t new_path_bytes)
{
    name_argument old, new;
    if (old_lookup) return SWASM_WASI_INVAL;
    uint32_t error = locate(instance, old_fd, SWASM_RIGHT_PATH_LINK_SOURCE, old_path, old_path_bytes,
                            SWASM_EPERM, &old);
    if (error) return error;
    error = refuse_slash(&old, SWASM_EPERM);
    if (!error) {
        error = locate(instance, new_fd, SWASM_RIGHT_PATH_LINK_TARGET, new_path, new_path_bytes,
                       SWASM_EEXIST, &new);
    }
    if (!error) {
        error = swasm_wasi_errno(swasm_syscall5(SWASM_SYS_LINKAT, old.parent.fd, (long)old.parent.name,
                                                new.parent.fd, (long)new.parent.name, 0));
        swasm_parent_close(&new.parent);
    }
    swasm_parent_close(&old.parent);
    return error;
}

/* Makes a symbolic link to `target` at `path` beneath fd. An absolute target is refused: inside the sandbox
 * nothing follows such a link, but other programs would. A target that leaves the directory by `..` is
 * allowed, but is not followed.
 * EACCES  the host's permissions refuse it
 * EBADF   fd is closed
 * EDQUOT  beyond the quota
 * EEXIST  path exists
 * EFAULT  target or path lies outside memory
 * EILSEQ  target or path contains NUL
 * EIO     the device failed
 * ELOOP   more than 40 symbolic links
 * EMFILE  the process has too many descriptors
 * ENAMETOOLONG  target, a component or the whole path is too long
 * ENFILE  the host has too many open files
 * ENOENT  path's parent does not exist; target or path is empty; a slash follows path
 * ENOMEM  the host has no memory for it
 * ENOSPC  the file system is full
 * ENOTCAPABLE  target is absolute; path leaves fd; fd lacks PATH_SYMLINK
 * ENOTDIR fd, or a component that is not the last, is no directory
 * EPERM   the file system has no symbolic links
 * EROFS   inside a read-only grant or file system */
uint32_t swasm_wasi_path_symlink(swasm_instance *instance, uint32_t target, uint32_t target_bytes,
                                 uint32_t fd, uint32_t path, uint32_t path_bytes)
{
    char text[SWASM_PATH_MAX];
    name_argument name;
    uint32_t error = swasm_path_read(swasm_guest_of(instance), target, target_bytes, text);
    if (error) return error;
    error = locate(instance, fd, SWASM_RIGHT_PATH_SYMLINK, path, path_bytes, SWASM_EEXIST, &name);
    if (error) return error;
    long status = -SWASM_EESCAPE;
    if (text[0] != '/') {
        status =
            swasm_syscall3(SWASM_SYS_SYMLINKAT, (long)text, name.parent.fd, (long)name.parent.name);
    }
    swasm_parent_close(&name.parent);
    return swasm_wasi_errno(status);
}

/* The target of a link of the host: its bytes in `text`, and their number. */
static uint32_t read_link(swasm_instance *instance, uint32_t fd, uint32_t path, uint32_t path_bytes,
                          char text[SWASM_PATH_MAX], long *length)
{
    name_argument name;
    uint32_t error = locate(instance, fd, SWASM_RIGHT_PATH_READLINK, path, path_bytes, SWASM_EINVAL, &name);
    if (error) return error;
    error = refuse_slash(&name, SWASM_EINVAL);
    if (!error) {
        *length = swasm_syscall4(SWASM_SYS_READLINKAT, name.parent.fd, (long)name.parent.name, (long)text,
                                 SWASM_PATH_MAX);
        error = swasm_wasi_errno(*length);
    }
    swasm_parent_close(&name.parent);
    return error;
}

/* The same for a link inside the executable. */
static uint32_t read_embedded_link(swasm_instance *instance, const swasm_fd *directory, uint32_t path,
                                   uint32_t path_bytes, char text[SWASM_PATH_MAX], long *length)
{
    char name[SWASM_PATH_MAX];
    uint32_t error = swasm_path_read(swasm_guest_of(instance), path, path_bytes, name);
    if (error) return error;
    *length = swasm_embedded_readlink(directory, name, text);
    return swasm_wasi_errno(*length);
}

/* Stores the target of the symbolic link at `path` beneath fd in the `bytes` bytes at `buffer`. The text is
 * cut to fit and is not terminated. Stores its length in bytes (u32) at `used`.
 * EACCES  the host's permissions refuse the way there
 * EBADF   fd is closed
 * EFAULT  path, buffer or used lies outside memory
 * EILSEQ  path contains NUL
 * EINVAL  it is not a symbolic link
 * EIO     the device failed
 * ELOOP   more than 40 symbolic links on the way
 * EMFILE  the process has too many descriptors
 * ENAMETOOLONG  a component or the whole path is too long
 * ENFILE  the host has too many open files
 * ENOENT  it does not exist, or path is empty
 * ENOMEM  the host has no memory for it
 * ENOTCAPABLE  path leaves fd, or fd lacks PATH_READLINK
 * ENOTDIR fd, or a component that is not the last, is no directory */
uint32_t swasm_wasi_path_readlink(swasm_instance *instance, uint32_t fd, uint32_t path,
                                  uint32_t path_bytes, uint32_t buffer, uint32_t bytes, uint32_t used)
{
    swasm_guest guest = swasm_guest_of(instance);
    uint8_t *result, *used_result;
    char text[SWASM_PATH_MAX];
    if (!swasm_guest_range(guest, buffer, bytes, 1, &result)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, used, 1, 4, &used_result)) return SWASM_WASI_FAULT;
    swasm_fd *directory;
    long length = 0;
    bool embedded = !swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, SWASM_RIGHT_PATH_READLINK, &directory) &&
                    swasm_fd_is_embedded(directory);
    uint32_t error = embedded ? read_embedded_link(instance, directory, path, path_bytes, text, &length)
                              : read_link(instance, fd, path, path_bytes, text, &length);
    if (error) return error;
    uint32_t stored = (uint64_t)length < bytes ? (uint32_t)length : bytes;
    __builtin_memcpy(result, text, stored);
    swasm_guest_set_u32(used_result, stored);
    return SWASM_WASI_SUCCESS;
}
