/* The little register machine that two benchmarks interpret, one with a switch and one with indirect
 * calls, and the program that it runs: a sieve, then a linear congruence.
 */
#ifndef VM_H
#define VM_H

#include "bench.h"

enum { LOAD_CONST, MOVE, ADD, SUB, MUL, XOR, SHIFT_RIGHT, ADD_CONST, LOAD, STORE, JUMP, JUMP_LESS, JUMP_ZERO, HALT };
enum { REGISTERS = 16, CELLS = 8192 };

typedef struct instruction {
    uint8_t code, to, a, b;
    int32_t value; /* a constant, or a place to jump to */
} instruction;

typedef struct machine {
    uint32_t registers[REGISTERS];
    uint32_t cells[CELLS];
} machine;

/* r0 index, r1 limit, r2 step, r3 flag, r4 count, r5 state, r6 constant, r7 scratch */
static const instruction program[] = {
    {LOAD_CONST, 1, 0, 0, CELLS},
    {LOAD_CONST, 0, 0, 0, 0},
    {LOAD_CONST, 3, 0, 0, 0},
    {STORE, 0, 0, 3, 0}, /* 3: clear */
    {ADD_CONST, 0, 0, 0, 1},
    {JUMP_LESS, 0, 0, 1, 3},
    {LOAD_CONST, 4, 0, 0, 0},
    {LOAD_CONST, 2, 0, 0, 2},
    {LOAD, 7, 2, 0, 0}, /* 8: next candidate */
    {JUMP_ZERO, 0, 7, 0, 11},
    {JUMP, 0, 0, 0, 17},
    {ADD_CONST, 4, 4, 0, 1}, /* 11: prime */
    {ADD, 0, 2, 2, 0},
    {LOAD_CONST, 3, 0, 0, 1},
    {STORE, 0, 0, 3, 0}, /* 14: strike */
    {ADD, 0, 0, 2, 0},
    {JUMP_LESS, 0, 0, 1, 14},
    {ADD_CONST, 2, 2, 0, 1}, /* 17 */
    {JUMP_LESS, 0, 2, 1, 8},
    {LOAD_CONST, 6, 0, 0, 1664525},
    {LOAD_CONST, 0, 0, 0, 0},
    {MUL, 5, 5, 6, 0}, /* 21: mix */
    {ADD_CONST, 5, 5, 0, 1013904223},
    {SHIFT_RIGHT, 7, 5, 0, 13},
    {XOR, 8, 8, 7, 0},
    {SUB, 9, 8, 5, 0},
    {MOVE, 10, 9, 0, 0},
    {ADD_CONST, 0, 0, 0, 1},
    {JUMP_LESS, 0, 0, 1, 21},
    {HALT, 0, 0, 0, 0},
};

static inline uint64_t vm_digest(const machine *m, uint64_t sum)
{
    for (int i = 0; i < REGISTERS; i++)
        sum = bench_mix(sum, m->registers[i]);
    return sum;
}

#endif
