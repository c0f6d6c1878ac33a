#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The encoder's loops between matrix products, compiled once for every instruction set and chosen at run time: Swift
/// has no target attributes for single functions, and oneDNN 2.6 no attention.
///
/// Matrices are row-major f32; widths are multiples of `register_width`.

/// How the bytes of one quantized row give its values: (byte - zero) * scale.
typedef struct {
    float scale;
    int32_t zero;
} inference_row_scale_t;

/// What a text's tokens see of each other.
typedef struct {
    /// What a score is multiplied by, usually 1 / sqrt(size).
    float scale;
    /// How many tokens before and after itself a token sees.
    size_t before;
    size_t after;
    /// Added to the score of token i for token j at `bias[j - i]`; readable for 15 floats past the last; or null.
    const float *_Nullable bias;
} inference_attention_t;

typedef void (*inference_attend_t)(
    const inference_attention_t *_Nonnull kind, const float *_Nonnull query, const float *_Nonnull key,
    const float *_Nonnull value, size_t stride, size_t length, size_t size, float *_Nonnull output,
    size_t output_stride, float *_Nonnull scratch);

/// Keys of which the scores are known at a time, and queries that read them from memory together.
#define INFERENCE_KEY_BLOCK 512
#define INFERENCE_QUERY_BLOCK 64

/// The floats that attention works on beside its operands.
static inline size_t inference_attention_scratch(size_t length, size_t size) {
    const size_t widest = 32;
    size_t queries = INFERENCE_QUERY_BLOCK * (size + widest);
    return queries + 2 * (length + widest) * size + 8 * (INFERENCE_KEY_BLOCK + widest);
}

/// A set of kernels for one instruction set.
typedef struct {
    /// Its name: "generic", "generic16", "avx2", "avx512", or "avx512_bf16".
    const char *_Nonnull name;

    /// Floats of one register, 8 or 16; every width and the width of a head must be a multiple.
    size_t register_width;

    /// values[i] += position[i] + kind[i]
    void (*_Nonnull add)(
        float *_Nonnull values, const float *_Nonnull position, const float *_Nonnull kind, size_t width);

    /// values[i] += other[i]
    void (*_Nonnull add_one)(float *_Nonnull values, const float *_Nonnull other, size_t width);

    /// Normalises each row to mean 0 and variance 1, then scales and shifts.
    void (*_Nonnull normalize)(
        float *_Nonnull values, size_t rows, size_t width, const float *_Nonnull scale, const float *_Nonnull shift,
        float epsilon);

    /// Divides the first `width` values of each row, `stride` floats apart, by their root mean square, then scales.
    void (*_Nonnull normalize_rms)(
        float *_Nonnull values, size_t rows, size_t stride, size_t width, const float *_Nonnull scale, float epsilon);

    /// Rotates the pairs (values[i], values[i + half]) by angles of these cosines and sines.
    void (*_Nonnull rotate)(
        float *_Nonnull values, const float *_Nonnull cosines, const float *_Nonnull sines, size_t half);

    /// Softmax(Q * K^T * scale + bias) * V of one head over one text. `query`, `key` and `value` point to the first row
    /// of the head, `stride` floats apart; `output` likewise with `output_stride`. `scratch` holds
    /// `inference_attention_scratch` floats.
    inference_attend_t _Nonnull attend;

    /// The same with queries, keys, values and weights rounded to bfloat16 and multiplied in pairs; null where there are
    /// no instructions for it.
    inference_attend_t _Nullable attend_in_pairs;

    /// sums[i] += row[i] over all rows.
    void (*_Nonnull sum)(const float *_Nonnull values, size_t rows, size_t width, float *_Nonnull sums);

    /// maxima[i] = max(maxima[i], row[i]) over all rows.
    void (*_Nonnull maximum)(const float *_Nonnull values, size_t rows, size_t width, float *_Nonnull maxima);

    /// The activations between the two feed-forward products, in place: GELU by erf, its approximation by tanh, ReLU,
    /// and SiLU.
    void (*_Nonnull gelu)(float *_Nonnull values, size_t count);
    void (*_Nonnull gelu_tanh)(float *_Nonnull values, size_t count);
    void (*_Nonnull relu)(float *_Nonnull values, size_t count);
    void (*_Nonnull silu)(float *_Nonnull values, size_t count);

    /// Of rows of 2 * `width` values, the products of the first and the second half, in place as rows of `width`.
    void (*_Nonnull gate)(float *_Nonnull values, size_t rows, size_t width);

    /// Rounds to bfloat16, ties to even.
    void (*_Nonnull round)(const float *_Nonnull values, size_t count, uint16_t *_Nonnull rounded);

    /// Maps the values of each row, and zero, to the integers from 0 to `levels`, 255 at most.
    void (*_Nonnull quantize)(
        const float *_Nonnull values, size_t rows, size_t width, float levels, uint8_t *_Nonnull quantized,
        inference_row_scale_t *_Nonnull scales);

    /// The values of products of quantized rows and weights, plus bias, written to or added to `values`.
    /// `column_sums` are the sums of the quantized weights of each output, by which the zeroes of the rows are undone.
    void (*_Nonnull dequantize)(
        const int32_t *_Nonnull products, size_t rows, size_t width, const inference_row_scale_t *_Nonnull scales,
        const float *_Nonnull column_scales, const int32_t *_Nonnull column_sums, const float *_Nonnull bias,
        bool accumulates, float *_Nonnull values);
} inference_kernels_t;

/// Tells the processor that the calling thread waits for another one.
static inline void inference_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

/// The kernels for instruction set `name`, or null when this processor does not have it.
const inference_kernels_t *_Nullable inference_kernels(const char *_Nonnull name);
