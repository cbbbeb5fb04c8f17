/* Traps of every kind, each on a line that its comment names. The argument chooses one. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int (*number_function)(int);

static volatile int zero = 0;
static volatile int far = -64;
static volatile double huge = 1e30;
static volatile number_function wrong;

static inline int quotient(int a, int b)
{
    return a / b; /* divide */
}

__attribute__((noinline)) static int middle(int a)
{
    return quotient(a, zero) + 1;
}

__attribute__((noinline)) static int recurse(int depth)
{
    volatile char room[64];
    room[depth % 64] = (char)depth;
    return recurse(depth + 1) + room[(depth + 1) % 64]; /* recurse */
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a / (*(const int *)b - 3); /* callback */
}

__attribute__((noinline)) static int spin(void)
{
    volatile int count = 0;
    while (!zero) count++; /* loop */
    return count;
}

static int fails(const char *kind)
{
    if (!strcmp(kind, "unreachable")) __builtin_trap(); /* unreachable */
    if (!strcmp(kind, "divide")) return middle(7);
    if (!strcmp(kind, "remainder")) return 7 % zero; /* remainder */
    if (!strcmp(kind, "overflow")) return INT_MIN / (zero - 1); /* overflow */
    if (!strcmp(kind, "load")) return *(volatile int *)far; /* load */
    if (!strcmp(kind, "store")) *(volatile int *)far = 1; /* store */
    if (!strcmp(kind, "fill")) memset((void *)1024, 1, (size_t)far); /* fill */
    if (!strcmp(kind, "convert")) return __builtin_wasm_trunc_s_i32_f64(huge); /* convert */
    if (!strcmp(kind, "null")) return ((number_function)zero)(1); /* null */
    wrong = (number_function)(void *)compare;
    if (!strcmp(kind, "type")) return wrong(1); /* type */
    if (!strcmp(kind, "table")) return ((number_function)far)(1); /* table */
    if (!strcmp(kind, "recurse")) return recurse(zero);
    if (!strcmp(kind, "callback")) {
        int numbers[] = {5, 3, 9};
        qsort(numbers, 3, sizeof(int), compare);
        return numbers[0];
    }
    if (!strcmp(kind, "loop")) return spin();
    return 0;
}

/* For --preinit. */
__attribute__((export_name("prepare"))) void prepare(void)
{
    far = -128;
}

int main(int count, char **arguments)
{
    printf("%d\n", fails(count > 1 ? arguments[1] : ""));
    return 0;
}
