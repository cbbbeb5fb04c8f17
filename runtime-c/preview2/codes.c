/* Turns errnos and types of files of preview 1 into those of wasi:filesystem. */
#include "preview2.h"

/* For an errno of preview 1: the case of error-code that means the same, plus 1. 0: there is none, and the
 * code is `io`. */
enum { IO = 13, MOST_ERRNO = 76 };
static const uint8_t cases[MOST_ERRNO + 1] = {
    [2] = 1,   /* access */
    [6] = 2,   /* would-block */
    [7] = 3,   /* already */
    [8] = 4,   /* bad-descriptor */
    [10] = 5,  /* busy */
    [16] = 6,  /* deadlock */
    [19] = 7,  /* quota */
    [20] = 8,  /* exist */
    [22] = 9,  /* file-too-large */
    [25] = 10, /* illegal-byte-sequence */
    [26] = 11, /* in-progress */
    [27] = 12, /* interrupted */
    [28] = 13, /* invalid */
    [31] = 15, /* is-directory */
    [32] = 16, /* loop */
    [34] = 17, /* too-many-links */
    [35] = 18, /* message-size */
    [37] = 19, /* name-too-long */
    [43] = 20, /* no-device */
    [44] = 21, /* no-entry */
    [46] = 22, /* no-lock */
    [33] = 23, [41] = 23, [48] = 23, /* insufficient-memory, also for too many descriptors */
    [51] = 24, /* insufficient-space */
    [54] = 25, /* not-directory */
    [55] = 26, /* not-empty */
    [56] = 27, /* not-recoverable */
    [52] = 28, [58] = 28, /* unsupported */
    [59] = 29, /* no-tty */
    [60] = 30, /* no-such-device */
    [61] = 31, /* overflow */
    [63] = 32, [76] = 32, /* not-permitted */
    [64] = 33, /* pipe */
    [69] = 34, /* read-only */
    [70] = 35, /* invalid-seek */
    [74] = 36, /* text-file-busy */
    [75] = 37, /* cross-device */
};

uint8_t p2_error_code(p1_errno error)
{
    return error <= MOST_ERRNO && cases[error] ? cases[error] - 1 : IO;
}

uint8_t p2_type_of(uint8_t filetype)
{
    /* In the order of preview 1: unknown, block-device, character-device, directory, regular-file, socket of
     * datagrams, socket of streams, symbolic-link. */
    static const uint8_t types[] = {0, 1, 2, 3, 6, 7, 7, 5};
    return filetype < sizeof types ? types[filetype] : 0;
}
