/* Messages of the domain name system: a question as bytes, and what an answer says about it. Spec: RFC 1035
 * (4 MESSAGES), RFC 3596 (AAAA). Nothing here is sent or received.
 */
#ifndef SWASM_WASI_DNS_MESSAGE_H
#define SWASM_WASI_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SWASM_DNS_A = 1, SWASM_DNS_AAAA = 28,
    SWASM_DNS_NAME_BYTES = 255,     /* the longest name, as labels with their lengths */
    SWASM_DNS_QUESTION_BYTES = 512, /* room for every question; also the longest answer over UDP */
    SWASM_DNS_MOST_ADDRESSES = 32,  /* of one answer; others are left out */
};

typedef struct swasm_dns_question {
    uint16_t id, type;
    uint16_t name_bytes;
    uint8_t name[SWASM_DNS_NAME_BYTES]; /* labels, the empty one last; the case of letters is random */
} swasm_dns_question;

/* Makes a question about a host name of up to 253 bytes. `random` has random bytes, which decide the case of
 * the letters and the id. An answer has to repeat both, so that it is hard to forge. */
void swasm_dns_ask(swasm_dns_question *question, const char *name, size_t length, uint16_t type, const uint8_t random[34]);

/* Returns how many bytes of `to` the question takes. */
size_t swasm_dns_write(const swasm_dns_question *question, uint8_t to[SWASM_DNS_QUESTION_BYTES]);

typedef enum swasm_dns_result {
    SWASM_DNS_NOT_OURS,   /* no answer to this question: somebody else's, an old one, or a forged one */
    SWASM_DNS_ASK_BY_TCP, /* the answer was cut, or the name in it has letters of another case */
    SWASM_DNS_NO_NAME,    /* there is no such name, or it has no address of this type */
    SWASM_DNS_TRY_OTHERS, /* this server cannot answer now */
    SWASM_DNS_REFUSED,    /* this server does not answer such questions */
    SWASM_DNS_ADDRESSES,
} swasm_dns_result;

typedef struct swasm_dns_answer {
    uint32_t count;
    uint8_t addresses[SWASM_DNS_MOST_ADDRESSES][16]; /* IPv4: the first 4 bytes */
} swasm_dns_answer;

/* Reads a message of a server. It is hostile: every length is checked, and the work is bounded. `by_tcp`: the
 * message came over a connection, where forging is harder, so the case of letters does not matter. */
swasm_dns_result swasm_dns_read(const uint8_t *message, size_t bytes, bool by_tcp, const swasm_dns_question *question,
                                swasm_dns_answer *answer);

#endif
