/* The present work of each thread (work.h). */
#include "work.h"

#ifdef DEBUG
#include <stdlib.h>
#include <string.h>
#endif

static const char *_Atomic latest_phase = "starting";
static _Thread_local const char *phase;
static _Thread_local char function[200];

void swasmc_work_phase(const char *begun)
{
    phase = latest_phase = begun;
    function[0] = 0;
}

#ifdef DEBUG
/* For tests: SWASMC_TEST_CRASH=PHASE:FUNCTION makes the compiler crash there. */
static void crash_if_asked(void)
{
    const char *place = getenv("SWASMC_TEST_CRASH");
    size_t length = phase ? strlen(phase) : 0;
    if (place && length && !strncmp(place, phase, length) && place[length] == ':' &&
        !strcmp(place + length + 1, function)) {
        abort();
    }
}
#endif

void swasmc_work_function(const char *name, size_t length)
{
    size_t count = length < sizeof function ? length : sizeof function - 1;
    for (size_t i = 0; i < count; i++) {
        function[i] = name[i] > ' ' && name[i] <= '~' ? name[i] : '?';
    }
    function[count] = 0;
#ifdef DEBUG
    crash_if_asked();
#endif
}

const char *swasmc_phase(void) { return phase ? phase : latest_phase; }

const char *swasmc_function(void) { return function; }
