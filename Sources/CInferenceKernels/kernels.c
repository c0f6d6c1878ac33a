#include "inference_kernels.h"

#include <string.h>

typedef float lanes __attribute__((vector_size(32)));
typedef int32_t integer_lanes __attribute__((vector_size(32)));

// Lanes never cross a function that is not inlined, so how they would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
// Letting a multiplication and an addition become one instruction is what the kernels are compiled apart for.
#pragma clang fp contract(fast)

#define NAME(x) x##_generic
#define NAME_TEXT "generic"
#include "kernel_bodies.h"
#undef NAME
#undef NAME_TEXT

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(x) x##_avx2
#define NAME_TEXT "avx2"
#include "kernel_bodies.h"
#undef NAME
#undef NAME_TEXT
#pragma clang attribute pop
#endif

const inference_kernels_t *inference_kernels(const char *name) {
    if (strcmp(name, kernels_generic.name) == 0) { return &kernels_generic; }
#if defined(__x86_64__)
    if (strcmp(name, kernels_avx2.name) == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return &kernels_avx2;
    }
#endif
    return NULL;
}

const inference_kernels_t *inference_kernels_best(void) {
    const inference_kernels_t *avx2 = inference_kernels("avx2");
    return avx2 ? avx2 : &kernels_generic;
}
