/* The kinds of errors (errors.def), for C and Swift. */
#ifndef SWASM_ERRORS_H
#define SWASM_ERRORS_H

#include <stdint.h>

typedef enum swasm_error_code {
    SWASM_WARNING = 0, /* what is wrong does not hinder */
#define SWASM_ERROR(NAME, number, means, remedy) SWASM_ERROR_##NAME = number,
#include "errors.def"
#undef SWASM_ERROR
} swasm_error_code;

typedef struct swasm_error_row {
    uint32_t number;
    const char *means, *remedy;
} swasm_error_row;

/* Rows of errors.def in order. Compiled into the compiler, not into the runtime. */
extern const uint32_t swasm_error_row_count;
const swasm_error_row *swasm_error_row_at(uint32_t position);

#endif
