#include "search_kernels.h"

#include <string.h>

typedef float lanes __attribute__((vector_size(32)));
typedef uint32_t bits __attribute__((vector_size(32)));
typedef uint16_t halves __attribute__((vector_size(16)));

// Lanes never cross a function that is not inlined, so how they would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
// Letting a multiplication and an addition become one instruction is what the kernel is compiled apart for.
#pragma clang fp contract(fast)

/// Exponent and fraction move to their places in a float, whose exponent is 112 less than it should be: subnormal
/// numbers come out right by the same multiplication.
static inline __attribute__((always_inline)) lanes widen(halves narrow) {
    bits wide = __builtin_convertvector(narrow, bits);
    lanes magnitude = (lanes)((wide & 0x7FFF) << 13) * 0x1p112f;
    return (lanes)((bits)magnitude | (wide & 0x8000) << 16);
}

#define NAME(x) x##_generic
#define NAME_TEXT "generic"
#define WIDEN(x) widen(x)
#include "dot_body.h"
#undef NAME
#undef NAME_TEXT
#undef WIDEN

#if defined(__x86_64__)
typedef _Float16 float16s __attribute__((vector_size(16)));
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define NAME(x) x##_avx2
#define NAME_TEXT "avx2"
#define WIDEN(x) __builtin_convertvector((float16s)(x), lanes)
#include "dot_body.h"
#undef NAME
#undef NAME_TEXT
#undef WIDEN
#pragma clang attribute pop
#endif

const search_kernel_t *search_kernel(const char *name) {
    if (strcmp(name, kernel_generic.name) == 0) { return &kernel_generic; }
#if defined(__x86_64__)
    if (strcmp(name, kernel_avx2.name) == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("f16c")) {
        return &kernel_avx2;
    }
#endif
    return NULL;
}

const search_kernel_t *search_kernel_best(void) {
    const search_kernel_t *avx2 = search_kernel("avx2");
    return avx2 ? avx2 : &kernel_generic;
}

uint16_t search_half(float value) {
    uint32_t pattern;
    memcpy(&pattern, &value, sizeof pattern);
    uint32_t sign = pattern >> 16 & 0x8000;
    pattern &= 0x7FFFFFFF;
    if (pattern < 0x38800000) {
        // Below 2^-14 the addition rounds to whole units of 2^-24.
        float sum;
        memcpy(&sum, &pattern, sizeof sum);
        sum += 0.5f;
        memcpy(&pattern, &sum, sizeof pattern);
        return (uint16_t)(sign | (pattern - 0x3F000000));
    }
    uint32_t rounded = pattern - 0x38000000 + 0xFFF + (pattern >> 13 & 1);
    return (uint16_t)(sign | rounded >> 13);
}

float search_float(uint16_t half) {
    uint32_t pattern = (uint32_t)(half & 0x7FFF) << 13;
    float magnitude;
    memcpy(&magnitude, &pattern, sizeof magnitude);
    magnitude *= 0x1p112f;
    return half & 0x8000 ? -magnitude : magnitude;
}
