/* A bytecode interpreter around one switch. */
#include "vm.h"

static void run(machine *m, const instruction *code)
{
    uint32_t *r = m->registers;
    for (const instruction *i = code;; i++) {
        switch (i->code) {
        case LOAD_CONST: r[i->to] = (uint32_t)i->value; break;
        case MOVE: r[i->to] = r[i->a]; break;
        case ADD: r[i->to] = r[i->a] + r[i->b]; break;
        case SUB: r[i->to] = r[i->a] - r[i->b]; break;
        case MUL: r[i->to] = r[i->a] * r[i->b]; break;
        case XOR: r[i->to] = r[i->a] ^ r[i->b]; break;
        case SHIFT_RIGHT: r[i->to] = r[i->a] >> i->value; break;
        case ADD_CONST: r[i->to] = r[i->a] + (uint32_t)i->value; break;
        case LOAD: r[i->to] = m->cells[r[i->a] % CELLS]; break;
        case STORE: m->cells[r[i->a] % CELLS] = r[i->b]; break;
        case JUMP: i = code + i->value - 1; break;
        case JUMP_LESS:
            if (r[i->a] < r[i->b])
                i = code + i->value - 1;
            break;
        case JUMP_ZERO:
            if (r[i->a] == 0)
                i = code + i->value - 1;
            break;
        case HALT: return;
        }
    }
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 2000);
    static machine m;
    uint64_t sum = 0;
    for (int k = 0; k < rounds; k++) {
        m.registers[5] = (uint32_t)k;
        run(&m, program);
        sum = vm_digest(&m, sum);
    }
    return bench_report("interpreter-switch", sum);
}
