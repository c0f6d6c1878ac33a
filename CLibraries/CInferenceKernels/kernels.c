#include "inference_kernels.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LOG2_E 1.44269504f

#define PAIRS 0

// Lanes never cross a function that is not inlined, so how they would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"
// Letting a multiplication and an addition become one instruction is what the kernels are compiled apart for.
#pragma clang fp contract(fast)

#define NAME(x) x##_generic
#define NAME_TEXT "generic"
#define LANES 8
#include "kernel_bodies.h"
#undef NAME
#undef NAME_TEXT
#undef LANES

// The logic of 16 lanes, for tests on processors that have no registers of that width.
#define NAME(x) x##_generic16
#define NAME_TEXT "generic16"
#define LANES 16
#include "kernel_bodies.h"
#undef NAME
#undef NAME_TEXT
#undef LANES

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(x) x##_avx2
#define NAME_TEXT "avx2"
#define LANES 8
#include "kernel_bodies.h"
#undef NAME
#undef NAME_TEXT
#undef LANES
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#define NAME(x) x##_avx512
#define NAME_TEXT "avx512"
#define LANES 16
#include "kernel_bodies.h"
#undef NAME
#undef NAME_TEXT
#undef LANES
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma"))), apply_to = function)
#define NAME(x) x##_avx512_bf16
#define NAME_TEXT "avx512_bf16"
#define LANES 16
#undef PAIRS
#define PAIRS 1
#include "bf16_pairs.h"
#include "kernel_bodies.h"
#undef NAME
#undef NAME_TEXT
#undef LANES
#pragma clang attribute pop
#endif

const inference_kernels_t *inference_kernels(const char *name) {
    if (strcmp(name, kernels_generic.name) == 0) { return &kernels_generic; }
    if (strcmp(name, kernels_generic16.name) == 0) { return &kernels_generic16; }
#if defined(__x86_64__)
    bool has_fma = __builtin_cpu_supports("fma");
    if (strcmp(name, kernels_avx2.name) == 0 && has_fma && __builtin_cpu_supports("avx2")) { return &kernels_avx2; }
    bool has_avx512 = has_fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (strcmp(name, kernels_avx512.name) == 0 && has_avx512) { return &kernels_avx512; }
    if (strcmp(name, kernels_avx512_bf16.name) == 0 && has_avx512 && __builtin_cpu_supports("avx512bf16")) {
        return &kernels_avx512_bf16;
    }
#endif
    return NULL;
}
