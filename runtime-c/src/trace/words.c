/* The words of wasi_p1.def: what a trace shows of the parameters of a call. See trace.h.
 *
 * A number of a list is shown by its name, or as a number if the list has none for it. Text is quoted, and cut.
 * Of bytes, their number is shown, and the first of them. An address outside of the guest's memory is shown as
 * an address.
 */
#include "../wasi/wasi.h"
#include "trace.h"

enum { MOST_TEXT = 200, MOST_DATA = 32, MOST_ITEMS = 8, NANOSECONDS = 1000000000 };

/* ---- Names --------------------------------------------------------------------------------------- */

typedef struct names {
    const char *const *items;
    uint32_t count;
} names;

#define NAMES(name, ...)                                    \
    static const char *const name##_items[] = {__VA_ARGS__}; \
    static const names name = {name##_items, sizeof name##_items / sizeof name##_items[0]}
#define X(name) #name,
NAMES(errnos, SWASM_WASI_ERRNOS(X));
NAMES(rights, SWASM_WASI_RIGHTS(X));
NAMES(filetypes, SWASM_WASI_FILETYPES(X));
NAMES(fdflags, SWASM_WASI_FDFLAGS(X));
NAMES(oflags, SWASM_WASI_OFLAGS(X));
NAMES(fstflags, SWASM_WASI_FSTFLAGS(X));
#undef X
NAMES(clocks, "REALTIME", "MONOTONIC", "PROCESS_CPUTIME_ID", "THREAD_CPUTIME_ID");
NAMES(whences, "SET", "CUR", "END");
NAMES(old_whences, "CUR", "END", "SET");
NAMES(advices, "NORMAL", "SEQUENTIAL", "RANDOM", "WILLNEED", "DONTNEED", "NOREUSE");
NAMES(lookups, "SYMLINK_FOLLOW");
NAMES(riflags, "RECV_PEEK", "RECV_WAITALL");
NAMES(roflags, "RECV_DATA_TRUNCATED");
NAMES(sdflags, "RD", "WR");
NAMES(signals, "NONE", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
      "ALRM", "TERM", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
      "POLL", "PWR", "SYS");
NAMES(subscriptions, "clock", "read", "write");
NAMES(families, "", "", "", "", "IPV4", "", "IPV6");
NAMES(sockets, "TCP", "UDP");
NAMES(options, "KEEP_ALIVE", "KEEP_ALIVE_IDLE", "KEEP_ALIVE_INTERVAL", "KEEP_ALIVE_COUNT", "HOP_LIMIT",
      "RECEIVE_BUFFER", "SEND_BUFFER");

static void put_name(swasm_line *line, const names *list, uint64_t number)
{
    if (number < list->count && list->items[number][0]) swasm_put(line, list->items[number]);
    else swasm_put_decimal(line, number);
}

void swasm_trace_put_errno(swasm_line *line, uint32_t error) { put_name(line, &errnos, error); }

static uint64_t known_bits(const names *list) { return (1ull << list->count) - 1; }

static void put_bits(swasm_line *line, const names *list, uint64_t flags)
{
    const char *separator = "";
    for (uint32_t i = 0; i < list->count; i++) {
        if (!(flags >> i & 1)) continue;
        swasm_put(line, separator);
        swasm_put(line, list->items[i]);
        separator = "|";
    }
    const uint64_t unknown = flags & ~known_bits(list);
    if (!unknown && flags) return;
    swasm_put(line, separator);
    if (flags) swasm_put_hex(line, unknown);
    else swasm_put(line, "0");
}

/* If most of them are there, puts those that are missing. */
static void put_rights_of(swasm_line *line, uint64_t flags)
{
    const uint64_t missing = ~flags & known_bits(&rights);
    if (!missing) swasm_put(line, "all rights");
    else if (__builtin_popcountll(missing) * 2 > (int)rights.count) put_bits(line, &rights, flags);
    else {
        swasm_put(line, "all rights but ");
        put_bits(line, &rights, missing);
    }
}

/* ---- Numbers, text and bytes ------------------------------------------------------------------------ */

static void put_signed(swasm_line *line, int64_t number)
{
    if (number < 0) swasm_put(line, "-");
    swasm_put_decimal(line, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

/* Seconds, with the nanoseconds as a fraction. */
static void put_seconds(swasm_line *line, uint64_t nanoseconds)
{
    char digits[9];
    uint64_t rest = nanoseconds % NANOSECONDS;
    for (size_t i = sizeof digits; i > 0; i--, rest /= 10) digits[i - 1] = (char)('0' + rest % 10);
    swasm_put_decimal(line, nanoseconds / NANOSECONDS);
    swasm_put(line, ".");
    swasm_put_bytes(line, digits, sizeof digits);
    swasm_put(line, " s");
}

static void put_escaped(swasm_line *line, uint8_t byte)
{
    const char hex[] = {'\\', 'x', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    const char letter = byte == '\n' ? 'n' : byte == '\r' ? 'r' : byte == '\t' ? 't' : byte == '"' || byte == '\\' ? (char)byte : 0;
    const char known[] = {'\\', letter}, plain[] = {(char)byte};
    if (letter) swasm_put_bytes(line, known, sizeof known);
    else if (byte < 0x20 || byte > 0x7e) swasm_put_bytes(line, hex, sizeof hex);
    else swasm_put_bytes(line, plain, sizeof plain);
}

static void put_quoted(swasm_line *line, const uint8_t *bytes, uint64_t count, uint64_t most)
{
    swasm_put(line, "\"");
    for (uint64_t i = 0; i < count && i < most; i++) put_escaped(line, bytes[i]);
    swasm_put(line, count > most ? "\"..." : "\"");
}

static void put_size(swasm_line *line, uint64_t bytes)
{
    swasm_put_decimal(line, bytes);
    swasm_put(line, bytes == 1 ? " byte" : " bytes");
}

/* Finds what is at an address; if it is not in the memory, puts the address. */
static const uint8_t *find(swasm_line *line, swasm_guest guest, uint64_t address, uint64_t bytes)
{
    uint8_t *found;
    if (swasm_guest_range(guest, (uint32_t)address, (uint32_t)bytes, 1, &found)) return found;
    swasm_put(line, "bad address ");
    swasm_put_hex(line, address);
    return NULL;
}

static void put_text_at(swasm_line *line, swasm_guest guest, uint64_t address, uint64_t bytes)
{
    const uint8_t *text = find(line, guest, address, bytes);
    if (text) put_quoted(line, text, bytes, MOST_TEXT);
}

static void put_data_at(swasm_line *line, swasm_guest guest, uint64_t address, uint64_t bytes)
{
    const uint8_t *data = find(line, guest, address, bytes);
    if (!data) return;
    put_size(line, bytes);
    if (!bytes) return;
    swasm_put(line, " ");
    put_quoted(line, data, bytes, MOST_DATA);
}

/* ---- Parameters ---------------------------------------------------------------------------------- */

#define PUT(name)                                                                                                \
    static void put_##name(swasm_line *line, swasm_guest guest, const uint64_t *at, const uint64_t *all)
#define PUT_NAME(name, list)                                     \
    PUT(name)                                                    \
    {                                                            \
        (void)guest, (void)all, put_name(line, &list, at[0]);     \
    }
#define PUT_FLAGS(name, list)                                    \
    PUT(name)                                                    \
    {                                                            \
        (void)guest, (void)all, put_bits(line, &list, at[0]);     \
    }
PUT_NAME(clock, clocks)
PUT_NAME(whence, whences)
PUT_NAME(whence0, old_whences)
PUT_NAME(advice, advices)
PUT_NAME(signal, signals)
PUT_NAME(family, families)
PUT_NAME(socket, sockets)
PUT_NAME(option, options)
PUT_FLAGS(fdflags, fdflags)
PUT_FLAGS(oflags, oflags)
PUT_FLAGS(fstflags, fstflags)
PUT_FLAGS(lookup, lookups)
PUT_FLAGS(riflags, riflags)
PUT_FLAGS(sdflags, sdflags)
PUT(number) { (void)guest, (void)all, swasm_put_decimal(line, at[0]); }
PUT(offset) { (void)guest, (void)all, put_signed(line, (int64_t)at[0]); }
PUT(time) { (void)guest, (void)all, put_seconds(line, at[0]); }
PUT(rights) { (void)guest, (void)all, put_rights_of(line, at[0]); }
PUT(address) { (void)guest, (void)all, swasm_put_hex(line, at[0]); }
PUT(path) { (void)all, put_text_at(line, guest, at[0], at[1]); }
PUT(bytes) { (void)guest, (void)all, put_size(line, at[1]); }
PUT(chunk) { (void)all, put_data_at(line, guest, at[0], at[1]); }

/* An array of buffers: the size of each, and the first bytes of each if there is something in them. */
static void put_buffers_at(swasm_line *line, swasm_guest guest, const uint64_t *at, bool is_full)
{
    if (at[1] > UINT32_MAX / 8) {
        swasm_put(line, "too many buffers");
        return;
    }
    const uint8_t *entry = find(line, guest, at[0], 8 * at[1]);
    if (!entry) return;
    swasm_put(line, "[");
    for (uint64_t i = 0; i < at[1] && i < MOST_ITEMS; i++, entry += 8) {
        if (i) swasm_put(line, ", ");
        const uint32_t address = swasm_guest_u32(entry), bytes = swasm_guest_u32(entry + 4);
        if (is_full) put_data_at(line, guest, address, bytes);
        else put_size(line, bytes);
    }
    swasm_put(line, at[1] > MOST_ITEMS ? ", ...]" : "]");
}

PUT(data) { (void)all, put_buffers_at(line, guest, at, true); }
PUT(buffers) { (void)all, put_buffers_at(line, guest, at, false); }

PUT(subscriptions)
{
    enum { BYTES = 48, TYPE = 8, NUMBER = 16, TIMEOUT = 24, FLAGS = 40, ABSTIME = 1 };
    (void)all;
    const uint8_t *entry = at[2] > UINT32_MAX / BYTES ? NULL : find(line, guest, at[0], BYTES * at[2]);
    if (!entry) return;
    swasm_put(line, "[");
    for (uint64_t i = 0; i < at[2] && i < MOST_ITEMS; i++, entry += BYTES) {
        if (i) swasm_put(line, ", ");
        put_name(line, &subscriptions, entry[TYPE]);
        swasm_put(line, " ");
        if (entry[TYPE]) {
            swasm_put_decimal(line, swasm_guest_u32(entry + NUMBER));
            continue;
        }
        put_name(line, &clocks, swasm_guest_u32(entry + NUMBER));
        swasm_put(line, swasm_guest_u16(entry + FLAGS) & ABSTIME ? " at " : " in ");
        put_seconds(line, swasm_guest_u64(entry + TIMEOUT));
    }
    swasm_put(line, at[2] > MOST_ITEMS ? ", ...]" : "]");
}

/* An address of swasm_net.def. */
PUT(endpoint)
{
    enum { BYTES = 28, PORT = 2, HOST = 12, IPV4 = 4, IPV6 = 6 };
    (void)all;
    const uint8_t *entry = find(line, guest, at[0], BYTES);
    if (!entry) return;
    const uint32_t family = swasm_guest_u16(entry);
    if (family != IPV4 && family != IPV6) {
        swasm_put(line, "none");
        return;
    }
    if (family == IPV6) swasm_put(line, "[");
    for (int i = 0; i < (family == IPV4 ? 4 : 8); i++) {
        if (i) swasm_put(line, family == IPV4 ? "." : ":");
        if (family == IPV4) {
            swasm_put_decimal(line, entry[HOST + i]);
            continue;
        }
        char digits[4];
        const uint32_t group = (uint32_t)entry[HOST + 2 * i] << 8 | entry[HOST + 2 * i + 1];
        for (int digit = 0; digit < 4; digit++) digits[digit] = "0123456789abcdef"[group >> (12 - 4 * digit) & 15];
        swasm_put_bytes(line, digits, sizeof digits);
    }
    swasm_put(line, family == IPV6 ? "]:" : ":");
    swasm_put_decimal(line, swasm_guest_u16(entry + PORT));
}

/* ---- Results -------------------------------------------------------------------------------------- */

PUT(u32_result)
{
    (void)all;
    const uint8_t *result = find(line, guest, at[0], 4);
    if (result) swasm_put_decimal(line, swasm_guest_u32(result));
}

PUT(fd_result)
{
    swasm_put(line, "fd ");
    put_u32_result(line, guest, at, all);
}

PUT(long_result)
{
    (void)all;
    const uint8_t *result = find(line, guest, at[0], 8);
    if (result) put_signed(line, (int64_t)swasm_guest_u64(result));
}

PUT(time_result)
{
    (void)all;
    const uint8_t *result = find(line, guest, at[0], 8);
    if (result) put_seconds(line, swasm_guest_u64(result));
}

PUT(roflags_result)
{
    (void)all;
    const uint8_t *result = find(line, guest, at[0], 2);
    if (result) put_bits(line, &roflags, swasm_guest_u16(result));
}

/* How many bytes came, and the first that came into the first buffer. The buffers are the parameters 1 and 2. */
PUT(data_result)
{
    const uint8_t *result = find(line, guest, at[0], 4), *buffer = find(line, guest, all[1], all[2] ? 8 : 0);
    if (!result || !buffer) return;
    const uint32_t moved = swasm_guest_u32(result), room = all[2] ? swasm_guest_u32(buffer + 4) : 0;
    put_size(line, moved);
    const uint8_t *bytes = moved && room ? find(line, guest, swasm_guest_u32(buffer), room) : NULL;
    if (!bytes) return;
    swasm_put(line, " ");
    put_quoted(line, bytes, moved, room < MOST_DATA ? room : MOST_DATA);
}

PUT(text_result) { (void)all, put_text_at(line, guest, at[0], at[1]); }

PUT(link_result)
{
    (void)all;
    const uint8_t *used = find(line, guest, at[2], 4);
    if (used) put_text_at(line, guest, at[0], swasm_guest_u32(used));
}

PUT(prestat_result)
{
    (void)all;
    const uint8_t *result = find(line, guest, at[0], 8);
    if (!result) return;
    swasm_put(line, "directory with a name of ");
    put_size(line, swasm_guest_u32(result + 4));
}

PUT(fdstat_result)
{
    (void)all;
    const uint8_t *result = find(line, guest, at[0], 24);
    if (!result) return;
    put_name(line, &filetypes, result[0]);
    swasm_put(line, ", ");
    put_bits(line, &fdflags, swasm_guest_u16(result + 2));
    swasm_put(line, ", ");
    put_rights_of(line, swasm_guest_u64(result + 8));
    swasm_put(line, ", ");
    put_rights_of(line, swasm_guest_u64(result + 16));
}

static void put_filestat(swasm_line *line, swasm_guest guest, uint64_t address, uint32_t size_offset)
{
    const uint8_t *result = find(line, guest, address, size_offset + 32);
    if (!result) return;
    put_name(line, &filetypes, result[16]);
    swasm_put(line, ", ");
    put_size(line, swasm_guest_u64(result + size_offset));
    swasm_put(line, ", modified at ");
    put_seconds(line, swasm_guest_u64(result + size_offset + 16));
}

PUT(filestat_result) { (void)all, put_filestat(line, guest, at[0], 32); }
PUT(filestat0_result) { (void)all, put_filestat(line, guest, at[0], 24); }

/* The events are at the parameter 1. */
PUT(events_result)
{
    enum { BYTES = 32, ERROR = 8, TYPE = 10, READY = 16 };
    const uint8_t *count = find(line, guest, at[0], 4);
    const uint32_t events = count ? swasm_guest_u32(count) : 0;
    const uint8_t *event = count && events <= UINT32_MAX / BYTES ? find(line, guest, all[1], BYTES * (uint64_t)events) : NULL;
    if (!event) return;
    swasm_put(line, "[");
    for (uint32_t i = 0; i < events && i < MOST_ITEMS; i++, event += BYTES) {
        if (i) swasm_put(line, ", ");
        put_name(line, &subscriptions, event[TYPE]);
        const uint32_t error = swasm_guest_u16(event + ERROR);
        if (error || event[TYPE]) swasm_put(line, " ");
        if (error) put_name(line, &errnos, error);
        else if (event[TYPE]) put_size(line, swasm_guest_u64(event + READY));
    }
    swasm_put(line, events > MOST_ITEMS ? ", ...]" : "]");
}

/* ---- The table ------------------------------------------------------------------------------------ */

static const swasm_trace_kind kinds[] = {
    {"fd", 1, false, put_number}, {"number", 1, false, put_number}, {"offset", 1, false, put_offset},
    {"time", 1, false, put_time}, {"address", 1, false, put_address}, {"path", 2, false, put_path},
    {"bytes", 2, false, put_bytes}, {"chunk", 2, false, put_chunk}, {"data", 2, false, put_data},
    {"buffers", 2, false, put_buffers}, {"clock", 1, false, put_clock}, {"whence", 1, false, put_whence},
    {"whence0", 1, false, put_whence0}, {"advice", 1, false, put_advice}, {"signal", 1, false, put_signal},
    {"rights", 1, false, put_rights}, {"fdflags", 1, false, put_fdflags}, {"oflags", 1, false, put_oflags},
    {"fstflags", 1, false, put_fstflags}, {"lookup", 1, false, put_lookup}, {"riflags", 1, false, put_riflags},
    {"sdflags", 1, false, put_sdflags}, {"subscriptions", 3, false, put_subscriptions},
    {"family", 1, false, put_family}, {"socket", 1, false, put_socket}, {"option", 1, false, put_option},
    {"endpoint", 1, false, put_endpoint}, {"ends", 0, false, NULL},
    {">number", 1, true, put_u32_result}, {">fd", 1, true, put_fd_result}, {">long", 1, true, put_long_result},
    {">time", 1, true, put_time_result}, {">data", 1, true, put_data_result}, {">text", 2, true, put_text_result},
    {">link", 3, true, put_link_result}, {">prestat", 1, true, put_prestat_result},
    {">fdstat", 1, true, put_fdstat_result}, {">filestat", 1, true, put_filestat_result},
    {">filestat0", 1, true, put_filestat0_result}, {">events", 1, true, put_events_result},
    {">roflags", 1, true, put_roflags_result}, {">endpoint", 1, true, put_endpoint},
};

const swasm_trace_kind *swasm_trace_kind_of(const char *words)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *at = words, *word = kinds[i].word;
        while (*word && *at == *word) at++, word++;
        if (!*word && (!*at || *at == ' ')) return &kinds[i];
    }
    return NULL;
}
