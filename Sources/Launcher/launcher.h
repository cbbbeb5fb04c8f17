/* The function of launcher.c that start.c calls. */
#ifndef SWASMC_LAUNCHER_H
#define SWASMC_LAUNCHER_H

/* Becomes the requested program or the compiler. */
_Noreturn void swasmc_launch(long *stack);

#endif
