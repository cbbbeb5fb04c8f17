/* The table of errors that the compiler reads; the runtime does not link it. */
#include "errors.h"

static const swasm_error_row rows[] = {
#define SWASM_ERROR(NAME, number, means, remedy) {number, means, remedy},
#include "errors.def"
#undef SWASM_ERROR
};

const uint32_t swasm_error_row_count = sizeof rows / sizeof rows[0];

const swasm_error_row *swasm_error_row_at(uint32_t position) { return &rows[position]; }
