/* Calls that need _GNU_SOURCE, which a Swift import cannot define. */
#define _GNU_SOURCE
#include "csystem.h"

#include <sys/mman.h>

int swasmc_memory_file(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC);
}
