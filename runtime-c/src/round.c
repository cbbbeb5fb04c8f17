/* The rounding functions that LLVM calls if the processor has no instruction for them. They have the names of
 * libm, are exact, and return quiet NaNs. Spec: Execution, fceil, ffloor, ftrunc, fnearest.
 *
 * Adding and then subtracting 2^52 (2^23 for a float) rounds to the nearest integer, ties to even, in the
 * only rounding mode that this runtime uses. It also makes a signalling NaN quiet. Larger values are already
 * integers.
 */
#define HIDDEN __attribute__((visibility("hidden")))

double rint(double), nearbyint(double), roundeven(double), floor(double), ceil(double), trunc(double);
float rintf(float), nearbyintf(float), roundevenf(float), floorf(float), ceilf(float), truncf(float);

static double nearest(double magnitude) { return (magnitude + 0x1p52) - 0x1p52; }

HIDDEN double rint(double x)
{
    if (__builtin_fabs(x) >= 0x1p52) return x;
    return __builtin_copysign(nearest(__builtin_fabs(x)), x);
}

HIDDEN double nearbyint(double x) { return rint(x); }

HIDDEN double roundeven(double x) { return rint(x); }

HIDDEN double floor(double x)
{
    double r = rint(x);
    return r > x ? r - 1 : r;
}

HIDDEN double ceil(double x)
{
    double r = rint(x);
    return r < x ? __builtin_copysign(r + 1, x) : r;
}

HIDDEN double trunc(double x)
{
    double magnitude = __builtin_fabs(x);
    if (magnitude >= 0x1p52) return x;
    double r = nearest(magnitude);
    return __builtin_copysign(r > magnitude ? r - 1 : r, x);
}

static float nearestf(float magnitude) { return (magnitude + 0x1p23f) - 0x1p23f; }

HIDDEN float rintf(float x)
{
    if (__builtin_fabsf(x) >= 0x1p23f) return x;
    return __builtin_copysignf(nearestf(__builtin_fabsf(x)), x);
}

HIDDEN float nearbyintf(float x) { return rintf(x); }

HIDDEN float roundevenf(float x) { return rintf(x); }

HIDDEN float floorf(float x)
{
    float r = rintf(x);
    return r > x ? r - 1 : r;
}

HIDDEN float ceilf(float x)
{
    float r = rintf(x);
    return r < x ? __builtin_copysignf(r + 1, x) : r;
}

HIDDEN float truncf(float x)
{
    float magnitude = __builtin_fabsf(x);
    if (magnitude >= 0x1p23f) return x;
    float r = nearestf(magnitude);
    return __builtin_copysignf(r > magnitude ? r - 1 : r, x);
}
