// The bodies of the kernels, included once for every instruction set, with NAME(x) giving each a name of its own and
// LANES the floats of one register.

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
    float most = v[0];
    for (int i = 1; i < LANES; i++) { most = v[i] > most ? v[i] : most; }
    return most;
}

static inline __attribute__((always_inline)) float NAME(total)(lanes v) {
    float parts[LANES];
    __builtin_memcpy(parts, &v, sizeof parts);
    for (int count = LANES / 2; count > 0; count /= 2) {
        for (int i = 0; i < count; i++) { parts[i] += parts[i + count]; }
    }
    return parts[0];
}

/// e^x for x in [-87, 0] to 2 ulp; below that, e^-87. x = n ln 2 + r, |r| <= ln 2 / 2, Taylor in r.
static inline __attribute__((always_inline)) lanes NAME(exponential)(lanes x) {
    const lanes floor = NAME(fill)(-87.0f);
    x = __builtin_elementwise_max(x, floor);
    // Adding 1.5 * 2^23 rounds to an integer, also where there is no instruction for it.
    lanes n = (x * 1.44269504f + 12582912.0f) - 12582912.0f;
    lanes r = x - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    lanes p = NAME(fill)(1.0f / 5040);
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    integer_lanes power = (__builtin_convertvector(n, integer_lanes) + 127) << 23;
    return p * (lanes)power;
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

/// Keys of the head as columns, so that the scores of neighbouring keys are neighbouring lanes; zero past `length`.
static void NAME(transpose)(const float *key, size_t stride, size_t length, size_t size, float *columns, size_t pitch) {
    for (size_t i = 0; i < size; i++) {
        float *column = columns + i * pitch;
        for (size_t j = 0; j < length; j++) { column[j] = key[j * stride + i]; }
        for (size_t j = length; j < pitch; j++) { column[j] = 0; }
    }
}

/// Scores of four queries against the keys of `count` registers, 1 or 2.
static inline __attribute__((always_inline)) void NAME(scores)(
    const float *const query[4], const float *columns, size_t pitch, size_t size, float *scores, int count) {
    lanes sums[4][2];
    for (int q = 0; q < 4; q++) { sums[q][0] = sums[q][1] = NAME(fill)(0); }
    for (size_t i = 0; i < size; i++) {
        for (int c = 0; c < count; c++) {
            lanes keys = NAME(load)(columns + i * pitch + c * LANES);
            for (int q = 0; q < 4; q++) { sums[q][c] += NAME(fill)(query[q][i]) * keys; }
        }
    }
    for (int q = 0; q < 4; q++) {
        for (int c = 0; c < count; c++) { NAME(store)(scores + q * pitch + c * LANES, sums[q][c]); }
    }
}

/// Turns the scores from `low` to `high` into weights e^(scale * (score - maximum)), the others of the registers from
/// `start` to `end` into zero. Returns their sum.
static inline __attribute__((always_inline)) float NAME(weights)(
    float *scores, size_t start, size_t low, size_t high, size_t end, float scale) {
    for (size_t j = start; j < low; j++) { scores[j] = scores[low]; }
    for (size_t j = high; j < end; j++) { scores[j] = scores[low]; }
    lanes most = NAME(load)(scores + start);
    for (size_t j = start + LANES; j < end; j += LANES) {
        most = __builtin_elementwise_max(most, NAME(load)(scores + j));
    }
    float maximum = NAME(largest)(most);
    for (size_t j = start; j < end; j += LANES) {
        NAME(store)(scores + j, NAME(exponential)((NAME(load)(scores + j) - maximum) * scale));
    }
    for (size_t j = start; j < low; j++) { scores[j] = 0; }
    for (size_t j = high; j < end; j++) { scores[j] = 0; }
    lanes sum = NAME(fill)(0);
    for (size_t j = start; j < end; j += LANES) { sum += NAME(load)(scores + j); }
    return NAME(total)(sum);
}

/// Weighted sums of the values from `low` to `high` in the columns of `count` registers, 1 or 2, for four queries.
static inline __attribute__((always_inline)) void NAME(mix)(
    const float *scores, size_t pitch, const float factors[4], const float *value, size_t stride, size_t low,
    size_t high, float *const output[4], size_t column, int count) {
    lanes sums[4][2];
    for (int q = 0; q < 4; q++) { sums[q][0] = sums[q][1] = NAME(fill)(0); }
    for (size_t j = low; j < high; j++) {
        for (int c = 0; c < count; c++) {
            lanes values = NAME(load)(value + j * stride + column + c * LANES);
            for (int q = 0; q < 4; q++) { sums[q][c] += NAME(fill)(scores[q * pitch + j]) * values; }
        }
    }
    for (int q = 0; q < 4; q++) {
        for (int c = 0; c < count; c++) { NAME(store)(output[q] + column + c * LANES, sums[q][c] * factors[q]); }
    }
}

static void NAME(attend)(
    const inference_attention_t *kind, const float *query, const float *key, const float *value, size_t stride,
    size_t length, size_t size, float *output, size_t output_stride, float *scratch) {
    size_t pitch = (length + LANES - 1) / LANES * LANES;
    float *columns = scratch;
    float *scores = scratch + size * pitch;
    size_t before = kind->before < length ? kind->before : length;
    size_t after = kind->after < length ? kind->after : length;
    NAME(transpose)(key, stride, length, size, columns, pitch);
    for (size_t first = 0; first < length; first += 4) {
        // Past the last row, the last row is computed again.
        const float *queries[4];
        float *outputs[4];
        float factors[4];
        size_t rows[4];
        for (size_t q = 0; q < 4; q++) {
            rows[q] = first + q < length ? first + q : length - 1;
            queries[q] = query + rows[q] * stride;
            outputs[q] = output + rows[q] * output_stride;
        }
        // What one of the four sees.
        size_t low = first > before ? first - before : 0;
        size_t high = rows[3] + after < length ? rows[3] + after + 1 : length;
        size_t start = low / LANES * LANES;
        size_t end = (high + LANES - 1) / LANES * LANES;
        size_t j = start;
        for (; j + 2 * LANES <= end; j += 2 * LANES) {
            NAME(scores)(queries, columns + j, pitch, size, scores + j, 2);
        }
        if (j < end) { NAME(scores)(queries, columns + j, pitch, size, scores + j, 1); }
        for (int q = 0; q < 4; q++) {
            float *own = scores + q * pitch;
            float scale = kind->scale;
            if (kind->bias) {
                const float *bias = kind->bias - rows[q];
                for (j = start; j < end; j += LANES) {
                    NAME(store)(own + j, NAME(load)(own + j) * scale + NAME(load)(bias + j));
                }
                scale = 1;
            }
            size_t own_low = rows[q] > before ? rows[q] - before : 0;
            size_t own_high = rows[q] + after < length ? rows[q] + after + 1 : length;
            factors[q] = 1.0f / NAME(weights)(own, start, own_low, own_high, end, scale);
        }
        size_t i = 0;
        for (; i + 2 * LANES <= size; i += 2 * LANES) {
            NAME(mix)(scores, pitch, factors, value, stride, low, high, outputs, i, 2);
        }
        if (i < size) { NAME(mix)(scores, pitch, factors, value, stride, low, high, outputs, i, 1); }
    }
}

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
