#pragma once

#include <stddef.h>
#include <stdint.h>

/// The inner loop of the exact vector scan, compiled once for every instruction set and chosen at run time: Swift has
/// no target attributes for single functions. Numbers of vectors are binary16 (IEEE 754), as their bits.

/// A kernel for one instruction set.
typedef struct {
    /// Its name: "generic" or "avx2".
    const char *_Nonnull name;

    /// The inner product of `count` binary16 numbers with as many floats. `count` is a multiple of 32.
    float (*_Nonnull dot)(const uint16_t *_Nonnull row, const float *_Nonnull query, size_t count);
} search_kernel_t;

/// The kernel for instruction set `name`, or null when this processor does not have it.
const search_kernel_t *_Nullable search_kernel(const char *_Nonnull name);

/// The fastest kernel for this processor.
const search_kernel_t *_Nonnull search_kernel_best(void);

/// The nearest binary16, ties to even. `value` is at most 65504 in magnitude.
uint16_t search_half(float value);

/// The value of a binary16 that is finite.
float search_float(uint16_t half);
