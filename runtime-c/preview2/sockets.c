/* wasi:sockets: nothing yet. Without rows in abi/wasi_p2.def its imports are unknown. */
#include "preview2.h"
