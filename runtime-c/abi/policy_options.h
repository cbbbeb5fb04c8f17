/* The options of a policy (policy.def) and the grammar of their values. The compiler and the runtime share
 * both, so that an option is written the same way on a command line and in a variable.
 *
 * A policy is a list of records, little-endian: u32 tag, u32 length, payload, padding to 4 bytes that the
 * length does not count. Tag 0 ends the list. swasm_policy_kind says what the payload of each kind is. */
#ifndef SWASM_POLICY_OPTIONS_H
#define SWASM_POLICY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rights that the process gives up before guest code runs. Default: all that the kernel lets it give up.
 * Require: all, or the program does not start. Off: none. */
enum { SWASM_HARDEN_DEFAULT = 0, SWASM_HARDEN_REQUIRE = 1, SWASM_HARDEN_OFF = 2 };

/* What a report of a trap shows of the guest's call stack. On: the frames, without the middle of deep
 * recursion. Full: more of them. */
enum { SWASM_BACKTRACE_ON = 0, SWASM_BACKTRACE_OFF = 1, SWASM_BACKTRACE_FULL = 2 };
/* What a program that was compiled with --trace prints about itself: nothing, or each WASI call. */
enum { SWASM_TRACE_OFF = 0, SWASM_TRACE_WASI = 1 };

/* Tags of records. */
typedef enum swasm_policy_tag {
    SWASM_POLICY_END = 0,
#define SWASM_POLICY(NAME, tag, KIND, field, least, most, RULE, says) SWASM_POLICY_##NAME = tag,
#include "policy.def"
#undef SWASM_POLICY
    SWASM_POLICY_TAGS /* all tags are less than this, because the rows are in the order of their tags */
} swasm_policy_tag;

/* How values are written, and the payload of their records. */
typedef enum swasm_policy_kind {
    SWASM_KIND_SWITCH,    /* on if the record is there; no payload */
    SWASM_KIND_TEXT,      /* any text; its bytes, none of them 0 */
    SWASM_KIND_VARIABLE,  /* NAME=VALUE, or NAME for the value that the host has; its bytes */
    SWASM_KIND_ADDRESS,   /* HOST:PORT or fds, with :nonblock, /udp or neither; its bytes */
    SWASM_KIND_DESTINATION, /* HOST:PORT with /udp or without; its bytes */
    SWASM_KIND_NAME,      /* a host name, *.NAME or *; its bytes */
    SWASM_KIND_DIRECTORY, /* HOST[::GUEST][:ro]; u32 SWASM_DIR_READ_ONLY or 0, u32 length, host, u32 length, guest */
    /* Numbers; u64 */
    SWASM_KIND_NUMBER,    /* decimal digits */
    SWASM_KIND_SIZE,      /* bytes; digits, then nothing, B, k, K, M, G, T, KiB, MiB, GiB or TiB */
    SWASM_KIND_DURATION,  /* nanoseconds; digits, then nothing (seconds), s, ms, m or h */
    SWASM_KIND_HARDENING, /* SWASM_HARDEN_*; on, require, off */
    SWASM_KIND_STREAM,    /* 0 inherit, 1 null */
    SWASM_KIND_BACKTRACE, /* SWASM_BACKTRACE_*; 1, 0, full */
    SWASM_KIND_TRACE,     /* SWASM_TRACE_*; off, wasi */
} swasm_policy_kind;

/* What the option's variable may change. It is set by the person who starts a program that is not sealed. */
typedef enum swasm_policy_rule {
    SWASM_RULE_BAKED,   /* nothing: there is no variable */
    SWASM_RULE_ADD,     /* adds entries to a list, separated by newlines or, except in ENV, by ';' */
    SWASM_RULE_LESSER,  /* tightens: the lesser of the two numbers holds */
    SWASM_RULE_GREATER, /* tightens: the greater of the two numbers holds */
    SWASM_RULE_SEED,    /* turns it on, or chooses another number (empty: 0); never turns it off */
    SWASM_RULE_HARDEN,  /* `require` always holds; the others only if `require` was not chosen before */
    SWASM_RULE_CHOICE,  /* the variable's value holds: the program itself does not notice */
} swasm_policy_rule;

typedef struct swasm_policy_option {
    uint8_t kind;           /* SWASM_KIND_* */
    uint8_t rule;           /* SWASM_RULE_* */
    uint8_t variable_bytes; /* the length of the variable's name; 0 if there is no such option */
    uint16_t text;          /* where its text begins (swasm_policy_refusal) */
    uint64_t least, most;   /* the range, for kinds that are numbers */
} swasm_policy_option;

/* "SWASM_NAME must be ...": the message about a wrong variable. It begins with the variable's name. */
const char *swasm_policy_refusal(const swasm_policy_option *option);

/* NULL for a tag that is not in policy.def. */
const swasm_policy_option *swasm_policy_option_of(uint32_t tag);

/* The words of policy.def for what a value must be. */
const char *swasm_policy_says(const swasm_policy_option *option);

/* ---- The grammar. `text` has `length` bytes and no 0 has to follow it ----------------------------- */

/* Reads a value of a kind that is a number. False if the text is not such a value or is out of range. */
bool swasm_policy_read_number(const swasm_policy_option *option, const char *text, size_t length, uint64_t *number);

/* The word for a number of a kind that has words; NULL if there is none. */
const char *swasm_policy_word(swasm_policy_kind kind, uint64_t number);

/* Whether a person who wrote `a` may have meant `b`: they differ in a stretch of at most two characters. */
bool swasm_policy_is_near(const char *a, size_t a_length, const char *b, size_t b_length);

enum { SWASM_DIR_READ_ONLY = 1 };

typedef struct swasm_policy_directory {
    const char *host, *guest; /* within the text */
    size_t host_length, guest_length;
    uint32_t flags; /* SWASM_DIR_READ_ONLY or 0 */
} swasm_policy_directory;

/* Without ::GUEST the guest sees the host's name. False if a name is empty. */
bool swasm_policy_read_directory(const char *text, size_t length, swasm_policy_directory *directory);

/* Finds the length of the name; "" or "=VALUE" follows it. False if the name is empty, or if it begins with
 * SWASM_: a guest never sees such a variable. */
bool swasm_policy_read_variable(const char *text, size_t length, size_t *name_length);

/* Reads a number of IPv4 or IPv6 (without brackets) into `host`, in network byte order; an IPv4 address is
 * the first 4 bytes. An address has no octal or hexadecimal parts, no IPv4 address within an IPv6 address,
 * and no zone. */
bool swasm_policy_read_ip(const char *text, size_t length, uint8_t host[16], bool *is_ipv6);

typedef struct swasm_policy_address {
    uint8_t host[16]; /* as in swasm_policy_read_ip */
    uint16_t port;
    bool is_ipv6;
    bool is_udp;
    bool is_passed;    /* `fds`: the sockets of LISTEN_FDS, without host and port */
    bool is_nonblocking;
} swasm_policy_address;

/* Reads an address to listen on. A host is a number or localhost. Other names would need a resolver. */
bool swasm_policy_read_address(const char *text, size_t length, swasm_policy_address *address);

enum { SWASM_HOST_RANGE, SWASM_HOST_NAME, SWASM_HOST_ANY };

typedef struct swasm_policy_destination {
    uint8_t form;         /* SWASM_HOST_* */
    bool is_udp;
    bool is_ipv6;         /* of a range */
    uint8_t prefix_bits;  /* of a range: all for a single address */
    uint8_t host[16];     /* of a range: its first address */
    const char *name;     /* of a name: within the text; may be a pattern, as for swasm_policy_read_name */
    size_t name_length;
    uint16_t first_port, last_port;
} swasm_policy_destination;

/* Reads whom a program may connect or send to: HOST:PORT[/udp]. HOST is an address, a range as 10.0.0.0/8 or
 * [fd00::/8], a name, *.NAME or *. PORT is a number, FIRST-LAST or *. */
bool swasm_policy_read_destination(const char *text, size_t length, swasm_policy_destination *destination);

/* Whether the text is a name that a program may ask for: NAME, *.NAME or *. */
bool swasm_policy_read_name(const char *text, size_t length);

/* Whether the text is a host name: labels of letters, digits, '-' and '_', the last of which is no number. */
bool swasm_policy_is_host_name(const char *text, size_t length);

#endif
