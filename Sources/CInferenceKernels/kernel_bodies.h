// The bodies of the kernels, included once for every instruction set with NAME(x) giving each a name of its own.

static inline __attribute__((always_inline)) lanes NAME(load)(const float *from) {
    lanes result;
    __builtin_memcpy(&result, from, sizeof result);
    return result;
}

static inline __attribute__((always_inline)) void NAME(store)(float *to, lanes value) {
    __builtin_memcpy(to, &value, sizeof value);
}

static inline __attribute__((always_inline)) lanes NAME(fill)(float value) {
    return (lanes){value, value, value, value, value, value, value, value};
}

static inline __attribute__((always_inline)) float NAME(total)(lanes v) {
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
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
    for (size_t i = 0; i < width; i += 8) {
        NAME(store)(values + i, NAME(load)(values + i) + NAME(load)(position + i) + NAME(load)(kind + i));
    }
}

static void NAME(normalize)(
    float *values, size_t rows, size_t width, const float *scale, const float *shift, float epsilon) {
    for (size_t row = 0; row < rows; row++, values += width) {
        lanes sum = NAME(fill)(0);
        for (size_t i = 0; i < width; i += 8) { sum += NAME(load)(values + i); }
        lanes mean = NAME(fill)(NAME(total)(sum) / (float)width);
        lanes squares = NAME(fill)(0);
        for (size_t i = 0; i < width; i += 8) {
            lanes difference = NAME(load)(values + i) - mean;
            squares += difference * difference;
        }
        lanes factor = NAME(fill)(1.0f / __builtin_sqrtf(NAME(total)(squares) / (float)width + epsilon));
        for (size_t i = 0; i < width; i += 8) {
            lanes centred = (NAME(load)(values + i) - mean) * factor;
            NAME(store)(values + i, centred * NAME(load)(scale + i) + NAME(load)(shift + i));
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

/// Scores of four queries against all keys.
static inline __attribute__((always_inline)) void NAME(scores)(
    const float *const query[4], const float *columns, size_t pitch, size_t size, float *scores) {
    for (size_t j = 0; j < pitch; j += 16) {
        lanes low[4], high[4];
        for (int q = 0; q < 4; q++) { low[q] = high[q] = NAME(fill)(0); }
        for (size_t i = 0; i < size; i++) {
            lanes left = NAME(load)(columns + i * pitch + j);
            lanes right = NAME(load)(columns + i * pitch + j + 8);
            for (int q = 0; q < 4; q++) {
                lanes factor = NAME(fill)(query[q][i]);
                low[q] += factor * left;
                high[q] += factor * right;
            }
        }
        for (int q = 0; q < 4; q++) {
            NAME(store)(scores + q * pitch + j, low[q]);
            NAME(store)(scores + q * pitch + j + 8, high[q]);
        }
    }
}

/// Turns the first `length` scores into weights e^(scale * (score - maximum)), the others into zero. Returns their
/// sum.
static inline __attribute__((always_inline)) float NAME(weights)(
    float *scores, size_t length, size_t pitch, float scale) {
    for (size_t j = length; j < pitch; j++) { scores[j] = scores[0]; }
    lanes most = NAME(load)(scores);
    for (size_t j = 8; j < pitch; j += 8) { most = __builtin_elementwise_max(most, NAME(load)(scores + j)); }
    float maximum = most[0];
    for (int i = 1; i < 8; i++) { maximum = most[i] > maximum ? most[i] : maximum; }
    for (size_t j = 0; j < pitch; j += 8) {
        NAME(store)(scores + j, NAME(exponential)((NAME(load)(scores + j) - maximum) * scale));
    }
    for (size_t j = length; j < pitch; j++) { scores[j] = 0; }
    lanes sum = NAME(fill)(0);
    for (size_t j = 0; j < pitch; j += 8) { sum += NAME(load)(scores + j); }
    return NAME(total)(sum);
}

/// Weighted sums of the values of 16 neighbouring columns, for four queries.
static inline __attribute__((always_inline)) void NAME(mix16)(
    const float *scores, size_t pitch, const float factors[4], const float *value, size_t stride, size_t length,
    float *const output[4]) {
    lanes low[4], high[4];
    for (int q = 0; q < 4; q++) { low[q] = high[q] = NAME(fill)(0); }
    for (size_t j = 0; j < length; j++) {
        lanes left = NAME(load)(value + j * stride);
        lanes right = NAME(load)(value + j * stride + 8);
        for (int q = 0; q < 4; q++) {
            lanes weight = NAME(fill)(scores[q * pitch + j]);
            low[q] += weight * left;
            high[q] += weight * right;
        }
    }
    for (int q = 0; q < 4; q++) {
        NAME(store)(output[q], low[q] * factors[q]);
        NAME(store)(output[q] + 8, high[q] * factors[q]);
    }
}

static inline __attribute__((always_inline)) void NAME(mix8)(
    const float *scores, size_t pitch, const float factors[4], const float *value, size_t stride, size_t length,
    float *const output[4]) {
    lanes sums[4];
    for (int q = 0; q < 4; q++) { sums[q] = NAME(fill)(0); }
    for (size_t j = 0; j < length; j++) {
        lanes left = NAME(load)(value + j * stride);
        for (int q = 0; q < 4; q++) { sums[q] += NAME(fill)(scores[q * pitch + j]) * left; }
    }
    for (int q = 0; q < 4; q++) { NAME(store)(output[q], sums[q] * factors[q]); }
}

static void NAME(attend)(
    const float *query, const float *key, const float *value, size_t stride, size_t length, size_t size, float *output,
    size_t output_stride, float *scratch) {
    size_t pitch = (length + 15) / 16 * 16;
    float *columns = scratch;
    float *scores = scratch + size * pitch;
    float scale = 1.0f / __builtin_sqrtf((float)size);
    NAME(transpose)(key, stride, length, size, columns, pitch);
    for (size_t first = 0; first < length; first += 4) {
        // Past the last row, the last row is computed again.
        const float *queries[4];
        float *outputs[4];
        float factors[4];
        for (size_t q = 0; q < 4; q++) {
            size_t row = first + q < length ? first + q : length - 1;
            queries[q] = query + row * stride;
            outputs[q] = output + row * output_stride;
        }
        NAME(scores)(queries, columns, pitch, size, scores);
        for (int q = 0; q < 4; q++) { factors[q] = 1.0f / NAME(weights)(scores + q * pitch, length, pitch, scale); }
        size_t i = 0;
        for (; i + 16 <= size; i += 16) {
            float *const places[4] = {outputs[0] + i, outputs[1] + i, outputs[2] + i, outputs[3] + i};
            NAME(mix16)(scores, pitch, factors, value + i, stride, length, places);
        }
        for (; i < size; i += 8) {
            float *const places[4] = {outputs[0] + i, outputs[1] + i, outputs[2] + i, outputs[3] + i};
            NAME(mix8)(scores, pitch, factors, value + i, stride, length, places);
        }
    }
}

static void NAME(sum)(const float *values, size_t rows, size_t width, float *sums) {
    for (size_t row = 0; row < rows; row++, values += width) {
        for (size_t i = 0; i < width; i += 8) { NAME(store)(sums + i, NAME(load)(sums + i) + NAME(load)(values + i)); }
    }
}

static void NAME(maximum)(const float *values, size_t rows, size_t width, float *maxima) {
    for (size_t row = 0; row < rows; row++, values += width) {
        for (size_t i = 0; i < width; i += 8) {
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

static const inference_kernels_t NAME(kernels) = {
    NAME_TEXT, NAME(add), NAME(normalize), NAME(attend), NAME(sum), NAME(maximum), NAME(round),
};
