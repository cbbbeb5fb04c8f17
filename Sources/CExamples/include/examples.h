/* The programs in examples/wasi as texts, for `swasmc wasi`. */
#ifndef SWASMC_EXAMPLES_H
#define SWASMC_EXAMPLES_H

/* The program for a capability; NULL if there is none. */
const char *swasmc_example(const char *capability);

#endif
