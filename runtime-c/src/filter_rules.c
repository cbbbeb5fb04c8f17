/* See filter_rules.h. */
#include "filter_rules.h"

#include "held.h"
#include "sys/sys.h"
#include "wasi/socket.h"

uint32_t swasm_filter_role(uint32_t number, bool writes)
{
    switch (number) {
    case SWASM_SYS_READ: case SWASM_SYS_READV: case SWASM_SYS_PREAD64: case SWASM_SYS_PREADV: case SWASM_SYS_GETDENTS64:
    case SWASM_SYS_RECVFROM: case SWASM_SYS_RECVMSG:
        return SWASM_HELD_READS;
    case SWASM_SYS_WRITEV: case SWASM_SYS_PWRITE64: case SWASM_SYS_PWRITEV: case SWASM_SYS_FTRUNCATE:
    case SWASM_SYS_FALLOCATE: case SWASM_SYS_SENDTO: case SWASM_SYS_SENDMSG:
        return SWASM_HELD_WRITES;
    case SWASM_SYS_WRITE: /* the runtime's messages; and fd_write, which also has SWASM_SYS_WRITEV */
        return SWASM_HELD_MESSAGES | (writes ? SWASM_HELD_WRITES : 0);
    }
    return 0;
}

bool swasm_filter_opens(uint32_t number)
{
    return number == SWASM_SYS_OPENAT || number == SWASM_SYS_OPENAT2 || number == SWASM_SYS_ACCEPT4 || number == SWASM_SYS_SOCKET;
}

bool swasm_filter_maps_memory(uint32_t number) { return number == SWASM_SYS_MMAP || number == SWASM_SYS_MPROTECT; }

enum { PROT_EXEC = 4, TCGETS = 0x5401, FIONREAD = 0x541b };

/* With these conditions, signals go to this process alone, a terminal gets no input from here, no descriptor
 * gets an owner, and messages have one flag at most. Memory is not given back, is never executable, and maps
 * no file. Of most of these arguments, the kernel reads only the low 32 bits. */
const swasm_condition swasm_filter_conditions[] = {
    {SWASM_SYS_TGKILL, 0, SWASM_IS_LAST | SWASM_IS_PROCESS, 0, 0},
    {SWASM_SYS_MADVISE, 2, SWASM_IS_LAST, 0, SWASM_MADV_HUGEPAGE},
    {SWASM_SYS_IOCTL, 1, SWASM_IS_LAST, 0, TCGETS},
    {SWASM_SYS_IOCTL, 1, SWASM_IS_LAST, 0, FIONREAD},
    {SWASM_SYS_FCNTL, 1, SWASM_IS_LAST, 0, SWASM_F_GETFL},
    {SWASM_SYS_FCNTL, 1, SWASM_IS_LAST, 0, SWASM_F_SETFL},
    {SWASM_SYS_FCNTL, 1, SWASM_IS_LAST, 0, SWASM_F_DUPFD_CLOEXEC},
    {SWASM_SYS_MPROTECT, 2, SWASM_IS_LAST | SWASM_IS_CLEAR, 0, PROT_EXEC},
    {SWASM_SYS_MMAP, 2, SWASM_IS_CLEAR, 0, PROT_EXEC},
    {SWASM_SYS_MMAP, 4, SWASM_IS_LAST, 0, UINT32_MAX},
    {SWASM_SYS_SENDMSG, 2, SWASM_IS_LAST, 0, SWASM_MSG_NOSIGNAL},
};
const size_t swasm_filter_condition_count = sizeof swasm_filter_conditions / sizeof swasm_filter_conditions[0];
