/* The rounding functions that LLVM calls where the processor has no instruction for them (x86-64 without
 * SSE4.1): the libm names, exact, quiet on NaN. Spec: 4.3.3 fceil, ffloor, ftrunc, fnearest.
 *
 * Adding and taking away 2^52 (2^23) rounds to the nearest integer, ties to even, in the only rounding mode
 * that this runtime ever has. Larger values are integers; adding 0 quiets a signalling NaN.
 */
#define ROUNDING(type, suffix, LIMIT)                                                                  \
    static type nearest##suffix(type magnitude) { return (magnitude + (type)LIMIT) - (type)LIMIT; }    \
    static int is_integer##suffix(type x) { return !(__builtin_fabs##suffix(x) < (type)LIMIT); }       \
    HIDDEN type rint##suffix(type x)                                                                   \
    {                                                                                                  \
        if (is_integer##suffix(x)) return x + 0;                                                       \
        return __builtin_copysign##suffix(nearest##suffix(__builtin_fabs##suffix(x)), x);              \
    }                                                                                                  \
    HIDDEN type nearbyint##suffix(type x) { return rint##suffix(x); }                                  \
    HIDDEN type roundeven##suffix(type x) { return rint##suffix(x); }                                  \
    HIDDEN type floor##suffix(type x)                                                                  \
    {                                                                                                  \
        type r = rint##suffix(x);                                                                      \
        return r > x ? r - 1 : r;                                                                      \
    }                                                                                                  \
    HIDDEN type ceil##suffix(type x)                                                                   \
    {                                                                                                  \
        type r = rint##suffix(x);                                                                      \
        return r < x ? __builtin_copysign##suffix(r + 1, x) : r;                                       \
    }                                                                                                  \
    HIDDEN type trunc##suffix(type x)                                                                  \
    {                                                                                                  \
        if (is_integer##suffix(x)) return x + 0;                                                       \
        type magnitude = __builtin_fabs##suffix(x), r = nearest##suffix(magnitude);                    \
        return __builtin_copysign##suffix(r > magnitude ? r - 1 : r, x);                               \
    }

#define HIDDEN __attribute__((visibility("hidden")))
#define DECLARE(type, suffix)                                                                        \
    type rint##suffix(type), nearbyint##suffix(type), roundeven##suffix(type), floor##suffix(type), \
        ceil##suffix(type), trunc##suffix(type);

DECLARE(double, )
DECLARE(float, f)
ROUNDING(double, , 0x1p52)
ROUNDING(float, f, 0x1p23f)
