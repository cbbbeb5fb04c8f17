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

uint32_t swasm_wasi_errno(long result)
{
    if (!swasm_is_error(result)) return SWASM_WASI_SUCCESS;
    switch (-result) {
#define X(name) \
    case SWASM_E##name: return SWASM_WASI_##name;
        SWASM_SAME_ERRORS(X)
#undef X
    case SWASM_EACCES: return SWASM_WASI_ACCES;
    case SWASM_EOPNOTSUPP: return SWASM_WASI_NOTSUP;
    case SWASM_EESCAPE: return SWASM_WASI_NOTCAPABLE;
    }
    return SWASM_WASI_IO;
}
