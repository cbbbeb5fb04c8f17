/* Walks up the guest's stack from a trap: from a frame to the frame of its caller. Nothing on the stack is
 * trusted: each read lies within the guest's stack, each address must follow a call in guest code, and a walk
 * only goes up. All of it is safe in a signal handler, on the signal stack.
 *
 * Input: the tables of frames that the compiler made (swasm_code_map). They say how far above the stack
 * pointer the return address is. Code of the runtime has no tables. Where the walk begins there, or at code
 * that no table describes, it first looks for the word on the stack that is the return address of guest code.
 * Words of earlier calls may be left over there. The right one is the first that fits the frames above it:
 * each of them calls the function of the frame below. (A machine that keeps return addresses in a register
 * may show an earlier call as the first frame.)
 */
#ifndef SWASM_WALK_H
#define SWASM_WALK_H

#include "trap.h"

typedef struct swasm_walk {
    swasm_cursor at;     /* the present frame; `pc` is an address within its instruction */
    uintptr_t low, high; /* the part of the stack that may be read */
    uintptr_t target;    /* what the present frame called; 0: not known */
    uint32_t searches;   /* how many times a table was searched */
    bool is_complete;    /* the last step found the runtime's code that called the guest */
    bool has_caller;     /* the last step found a caller, in guest code or not */
    bool is_interrupted; /* the registers are those of an interrupted instruction, not of a call */
} swasm_walk;

/* Begins at a trap. False if there is no frame of the guest. */
bool swasm_walk_begin(swasm_walk *walk, const swasm_cursor *at);

/* Where the present frame's function begins; 0 if it is not known. */
uintptr_t swasm_walk_function(swasm_walk *walk);

/* Goes to the caller. A function that was split is one frame. False if it is not guest code, or if it
 * cannot be found. */
bool swasm_walk_next(swasm_walk *walk);

#endif
