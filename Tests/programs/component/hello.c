#include "wasi2.h"

int32_t run(void) { return !print(get_stdout(), "Hello from a component!\n"); }
