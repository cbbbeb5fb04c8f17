/* The unwinder (unwind.h): finds a frame's description, executes its call frame instructions, and looks up
 * its call site. DWARF 5, 6.4 Call Frame Information; LSB Core 5.0, 10.5 DWARF Extensions; the Itanium C++
 * ABI's language specific data area (LSDA). Only the landing pads of an LSDA matter: our landing pads catch
 * everything, and generated code then decides.
 *
 * The walk ends at a frame that has no description, or one in a form that our compiler does not write. An
 * LSDA in such a form counts as one without landing pads.
 */
#include "unwind.h"

#include "dwarf.h"

enum { MAX_IMAGES = 64, MAX_REMEMBERED = 4 };

/* An object's .eh_frame_hdr: version and encodings, then the position of .eh_frame and the count of the
 * table. */
typedef struct frame_header {
    uint8_t version, frame_pointer_encoding, count_encoding, table_encoding;
    int32_t frame_offset;
    uint32_t count;
    struct {
        int32_t code, description; /* both relative to the header */
    } table[];
} frame_header;

/* The description of one function in the tables. */
typedef struct description {
    uintptr_t code_begin;
    const uint8_t *lsda; /* NULL: no handler */
    uint8_t lsda_encoding;
    dwarf_reader common, own; /* call frame instructions */
    uint64_t code_factor;
    int64_t data_factor;
} description;

/* How to find the caller's registers. The rule of each slot is an offset from the CFA, or IS_SAME. */
enum { IS_SAME = INT32_MIN };
typedef struct rules {
    int64_t cfa_offset;
    int32_t cfa_slot;
    int32_t offsets[SWASM_SLOT_COUNT];
} rules;

typedef struct row {
    rules now, initial, remembered[MAX_REMEMBERED];
    uint32_t remembered_count;
    uint64_t argument_bytes; /* DW_CFA_GNU_args_size: pushed for the call, popped at a landing pad */
} row;

/* LLVM needs this symbol: the CIE of every function with handlers names it. Nothing calls it. */
void swasm_personality(void) { __builtin_trap(); }

/* ---- Objects ------------------------------------------------------------------------------------ */

extern const uint8_t __ehdr_start[] __attribute__((weak, visibility("hidden")));

static const frame_header *images[MAX_IMAGES];

static uint64_t word_at(const uint8_t *at)
{
    uint64_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

/* The PT_GNU_EH_FRAME segment of a mapped ELF file. NULL if there is none, or if find_description cannot read
 * its form. The file may lie at the addresses that it names, as an executable at a fixed address does. */
static const frame_header *header_of(const uint8_t *elf)
{
    enum { PHOFF = 32, PHENTSIZE = 54, PHNUM = 56, P_OFFSET = 8, P_VADDR = 16, PT_LOAD = 1, PT_GNU_EH_FRAME = 0x6474e550 };
    if (!elf) return NULL;
    uint64_t first_address = 0;
    const uint8_t *entry = elf + word_at(elf + PHOFF), *found = NULL;
    uint16_t entry_bytes, count;
    __builtin_memcpy(&entry_bytes, elf + PHENTSIZE, sizeof entry_bytes);
    __builtin_memcpy(&count, elf + PHNUM, sizeof count);
    for (uint32_t i = 0; i < count; i++, entry += entry_bytes) {
        uint32_t type = (uint32_t)word_at(entry);
        if (type == PT_LOAD && word_at(entry + P_OFFSET) == 0) first_address = word_at(entry + P_VADDR);
        if (type == PT_GNU_EH_FRAME) found = entry;
    }
    if (!found) return NULL;
    const frame_header *header = (const void *)(elf + (word_at(found + P_VADDR) - first_address));
    bool known = header->version == 1 && header->frame_pointer_encoding == DW_EH_PE_PCREL_SDATA4 &&
                 header->count_encoding == DW_EH_PE_UDATA4 && header->table_encoding == DW_EH_PE_DATAREL_SDATA4;
    return known ? header : NULL;
}

static bool add_header(const frame_header *header)
{
    for (int i = 0; header && i < MAX_IMAGES; i++) {
        const frame_header *expected = NULL;
        if (__atomic_compare_exchange_n(&images[i], &expected, header, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED) ||
            expected == header)
            return true;
    }
    return false;
}

bool swasm_unwind_add_image(const void *elf_header) { return add_header(header_of(elf_header)); }

void swasm_unwind_remove_image(const void *elf_header)
{
    const frame_header *header = header_of(elf_header);
    for (int i = 0; header && i < MAX_IMAGES; i++)
        if (__atomic_load_n(&images[i], __ATOMIC_RELAXED) == header)
            __atomic_store_n(&images[i], NULL, __ATOMIC_RELEASE);
}

/* ---- Finding a function's description ----------------------------------------------------------- */

/* The frame description entry of the last function of `header` that begins at or before `pc`, or NULL. */
static const uint8_t *entry_before(const frame_header *header, uintptr_t pc)
{
    uintptr_t base = (uintptr_t)header;
    uint32_t low = 0, high = header->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (base + (uintptr_t)(intptr_t)header->table[middle].code <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? (const uint8_t *)(base + (uintptr_t)(intptr_t)header->table[low - 1].description) : NULL;
}

/* Reads the CIE at `at`. False for an augmentation or an encoding that our compiler does not write, or
 * for another language's personality: that frame is a host's. */
static bool read_common(description *result, const uint8_t *at)
{
    dwarf_reader reader = {.at = at};
    uint32_t bytes = dwarf_u32(&reader);
    reader.end = reader.at + bytes;
    dwarf_u32(&reader); /* the id: 0 */
    if (dwarf_u8(&reader) != 1) return false;
    const char *augmentation = (const char *)reader.at;
    while (dwarf_u8(&reader)) continue;
    result->code_factor = dwarf_uleb(&reader);
    result->data_factor = dwarf_sleb(&reader);
    dwarf_uleb(&reader); /* the return address's column */
    if (*augmentation++ != 'z') return false;
    uint64_t augmentation_bytes = dwarf_uleb(&reader);
    const uint8_t *instructions = reader.at + augmentation_bytes;
    for (; *augmentation; augmentation++) switch (*augmentation) {
        case 'R':
            if (dwarf_u8(&reader) != DW_EH_PE_PCREL_SDATA4) return false;
            break;
        case 'L':
            result->lsda_encoding = dwarf_u8(&reader);
            if (!dwarf_is_pointer(result->lsda_encoding)) return false;
            break;
        case 'P': {
            uint8_t encoding = dwarf_u8(&reader) ^ DW_EH_PE_INDIRECT;
            if (!dwarf_is_pointer(encoding)) return false;
            void (*const *personality)(void) = (void (*const *)(void))dwarf_pointer(&reader, encoding);
            if (*personality != swasm_personality) return false;
            break;
        }
        default: return false;
        }
    result->common = (dwarf_reader){.at = instructions, .end = reader.end};
    return true;
}

static bool describe(description *result, const frame_header *header, uintptr_t pc)
{
    const uint8_t *entry = entry_before(header, pc);
    if (!entry) return false;
    dwarf_reader reader = {.at = entry};
    uint32_t bytes = dwarf_u32(&reader);
    reader.end = reader.at + bytes;
    const uint8_t *common = reader.at;
    common -= dwarf_u32(&reader);
    result->code_begin = dwarf_pointer(&reader, DW_EH_PE_PCREL_SDATA4);
    if (pc - result->code_begin >= dwarf_u32(&reader)) return false;
    result->lsda_encoding = DW_EH_PE_OMIT;
    if (!read_common(result, common)) return false;
    uint64_t augmentation_bytes = dwarf_uleb(&reader);
    const uint8_t *instructions = reader.at + augmentation_bytes;
    bool has_lsda = result->lsda_encoding != DW_EH_PE_OMIT;
    result->lsda = has_lsda ? (const uint8_t *)dwarf_pointer(&reader, result->lsda_encoding) : NULL;
    result->own = (dwarf_reader){.at = instructions, .end = reader.end};
    return true;
}

static bool find_description(description *result, uintptr_t pc)
{
    for (int i = 0; i < MAX_IMAGES; i++) {
        const frame_header *header = __atomic_load_n(&images[i], __ATOMIC_ACQUIRE);
        if (header && describe(result, header, pc)) return true;
    }
    return false;
}

/* ---- Call frame instructions -------------------------------------------------------------------- */

static void set_offset(rules *rules, uint64_t number, int64_t offset)
{
    int32_t slot = swasm_slot_of(number);
    if (slot >= 0) rules->offsets[slot] = (int32_t)offset;
}

static void restore(row *row, uint64_t number)
{
    int32_t slot = swasm_slot_of(number);
    if (slot >= 0) row->now.offsets[slot] = row->initial.offsets[slot];
}

/* Sets the CFA. Its register may be one that calls do not preserve, as in a probed prologue, but not at a
 * call: see row_at. */
static void set_cfa(rules *rules, uint64_t number, int64_t offset)
{
    rules->cfa_slot = swasm_slot_of(number);
    rules->cfa_offset = offset;
}

/* Executes an instruction that does not advance, and whose operands are not in its opcode. False if the
 * instruction is unknown. */
static bool execute_extended(row *row, dwarf_reader *reader, uint8_t opcode, int64_t factor)
{
    rules *now = &row->now;
    uint64_t number;
    switch (opcode) {
    case DW_CFA_NOP: return true;
    case DW_CFA_OFFSET_EXTENDED:
        number = dwarf_uleb(reader);
        set_offset(now, number, (int64_t)dwarf_uleb(reader) * factor);
        return true;
    case DW_CFA_OFFSET_EXTENDED_SF:
        number = dwarf_uleb(reader);
        set_offset(now, number, dwarf_sleb(reader) * factor);
        return true;
    case DW_CFA_RESTORE_EXTENDED: restore(row, dwarf_uleb(reader)); return true;
    case DW_CFA_SAME_VALUE: set_offset(now, dwarf_uleb(reader), IS_SAME); return true;
    case DW_CFA_DEF_CFA:
        number = dwarf_uleb(reader);
        set_cfa(now, number, (int64_t)dwarf_uleb(reader));
        return true;
    case DW_CFA_DEF_CFA_REGISTER: set_cfa(now, dwarf_uleb(reader), now->cfa_offset); return true;
    case DW_CFA_DEF_CFA_OFFSET: now->cfa_offset = (int64_t)dwarf_uleb(reader); return true;
    case DW_CFA_REMEMBER_STATE:
        if (row->remembered_count == MAX_REMEMBERED) return false;
        row->remembered[row->remembered_count++] = *now;
        return true;
    case DW_CFA_RESTORE_STATE:
        if (row->remembered_count == 0) return false;
        *now = row->remembered[--row->remembered_count];
        return true;
    case DW_CFA_GNU_ARGS_SIZE: row->argument_bytes = dwarf_uleb(reader); return true;
    default: return false;
    }
}

/* Executes instructions up to the row of the instruction at `pc`. */
static bool execute(row *row, dwarf_reader reader, const description *description, uintptr_t pc)
{
    uintptr_t location = description->code_begin;
    while (reader.at < reader.end) {
        uint8_t opcode = dwarf_u8(&reader), low = opcode & 0x3f;
        uint64_t advance = 0;
        switch (opcode & 0xc0) {
        case DW_CFA_ADVANCE_LOC: advance = low; break;
        case DW_CFA_OFFSET:
            set_offset(&row->now, low, (int64_t)dwarf_uleb(&reader) * description->data_factor);
            continue;
        case DW_CFA_RESTORE: restore(row, low); continue;
        default:
            if (opcode == DW_CFA_ADVANCE_LOC1)
                advance = dwarf_u8(&reader);
            else if (opcode == DW_CFA_ADVANCE_LOC2)
                advance = dwarf_u16(&reader);
            else if (opcode == DW_CFA_ADVANCE_LOC4)
                advance = dwarf_u32(&reader);
            else if (execute_extended(row, &reader, opcode, description->data_factor))
                continue;
            else
                return false;
        }
        location += advance * description->code_factor;
        if (location > pc) return true;
    }
    return true;
}

static bool row_at(row *row, const description *description, uintptr_t pc)
{
    row->now.cfa_slot = -1;
    row->now.cfa_offset = 0;
    for (int i = 0; i < SWASM_SLOT_COUNT; i++) row->now.offsets[i] = IS_SAME;
    row->remembered_count = 0;
    row->argument_bytes = 0;
    if (!execute(row, description->common, description, pc)) return false;
    row->initial = row->now;
    return execute(row, description->own, description, pc) && row->now.cfa_slot >= 0;
}

/* ---- Handlers ----------------------------------------------------------------------------------- */

/* A position in an LSDA's table of calls. */
static uint64_t position(dwarf_reader *reader, uint8_t encoding)
{
    return encoding == DW_EH_PE_UDATA4 ? dwarf_u32(reader) : dwarf_uleb(reader);
}

/* The landing pad of the call that `pc` lies in, or 0. */
static uintptr_t landing_pad(const description *description, uintptr_t pc)
{
    if (!description->lsda) return 0;
    dwarf_reader reader = {.at = description->lsda};
    if (dwarf_u8(&reader) != DW_EH_PE_OMIT) return 0; /* landing pads count from the function's beginning */
    if (dwarf_u8(&reader) != DW_EH_PE_OMIT) dwarf_uleb(&reader);
    uint8_t encoding = dwarf_u8(&reader); /* the second one on RISC-V */
    if (encoding != DW_EH_PE_ULEB128 && encoding != DW_EH_PE_UDATA4) return 0;
    uint64_t bytes = dwarf_uleb(&reader);
    reader.end = reader.at + bytes;
    while (reader.at < reader.end) {
        uint64_t begin = position(&reader, encoding), length = position(&reader, encoding);
        uint64_t pad = position(&reader, encoding);
        dwarf_uleb(&reader); /* the action: all of ours catch everything */
        if (pc - description->code_begin - begin < length) return pad ? description->code_begin + pad : 0;
    }
    return 0;
}

/* ---- Walking ------------------------------------------------------------------------------------ */

static void step_out(swasm_frame *frame, const rules *rules)
{
    uint64_t cfa = frame->slots[rules->cfa_slot] + (uint64_t)rules->cfa_offset;
    for (int i = 0; i < SWASM_SLOT_COUNT; i++)
        if (rules->offsets[i] != IS_SAME)
            __builtin_memcpy(&frame->slots[i], (const void *)(cfa + (uint64_t)(int64_t)rules->offsets[i]), 8);
    frame->slots[SWASM_SLOT_SP] = cfa;
}

bool swasm_unwind_to_handler(swasm_frame *frame)
{
    if (!__atomic_load_n(&images[0], __ATOMIC_ACQUIRE)) swasm_unwind_add_image(__ehdr_start);
    for (;;) {
        uintptr_t pc = frame->slots[SWASM_SLOT_PC] - 1; /* inside the call */
        description description;
        row row;
        if (!find_description(&description, pc) || !row_at(&row, &description, pc)) return false;
        uintptr_t pad = landing_pad(&description, pc);
        if (pad) {
            frame->slots[SWASM_SLOT_PC] = pad;
            frame->slots[SWASM_SLOT_SP] += row.argument_bytes;
            return true;
        }
        step_out(frame, &row.now);
    }
}
