/* Text of floating-point numbers, which no interface of WASI has: the compiler's printer of results calls it. */
#include "preview2.h"

#include "../src/decimal.h"

/* Returns the text of an f64, or with `is_f32` of an f32. */
__attribute__((export_name("float-text"))) const p2_list *p2_float_text(uint64_t bits, uint32_t is_f32)
{
    static char text[SWASM_FLOAT_TEXT_BYTES];
    static p2_list result;
    size_t length = swasm_print_float(is_f32 ? &swasm_f32 : &swasm_f64, bits, text);
    /* The compiler's printer writes WAVE, where NaN is "nan". */
    if (text[0] == 'N') __builtin_memcpy(text, "nan", 3);
    result = (p2_list){text, (uint32_t)length};
    return &result;
}
