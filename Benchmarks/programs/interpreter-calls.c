/* A bytecode interpreter that calls one function an instruction through a table. */
#include "vm.h"

typedef int (*handler)(machine *, const instruction *, int);

static int load_const(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = (uint32_t)i->value;
    return at + 1;
}

static int move(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = m->registers[i->a];
    return at + 1;
}

static int add(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = m->registers[i->a] + m->registers[i->b];
    return at + 1;
}

static int sub(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = m->registers[i->a] - m->registers[i->b];
    return at + 1;
}

static int mul(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = m->registers[i->a] * m->registers[i->b];
    return at + 1;
}

static int xor_(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = m->registers[i->a] ^ m->registers[i->b];
    return at + 1;
}

static int shift_right(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = m->registers[i->a] >> i->value;
    return at + 1;
}

static int add_const(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = m->registers[i->a] + (uint32_t)i->value;
    return at + 1;
}

static int load(machine *m, const instruction *i, int at)
{
    m->registers[i->to] = m->cells[m->registers[i->a] % CELLS];
    return at + 1;
}

static int store(machine *m, const instruction *i, int at)
{
    m->cells[m->registers[i->a] % CELLS] = m->registers[i->b];
    return at + 1;
}

static int jump(machine *m, const instruction *i, int at)
{
    (void)m, (void)at;
    return i->value;
}

static int jump_less(machine *m, const instruction *i, int at)
{
    return m->registers[i->a] < m->registers[i->b] ? i->value : at + 1;
}

static int jump_zero(machine *m, const instruction *i, int at)
{
    return m->registers[i->a] == 0 ? i->value : at + 1;
}

static int halt(machine *m, const instruction *i, int at)
{
    (void)m, (void)i, (void)at;
    return -1;
}

/* Not const: a program may replace a handler, so that the calls stay indirect. */
handler handlers[] = {load_const, move, add,  sub,   mul,  xor_,      shift_right,
                      add_const,  load, store, jump, jump_less, jump_zero, halt};

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 900);
    static machine m;
    uint64_t sum = 0;
    for (int k = 0; k < rounds; k++) {
        m.registers[5] = (uint32_t)k;
        for (int at = 0; at >= 0;)
            at = handlers[program[at].code](&m, &program[at], at);
        sum = vm_digest(&m, sum);
    }
    return bench_report("interpreter-calls", sum);
}
