/* Compresses 16 MiB with a codec, prints the number of the compressed bytes and a hash of them, and checks that the
 * 16 MiB come back. The argument is the configuration of the codec. */
#include "../../Tests/programs/component/wasi2.h"

#define CODEC(name) __attribute__((import_module("numcodecs:abc/codec@0.1.1"), import_name(name))) extern

typedef struct array {
    uint32_t kind;
    list data, shape;
} array;

/* result<any-array, error> */
typedef struct array_result {
    uint8_t is_error;
    union {
        array ok;
        text message;
    };
} array_result;

/* result<codec, error> */
typedef struct codec_result {
    uint8_t is_error;
    union {
        int32_t codec;
        text message;
    };
} codec_result;

CODEC("[static]codec.from-config") void from_config(const char *at, uint32_t bytes, codec_result *result);
CODEC("[method]codec.encode")
void encode(int32_t self, uint32_t kind, const void *at, uint32_t count, const void *shape, uint32_t dimensions,
            array_result *result);
CODEC("[method]codec.decode")
void decode(int32_t self, uint32_t kind, const void *at, uint32_t count, const void *shape, uint32_t dimensions,
            array_result *result);

enum { BYTES = 16 << 20 };

static uint8_t data[BYTES];

static int32_t fail(const char *what, text message)
{
    print(get_stdout(), what);
    print_bytes(get_stdout(), message.at, message.bytes);
    return 1;
}

int32_t run(void)
{
    uint32_t random = 1, shape = BYTES;
    uint64_t hash = 0;
    list arguments;
    codec_result made;
    array_result packed, unpacked;
    get_arguments(&arguments);
    text configuration = ((text *)arguments.at)[1];
    from_config(configuration.at, configuration.bytes, &made);
    if (made.is_error) return fail("configuration: ", made.message);
    for (uint32_t i = 0; i < BYTES; i++) {
        random = random * 1664525 + 1013904223;
        data[i] = (uint8_t)((i >> 8) ^ ((random >> 24) & 7));
    }
    encode(made.codec, 0, data, BYTES, &shape, 1, &packed);
    if (packed.is_error) return fail("encode: ", packed.message);
    for (uint32_t i = 0; i < packed.ok.data.count; i++) hash = hash * 31 + ((uint8_t *)packed.ok.data.at)[i];
    print_number(get_stdout(), packed.ok.data.count);
    print(get_stdout(), " ");
    print_number(get_stdout(), hash);
    print(get_stdout(), "\n");
    decode(made.codec, packed.ok.kind, packed.ok.data.at, packed.ok.data.count, packed.ok.shape.at,
           packed.ok.shape.count, &unpacked);
    if (unpacked.is_error) return fail("decode: ", unpacked.message);
    bool is_same = unpacked.ok.data.count == BYTES;
    for (uint32_t i = 0; is_same && i < BYTES; i++) is_same = ((uint8_t *)unpacked.ok.data.at)[i] == data[i];
    return !is_same;
}
