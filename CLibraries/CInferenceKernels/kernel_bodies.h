// The bodies of the kernels, included once for every instruction set, with NAME(x) giving each a name of its own, LANES
// the floats of one register, and PAIRS 1 where it has instructions for pairs of bfloat16.

typedef float NAME(lanes) __attribute__((vector_size(4 * LANES)));
typedef int32_t NAME(integer_lanes) __attribute__((vector_size(4 * LANES)));
typedef uint8_t NAME(byte_lanes) __attribute__((vector_size(LANES)));
#define lanes NAME(lanes)
#define integer_lanes NAME(integer_lanes)
#define byte_lanes NAME(byte_lanes)

static inline __attribute__((always_inline)) lanes NAME(load)(const float *from) {
    lanes result;
    __builtin_memcpy(&result, from, sizeof result);
    return result;
}

static inline __attribute__((always_inline)) void NAME(store)(float *to, lanes value) {
    __builtin_memcpy(to, &value, sizeof value);
}

static inline __attribute__((always_inline)) lanes NAME(fill)(float value) {
    return value - (lanes){0};
}

static inline __attribute__((always_inline)) float NAME(largest)(lanes v) {
    return __builtin_reduce_max(v);
}

static inline __attribute__((always_inline)) float NAME(total)(lanes v) {
    float parts[LANES];
    __builtin_memcpy(parts, &v, sizeof parts);
    for (int count = LANES / 2; count > 0; count /= 2) {
        for (int i = 0; i < count; i++) { parts[i] += parts[i + count]; }
    }
    return parts[0];
}

/// 2^x for x in [-126, 0]; below that, 2^-126. x = n + r, |r| <= 1/2; Taylor in r: of `degree` 6 to 2 ulp, of 4 to 5e-5.
static inline __attribute__((always_inline)) lanes NAME(power_of_two)(lanes x, int degree) {
    static const float coefficients[] = {1, 0.6931472f, 0.2402265f, 0.05550411f, 0.009618129f, 0.0013333558f, 0.0001540353f};
    x = __builtin_elementwise_max(x, NAME(fill)(-126.0f));
    // Adding 1.5 * 2^23 rounds to an integer, also where there is no instruction for it; the lowest bits of the sum are
    // the exponent.
    const float rounding = 12582912.0f + 127.0f;
    lanes shifted = x + rounding;
    lanes r = x - (shifted - rounding);
    lanes p = NAME(fill)(coefficients[degree]);
    for (int i = degree - 1; i >= 0; i--) { p = p * r + coefficients[i]; }
    return p * (lanes)((integer_lanes)shifted << 23);
}

/// e^x for x in [-87, 0], within |x| * 1e-7 of its value; below that, e^-87.
static inline __attribute__((always_inline)) lanes NAME(exponential)(lanes x) {
    return NAME(power_of_two)(x * LOG2_E, 6);
}

static void NAME(add)(float *values, const float *position, const float *kind, size_t width) {
    for (size_t i = 0; i < width; i += LANES) {
        NAME(store)(values + i, NAME(load)(values + i) + NAME(load)(position + i) + NAME(load)(kind + i));
    }
}

static void NAME(add_one)(float *values, const float *other, size_t width) {
    for (size_t i = 0; i < width; i += LANES) { NAME(store)(values + i, NAME(load)(values + i) + NAME(load)(other + i)); }
}

static void NAME(normalize)(
    float *values, size_t rows, size_t width, const float *scale, const float *shift, float epsilon) {
    for (size_t row = 0; row < rows; row++, values += width) {
        lanes sum = NAME(fill)(0);
        for (size_t i = 0; i < width; i += LANES) { sum += NAME(load)(values + i); }
        lanes mean = NAME(fill)(NAME(total)(sum) / (float)width);
        lanes squares = NAME(fill)(0);
        for (size_t i = 0; i < width; i += LANES) {
            lanes difference = NAME(load)(values + i) - mean;
            squares += difference * difference;
        }
        lanes factor = NAME(fill)(1.0f / __builtin_sqrtf(NAME(total)(squares) / (float)width + epsilon));
        for (size_t i = 0; i < width; i += LANES) {
            lanes centred = (NAME(load)(values + i) - mean) * factor;
            NAME(store)(values + i, centred * NAME(load)(scale + i) + NAME(load)(shift + i));
        }
    }
}

static void NAME(normalize_rms)(
    float *values, size_t rows, size_t stride, size_t width, const float *scale, float epsilon) {
    for (size_t row = 0; row < rows; row++, values += stride) {
        lanes squares = NAME(fill)(0);
        for (size_t i = 0; i < width; i += LANES) { squares += NAME(load)(values + i) * NAME(load)(values + i); }
        lanes factor = NAME(fill)(1.0f / __builtin_sqrtf(NAME(total)(squares) / (float)width + epsilon));
        for (size_t i = 0; i < width; i += LANES) {
            NAME(store)(values + i, NAME(load)(values + i) * factor * NAME(load)(scale + i));
        }
    }
}

#define ATTENTION(x) NAME(x)
#include "attention_body.h"
#undef ATTENTION

#if PAIRS
#define ATTENTION(x) NAME(x##_in_pairs)
#define IN_PAIRS
#include "attention_body.h"
#undef IN_PAIRS
#undef ATTENTION
#endif

static void NAME(rotate)(float *values, const float *cosines, const float *sines, size_t half) {
    for (size_t i = 0; i < half; i++) {
        float left = values[i], right = values[i + half];
        values[i] = left * cosines[i] - right * sines[i];
        values[i + half] = right * cosines[i] + left * sines[i];
    }
}

static void NAME(sum)(const float *values, size_t rows, size_t width, float *sums) {
    for (size_t row = 0; row < rows; row++, values += width) {
        for (size_t i = 0; i < width; i += LANES) { NAME(store)(sums + i, NAME(load)(sums + i) + NAME(load)(values + i)); }
    }
}

static void NAME(maximum)(const float *values, size_t rows, size_t width, float *maxima) {
    for (size_t row = 0; row < rows; row++, values += width) {
        for (size_t i = 0; i < width; i += LANES) {
            NAME(store)(maxima + i, __builtin_elementwise_max(NAME(load)(maxima + i), NAME(load)(values + i)));
        }
    }
}

static void NAME(round)(const float *values, size_t count, uint16_t *rounded) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        __builtin_memcpy(&bits, values + i, sizeof bits);
        rounded[i] = (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}

/// x / 2 * (1 + erf(x / sqrt(2))), erf by Abramowitz and Stegun, 7.1.26: within 1.5e-7.
static void NAME(gelu)(float *values, size_t count) {
    for (size_t i = 0; i < count; i += LANES) {
        lanes x = NAME(load)(values + i);
        lanes size = __builtin_elementwise_max(x, -x);
        lanes z = size * 0.70710678f;
        lanes t = 1.0f / (z * 0.3275911f + 1.0f);
        lanes p = t * 1.061405429f - 1.453152027f;
        p = p * t + 1.421413741f;
        p = p * t - 0.284496736f;
        p = p * t + 0.254829592f;
        lanes tail = size * 0.5f * (p * t) * NAME(exponential)(-z * z);
        NAME(store)(values + i, __builtin_elementwise_max(x, NAME(fill)(0)) - tail);
    }
}

/// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))
static void NAME(gelu_tanh)(float *values, size_t count) {
    for (size_t i = 0; i < count; i += LANES) {
        lanes x = NAME(load)(values + i);
        lanes size = __builtin_elementwise_max(x, -x);
        lanes e = NAME(exponential)((size * size * 0.044715f + 1.0f) * size * -1.59576912f);
        NAME(store)(values + i, __builtin_elementwise_max(x, NAME(fill)(0)) - size * e / (e + 1.0f));
    }
}

static void NAME(relu)(float *values, size_t count) {
    for (size_t i = 0; i < count; i += LANES) {
        NAME(store)(values + i, __builtin_elementwise_max(NAME(load)(values + i), NAME(fill)(0)));
    }
}

/// x / (1 + e^-x), by the exponential of what is not positive.
static void NAME(silu)(float *values, size_t count) {
    for (size_t i = 0; i < count; i += LANES) {
        lanes x = NAME(load)(values + i);
        lanes e = NAME(exponential)(-__builtin_elementwise_max(x, -x));
        lanes positive = __builtin_elementwise_max(x, NAME(fill)(0));
        NAME(store)(values + i, (positive + (x - positive) * e) / (e + 1.0f));
    }
}

static void NAME(gate)(float *values, size_t rows, size_t width) {
    for (size_t row = 0; row < rows; row++) {
        const float *from = values + row * width * 2;
        for (size_t i = 0; i < width; i += LANES) {
            NAME(store)(values + row * width + i, NAME(load)(from + i) * NAME(load)(from + width + i));
        }
    }
}

static void NAME(quantize)(
    const float *values, size_t rows, size_t width, float levels, uint8_t *quantized, inference_row_scale_t *scales) {
    for (size_t row = 0; row < rows; row++, values += width, quantized += width) {
        lanes low = NAME(fill)(0), high = NAME(fill)(0);
        for (size_t i = 0; i < width; i += LANES) {
            low = __builtin_elementwise_min(low, NAME(load)(values + i));
            high = __builtin_elementwise_max(high, NAME(load)(values + i));
        }
        float least = -NAME(largest)(-low);
        float range = NAME(largest)(high) - least;
        float scale = range > 0 ? range / levels : 1.0f;
        int32_t zero = (int32_t)(-least / scale + 0.5f);
        for (size_t i = 0; i < width; i += LANES) {
            lanes level = NAME(load)(values + i) * (1.0f / scale) + ((float)zero + 0.5f);
            level = __builtin_elementwise_max(__builtin_elementwise_min(level, NAME(fill)(levels)), NAME(fill)(0));
            byte_lanes bytes = __builtin_convertvector(__builtin_convertvector(level, integer_lanes), byte_lanes);
            __builtin_memcpy(quantized + i, &bytes, sizeof bytes);
        }
        scales[row] = (inference_row_scale_t){scale, zero};
    }
}

static void NAME(dequantize)(
    const int32_t *products, size_t rows, size_t width, const inference_row_scale_t *scales,
    const float *column_scales, const int32_t *column_sums, const float *bias, bool accumulates, float *values) {
    for (size_t row = 0; row < rows; row++, products += width, values += width) {
        lanes scale = NAME(fill)(scales[row].scale);
        for (size_t i = 0; i < width; i += LANES) {
            integer_lanes product, sum;
            __builtin_memcpy(&product, products + i, sizeof product);
            __builtin_memcpy(&sum, column_sums + i, sizeof sum);
            lanes exact = __builtin_convertvector(product - sum * scales[row].zero, lanes);
            lanes value = exact * (scale * NAME(load)(column_scales + i)) + NAME(load)(bias + i);
            NAME(store)(values + i, accumulates ? NAME(load)(values + i) + value : value);
        }
    }
}

static const inference_kernels_t NAME(kernels) = {
    .name = NAME_TEXT,
    .register_width = LANES,
    .add = NAME(add),
    .add_one = NAME(add_one),
    .normalize = NAME(normalize),
    .normalize_rms = NAME(normalize_rms),
    .rotate = NAME(rotate),
    .attend = NAME(attend),
#if PAIRS
    .attend_in_pairs = NAME(attend_in_pairs),
#endif
    .sum = NAME(sum),
    .maximum = NAME(maximum),
    .gelu = NAME(gelu),
    .gelu_tanh = NAME(gelu_tanh),
    .relu = NAME(relu),
    .silu = NAME(silu),
    .gate = NAME(gate),
    .round = NAME(round),
    .quantize = NAME(quantize),
    .dequantize = NAME(dequantize),
};

#undef lanes
#undef integer_lanes
#undef byte_lanes
