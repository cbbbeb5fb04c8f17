/* The present work of each thread (work.h). */
#include "work.h"

static const char *_Atomic latest_phase = "starting";
static _Thread_local const char *phase;
static _Thread_local char function[200];

void swasmc_work_phase(const char *begun)
{
    phase = latest_phase = begun;
    function[0] = 0;
}

void swasmc_work_function(const char *name, size_t length)
{
    size_t count = length < sizeof function ? length : sizeof function - 1;
    for (size_t i = 0; i < count; i++) {
        function[i] = name[i] > ' ' && name[i] <= '~' ? name[i] : '?';
    }
    function[count] = 0;
}

const char *swasmc_phase(void) { return phase ? phase : latest_phase; }

const char *swasmc_function(void) { return function; }
