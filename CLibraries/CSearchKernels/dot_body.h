// The body of the kernel, included once for every instruction set with NAME(x) giving each a name of its own, and
// WIDEN(x) turning eight binary16 numbers into floats.

static inline __attribute__((always_inline)) lanes NAME(product)(const uint16_t *row, const float *query) {
    halves narrow;
    lanes factor;
    __builtin_memcpy(&narrow, row, sizeof narrow);
    __builtin_memcpy(&factor, query, sizeof factor);
    return WIDEN(narrow) * factor;
}

/// Four sums, for a product waits for the one before it in its own sum alone.
static float NAME(dot)(const uint16_t *row, const float *query, size_t count) {
    lanes sums[4] = {0};
    for (size_t i = 0; i < count; i += 32) {
        sums[0] += NAME(product)(row + i, query + i);
        sums[1] += NAME(product)(row + i + 8, query + i + 8);
        sums[2] += NAME(product)(row + i + 16, query + i + 16);
        sums[3] += NAME(product)(row + i + 24, query + i + 24);
    }
    lanes sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

static const search_kernel_t NAME(kernel) = {NAME_TEXT, NAME(dot)};
