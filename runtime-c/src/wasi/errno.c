/* Translates host errors to WASI's. Linux errors for which WASI has no name become EIO. */
#include "wasi.h"

/* X(name): the errors that have the same name in Linux and in WASI. */
#define SWASM_SAME_ERRORS(X)                                                                             \
    X(2BIG) X(AFNOSUPPORT) X(AGAIN) X(ALREADY) X(BADF) X(BADMSG) X(BUSY) X(CANCELED) X(CHILD)            \
    X(ADDRINUSE) X(ADDRNOTAVAIL) X(CONNABORTED) X(CONNREFUSED) X(CONNRESET) X(DEADLK) X(DESTADDRREQ)     \
    X(DOM) X(DQUOT) X(EXIST) X(FAULT) X(FBIG) X(HOSTUNREACH) X(IDRM) X(ILSEQ) X(INPROGRESS) X(INTR)      \
    X(INVAL) X(IO) X(ISCONN) X(ISDIR) X(LOOP) X(MFILE) X(MLINK) X(MSGSIZE) X(MULTIHOP) X(NAMETOOLONG)    \
    X(NETDOWN) X(NETRESET) X(NETUNREACH) X(NFILE) X(NOBUFS) X(NODEV) X(NOENT) X(NOEXEC) X(NOLCK)         \
    X(NOLINK) X(NOMEM) X(NOMSG) X(NOPROTOOPT) X(NOSPC) X(NOSYS) X(NOTCONN) X(NOTDIR) X(NOTEMPTY)         \
    X(NOTRECOVERABLE) X(NOTSOCK) X(NOTTY) X(NXIO) X(OVERFLOW) X(OWNERDEAD) X(PERM) X(PIPE) X(PROTO)      \
    X(PROTONOSUPPORT) X(PROTOTYPE) X(RANGE) X(ROFS) X(SPIPE) X(SRCH) X(STALE) X(TIMEDOUT) X(TXTBSY)      \
    X(XDEV)

/* By the number of a Linux error; 0: WASI has no name for it. */
static const uint8_t errors[] = {
#define X(name) [SWASM_E##name] = SWASM_WASI_##name,
    SWASM_SAME_ERRORS(X)
#undef X
    [SWASM_EACCES] = SWASM_WASI_ACCES,
    [SWASM_EOPNOTSUPP] = SWASM_WASI_NOTSUP,
};

uint32_t swasm_wasi_errno(long result)
{
    if (!swasm_is_error(result)) return SWASM_WASI_SUCCESS;
    if (result == -SWASM_EESCAPE) return SWASM_WASI_NOTCAPABLE;
    const unsigned long number = (unsigned long)-result;
    return number < sizeof errors && errors[number] ? errors[number] : SWASM_WASI_IO;
}
