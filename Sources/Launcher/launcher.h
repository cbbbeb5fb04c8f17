/* What start.c and launcher.c know of each other. */
#ifndef SWASMC_LAUNCHER_H
#define SWASMC_LAUNCHER_H

/* Becomes the program or the compiler. */
_Noreturn void swasmc_launch(long *stack);

#endif
