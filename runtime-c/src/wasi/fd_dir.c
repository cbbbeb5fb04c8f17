/* fd_readdir: the entries of a directory.
 *
 * A cookie is a number of entries. The descriptor remembers the kernel's position after each of the first
 * 4096 entries and after each of the latest 512. So cookies stay valid while entries appear and vanish, and
 * entries before a cookie are not read again. A cookie also fits the 32-bit `long` of telldir and seekdir;
 * the kernel's positions do not. For an older cookie of a larger directory, entries are counted again,
 * because the memory that a guest can make the runtime use is bounded.
 *
 * A few entries are read before the guest asks for them, as C libraries do. The guest may see one of them
 * that has been removed since. From cookie 0 on, all entries are read anew.
 */
#include "../alloc.h"
#include "context.h"
#include "embedded.h"
#include "guest.h"
#include "preopen.h"

enum { DIRENT_BYTES = 24, KERNEL_BUFFER_BYTES = 8192, LARGEST_RECORD_BYTES = 280 };
/* The first FIRST_ENTRIES entries have a slot each for their positions. Later ones share a ring. */
enum { FIRST_CAPACITY = 512, FIRST_ENTRIES = 4096, RING_ENTRIES = 512, ALL_POSITIONS = FIRST_ENTRIES + RING_ENTRIES };

/* The guest's buffer for entries, and how many of its bytes are used. */
typedef struct sink {
    uint8_t *at;
    uint32_t bytes, used;
} sink;

static uint8_t filetype_of_dirent(uint8_t type)
{
    return swasm_filetype_of_mode((uint32_t)type << 12); /* the kernel's DT_* are S_IF* >> 12 */
}

static bool put(sink *out, const void *bytes, uint32_t count)
{
    uint32_t room = out->bytes - out->used;
    uint32_t stored = count < room ? count : room;
    __builtin_memcpy(out->at + out->used, bytes, stored);
    out->used += stored;
    return stored == count;
}

static uint32_t slot_of(uint32_t index)
{
    return index < FIRST_ENTRIES ? index : FIRST_ENTRIES + index % RING_ENTRIES;
}

/* Makes room for the position of entry `index`. */
static bool grow_positions(swasm_fd *directory, uint32_t index)
{
    uint32_t old = directory->position_capacity, capacity = old ? old * 2 : FIRST_CAPACITY;
    if (slot_of(index) < old) return true;
    if (capacity > FIRST_ENTRIES) capacity = ALL_POSITIONS;
    uint64_t *positions = swasm_map((size_t)capacity * sizeof *positions);
    if (!positions) return false;
    if (old) {
        __builtin_memcpy(positions, directory->positions, (size_t)old * sizeof *positions);
        swasm_unmap(directory->positions, (size_t)old * sizeof *positions);
    }
    directory->positions = positions;
    directory->position_capacity = capacity;
    return true;
}

/* Remembers the kernel's position after entry `index`, which is at most one more than the entries seen so
 * far. */
static bool remember(swasm_fd *directory, uint32_t index, int64_t position)
{
    if (index == UINT32_MAX || !grow_positions(directory, index)) return false;
    directory->positions[slot_of(index)] = (uint64_t)position;
    if (index == directory->entries_seen) directory->entries_seen++;
    if (index < FIRST_ENTRIES) return true;
    if (index != directory->recent_end) directory->recent_first = index;
    directory->recent_end = index + 1;
    if (directory->recent_end - directory->recent_first > RING_ENTRIES) directory->recent_first++;
    return true;
}

/* Stores one entry. Cuts it at the end of the buffer. Whether all of it fitted. */
static bool put_record(sink *out, uint64_t cookie, const swasm_embedded_entry *entry)
{
    uint8_t head[DIRENT_BYTES] = {0};
    swasm_guest_set_u64(head, cookie);
    swasm_guest_set_u64(head + 8, entry->inode);
    swasm_guest_set_u32(head + 16, entry->name_bytes);
    head[20] = entry->filetype;
    return put(out, head, sizeof head) && put(out, entry->name, entry->name_bytes);
}

static bool put_entry(sink *out, const swasm_dirent *entry, uint64_t cookie, uint64_t inode)
{
    uint32_t length = 0;
    while (entry->name[length]) length++;
    return put_record(out, cookie,
                      &(swasm_embedded_entry){entry->name, length, inode, filetype_of_dirent(entry->type)});
}

/* Stores entries of an embedded directory. Its cookies are numbers of entries, too, and stay valid. */
static void fill_embedded(const swasm_fd *directory, uint64_t index, sink *out)
{
    swasm_embedded_entry entry;
    while (out->used < out->bytes && swasm_embedded_list(directory, index, &entry)) {
        if (!put_record(out, ++index, &entry)) break;
    }
}

/* The inode to show. `..` gets that of `.`, because the guest must not learn what is above a directory. */
static uint64_t visible_inode(int32_t host, const swasm_dirent *entry)
{
    swasm_statx stat;
    bool parent = entry->name[0] == '.' && entry->name[1] == '.' && entry->name[2] == '\0';
    if (!parent || swasm_is_error(swasm_fd_stat(host, &stat))) return entry->inode;
    return stat.inode;
}

/* Asks the kernel for about as many bytes as still fit, because its records and WASI's have nearly the same
 * size. The next call asks again for entries that were too many. */
static long read_entries(int32_t host, const sink *out, uint8_t *buffer)
{
    uint32_t wanted = out->bytes - out->used + LARGEST_RECORD_BYTES;
    if (wanted > KERNEL_BUFFER_BYTES) wanted = KERNEL_BUFFER_BYTES;
    return swasm_syscall3(SWASM_SYS_GETDENTS64, host, (long)buffer, wanted);
}

/* Entries that the kernel gave and that did not fit. They are the first of the next call if that goes on with
 * them. So the kernel's position need not be set back, after which file systems read the block anew. */
typedef struct swasm_ahead {
    uint32_t index, bytes; /* the number of the first entry; no bytes: there are none */
    uint8_t entries[4096 - 8];
} swasm_ahead;

void swasm_fd_end_listing(swasm_fd *directory)
{
    swasm_unmap(directory->positions, directory->position_capacity * sizeof *directory->positions);
    if (directory->ahead) swasm_unmap(directory->ahead, sizeof *directory->ahead);
}

static void keep_ahead(swasm_fd *directory, uint32_t index, const uint8_t *entries, long bytes)
{
    if (bytes == 0 || (size_t)bytes > sizeof directory->ahead->entries) return;
    if (!directory->ahead) directory->ahead = swasm_map(sizeof *directory->ahead);
    if (!directory->ahead) return;
    directory->ahead->index = index;
    directory->ahead->bytes = (uint32_t)bytes;
    __builtin_memcpy(directory->ahead->entries, entries, (size_t)bytes);
}

static bool is_ahead(const swasm_fd *directory, uint32_t index)
{
    return directory->ahead && directory->ahead->bytes && directory->ahead->index == index;
}

/* Moves the entries from `index` on that are kept to `buffer`. Returns their bytes. */
static long take_ahead(swasm_fd *directory, uint32_t index, uint8_t *buffer)
{
    if (!is_ahead(directory, index)) return 0;
    __builtin_memcpy(buffer, directory->ahead->entries, directory->ahead->bytes);
    long bytes = directory->ahead->bytes;
    directory->ahead->bytes = 0;
    return bytes;
}

/* Stores entries from number `index` on. The kernel must already be at that position, or after the entries
 * that are kept. If the last entry is cut, the next call begins with it. */
static long fill(swasm_fd *directory, uint32_t index, sink *out)
{
    _Alignas(swasm_dirent) uint8_t buffer[KERNEL_BUFFER_BYTES];
    while (out->used < out->bytes) {
        long got = take_ahead(directory, index, buffer), at = 0;
        if (got == 0) got = read_entries(directory->host, out, buffer);
        if (got <= 0) return out->used > 0 ? 0 : got;
        while (at < got && out->used < out->bytes) {
            const swasm_dirent *entry = (const swasm_dirent *)(const void *)(buffer + at);
            if (!remember(directory, index, entry->next_offset)) return -SWASM_ENOMEM;
            if (!put_entry(out, entry, index + 1, visible_inode(directory->host, entry))) break;
            at += entry->record_bytes;
            index++;
        }
        keep_ahead(directory, index, buffer + at, got - at);
    }
    return 0;
}

/* Reads past `count` entries, or to the end. Sets the kernel's position to the end of those, and returns
 * it. */
static long skip(int32_t host, uint32_t count, int64_t position)
{
    _Alignas(swasm_dirent) uint8_t buffer[KERNEL_BUFFER_BYTES];
    while (count > 0) {
        long got = swasm_syscall3(SWASM_SYS_GETDENTS64, host, (long)buffer, sizeof buffer);
        if (swasm_is_error(got)) return got;
        if (got == 0) break;
        for (long at = 0; at < got && count > 0; count--) {
            const swasm_dirent *entry = (const swasm_dirent *)(const void *)(buffer + at);
            position = entry->next_offset;
            at += entry->record_bytes;
        }
    }
    return swasm_syscall3(SWASM_SYS_LSEEK, host, (long)position, SWASM_SEEK_SET);
}

/* Sets the kernel's position to the one after the first `cookie` entries. */
static long go_to(const swasm_fd *directory, uint32_t cookie)
{
    if (cookie > 0 && is_ahead(directory, cookie)) return 0;
    if (directory->ahead) directory->ahead->bytes = 0;
    uint32_t known = cookie;
    bool recent = cookie > directory->recent_first && cookie <= directory->recent_end;
    if (cookie > FIRST_ENTRIES && !recent) known = FIRST_ENTRIES;
    uint64_t position = known ? directory->positions[slot_of(known - 1)] : 0;
    long status = swasm_syscall3(SWASM_SYS_LSEEK, directory->host, (long)position, SWASM_SEEK_SET);
    if (swasm_is_error(status) || known == cookie) return status;
    return skip(directory->host, cookie - known, (int64_t)position);
}

/* Stores entries from `cookie` on (0 for the first) in the `bytes` bytes at `buffer`. Each is a dirent (24
 * bytes: cookie of the next, inode, length of the name, file type) and its name. Stores how many bytes it
 * used (u32) at `used`. The last entry may be cut. used == bytes means that there may be more; used < bytes
 * means the end.
 * EBADF   fd is closed
 * EFAULT  buffer or used lies outside memory
 * EINVAL  fd never gave this cookie
 * EIO     the device failed
 * ENOENT  the directory has been removed
 * ENOMEM  no memory to remember where entries are
 * ENOTCAPABLE  fd lacks FD_READDIR
 * ENOTDIR fd is no directory */
uint32_t swasm_wasi_fd_readdir(swasm_instance *instance, uint32_t fd, uint32_t buffer, uint32_t bytes,
                               uint64_t cookie, uint32_t used)
{
    swasm_guest guest = swasm_guest_of(instance);
    uint8_t *result, *used_result;
    if (!swasm_guest_range(guest, buffer, bytes, 1, &result)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, used, 1, 4, &used_result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    uint32_t error =
        swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, SWASM_RIGHT_FD_READDIR, &entry);
    if (error) return error;
    sink out = {.at = result, .bytes = bytes};
    if (swasm_fd_is_embedded(entry)) {
        swasm_embedded_entry before;
        if (cookie > 0 && !swasm_embedded_list(entry, cookie - 1, &before)) return SWASM_WASI_INVAL;
        fill_embedded(entry, cookie, &out);
    } else {
        if (cookie > entry->entries_seen) return SWASM_WASI_INVAL;
        long status = go_to(entry, (uint32_t)cookie);
        if (!swasm_is_error(status)) status = fill(entry, (uint32_t)cookie, &out);
        if (swasm_is_error(status)) return swasm_wasi_errno(status);
    }
    swasm_guest_set_u32(used_result, out.used);
    return SWASM_WASI_SUCCESS;
}
