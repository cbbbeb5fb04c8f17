/* The exception that ends a program because nobody caught it. exception.c sets it, and so links this. */
#ifndef SWASM_UNCAUGHT_H
#define SWASM_UNCAUGHT_H

#include <stdbool.h>

#include "runtime.h"
#include "text.h"

/* NULL until then. */
extern const swasm_exception *swasm_uncaught;

/* Puts `uncaught exception: tag <name or index>`, and what the exception carries. If the place is known where it was thrown
 * first, puts that, too, and returns true: code that catches and throws it again only tidies up. Only if swasm_uncaught
 * is set. */
bool swasm_put_uncaught(swasm_line *line);

#endif
