#pragma once

#include <stddef.h>
#include <stdint.h>

/// The encoder's loops between matrix products, compiled once for every instruction set and chosen at run time: Swift
/// has no target attributes for single functions, and oneDNN 2.6 no attention.
///
/// Matrices are row-major f32; widths are multiples of 8.

/// A set of kernels for one instruction set.
typedef struct {
    /// Its name: "generic" or "avx2".
    const char *_Nonnull name;

    /// values[i] += position[i] + kind[i]
    void (*_Nonnull add)(
        float *_Nonnull values, const float *_Nonnull position, const float *_Nonnull kind, size_t width);

    /// Normalises each row to mean 0 and variance 1, then scales and shifts.
    void (*_Nonnull normalize)(
        float *_Nonnull values, size_t rows, size_t width, const float *_Nonnull scale, const float *_Nonnull shift,
        float epsilon);

    /// Softmax(Q * K^T / sqrt(size)) * V of one head over one text. `query`, `key` and `value` point to the first row
    /// of the head, `stride` floats apart; `output` likewise with `output_stride`. `scratch` holds
    /// (size + 4) * (length rounded up to 16) floats.
    void (*_Nonnull attend)(
        const float *_Nonnull query, const float *_Nonnull key, const float *_Nonnull value, size_t stride,
        size_t length, size_t size, float *_Nonnull output, size_t output_stride, float *_Nonnull scratch);

    /// sums[i] += row[i] over all rows.
    void (*_Nonnull sum)(const float *_Nonnull values, size_t rows, size_t width, float *_Nonnull sums);

    /// maxima[i] = max(maxima[i], row[i]) over all rows.
    void (*_Nonnull maximum)(const float *_Nonnull values, size_t rows, size_t width, float *_Nonnull maxima);

    /// Rounds to bfloat16, ties to even.
    void (*_Nonnull round)(const float *_Nonnull values, size_t count, uint16_t *_Nonnull rounded);
} inference_kernels_t;

/// The kernels for instruction set `name`, or null when this processor does not have it.
const inference_kernels_t *_Nullable inference_kernels(const char *_Nonnull name);

/// The fastest kernels for this processor.
const inference_kernels_t *_Nonnull inference_kernels_best(void);
