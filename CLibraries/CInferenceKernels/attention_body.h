// Attention of one head over one text, included once for every instruction set and for every kind of term, with
// ATTENTION(x) giving each a name of its own.
//
// A term is what one lane multiplies at once: a float, or with IN_PAIRS two neighbours in bfloat16. The softmax is computed
// over one block of keys after the other (Dao et al., 2022), so that what it works on stays in the caches however long the
// text is: the sums over the blocks so far are scaled down whenever a larger score turns up.

#ifdef IN_PAIRS
#define TERM 2
#define DEGREE 4
#define element int32_t
#define terms integer_lanes
#else
#define TERM 1
#define DEGREE 6
#define element float
#define terms lanes
#endif

/// Queries that share one reading of the keys, as many as there are registers for.
#define GROUP (LANES / 2)
/// Queries that share one reading of a block of keys from memory.
#define QUERIES INFERENCE_QUERY_BLOCK
/// Keys and values of one block.
#define KEYS INFERENCE_KEY_BLOCK
/// Between the scores of two queries; a power of two would have them share few lines of the cache.
#define SCORES (KEYS + LANES)
/// Less the score of a key that a query does not see: its weight is nothing beside that of any other.
#define UNSEEN 1e30f

typedef struct {
    const inference_attention_t *kind;
    size_t length;
    size_t size;
    /// Rows of terms, `pitch` elements apart, of the block's queries.
    element *queries;
    size_t pitch;
    /// Panels of the keys of two registers: of each term, those of all keys of the panel.
    element *keys;
    /// Of each term, which is one row, or two with IN_PAIRS, the values of all columns.
    element *values;
    /// Of each query of a group, the scores of a block of keys, then their weights.
    float *scores;
    /// Of the block's queries: the largest score so far, and the sum of the weights.
    float maxima[QUERIES];
    float sums[QUERIES];
    float *output;
    size_t output_stride;
} ATTENTION(head_t);

static inline __attribute__((always_inline)) terms ATTENTION(load_terms)(const element *from) {
    terms result;
    __builtin_memcpy(&result, from, sizeof result);
    return result;
}

static inline __attribute__((always_inline)) void ATTENTION(store_terms)(element *to, terms value) {
    __builtin_memcpy(to, &value, sizeof value);
}

static inline __attribute__((always_inline)) terms ATTENTION(broadcast)(const void *from) {
    element value;
    __builtin_memcpy(&value, from, sizeof value);
    return value - (terms){0};
}

static inline __attribute__((always_inline)) lanes ATTENTION(multiply)(terms a, terms b, lanes sum) {
#ifdef IN_PAIRS
    return NAME(multiply_pairs)(a, b, sum);
#else
    return a * b + sum;
#endif
}

/// The terms of neighbours, of which `count` are left, a whole number of registers.
static inline __attribute__((always_inline)) terms ATTENTION(along)(const float *from, size_t count) {
#ifdef IN_PAIRS
    return NAME(pairs)(NAME(load)(from), count > LANES ? NAME(load)(from + LANES) : NAME(fill)(0));
#else
    return NAME(load)(from);
#endif
}

/// Exchanges rows and columns.
static inline __attribute__((always_inline)) void ATTENTION(transpose)(terms rows[LANES]) {
#pragma clang loop unroll(full)
    for (int half = LANES / 2; half > 0; half /= 2) {
#pragma clang loop unroll(full)
        for (int i = 0; i < LANES; i++) {
            if (i & half) { continue; }
            terms upper = rows[i], lower = rows[i + half];
#pragma clang loop unroll(full)
            for (int k = 0; k < LANES; k++) {
                rows[i][k] = k & half ? lower[k - half] : upper[k];
                rows[i + half][k] = k & half ? lower[k] : upper[k + half];
            }
        }
    }
}

static void ATTENTION(pack_keys)(const ATTENTION(head_t) *head, const float *key, size_t stride) {
    size_t count = head->size / TERM;
    for (size_t start = 0; start < head->length; start += LANES) {
        element *panel = head->keys + start / (2 * LANES) * (2 * LANES) * count + start % (2 * LANES);
        for (size_t i = 0; i < count; i += LANES) {
            terms rows[LANES];
            for (size_t j = 0; j < LANES; j++) {
                rows[j] = start + j < head->length
                    ? ATTENTION(along)(key + (start + j) * stride + i * TERM, head->size - i * TERM) : (terms){0};
            }
            ATTENTION(transpose)(rows);
            for (size_t k = 0; k < LANES && i + k < count; k++) {
                ATTENTION(store_terms)(panel + (i + k) * (2 * LANES), rows[k]);
            }
        }
    }
}

/// Rows past the last, up to a whole register of weights, are zero.
static void ATTENTION(pack_values)(const ATTENTION(head_t) *head, const float *value, size_t stride) {
    size_t end = (head->length + LANES - 1) / LANES * LANES;
    element *row = head->values;
    for (size_t j = 0; j < end; j += TERM, row += head->size) {
        for (size_t i = 0; i < head->size; i += LANES) {
            lanes first = j < head->length ? NAME(load)(value + j * stride + i) : NAME(fill)(0);
#ifdef IN_PAIRS
            lanes second = j + 1 < head->length ? NAME(load)(value + (j + 1) * stride + i) : NAME(fill)(0);
            ATTENTION(store_terms)(row + i, NAME(interleaved_pairs)(first, second));
#else
            ATTENTION(store_terms)(row + i, first);
#endif
        }
    }
}

static void ATTENTION(pack_queries)(const ATTENTION(head_t) *head, const float *query, size_t stride, size_t rows) {
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < head->size; i += LANES * TERM) {
            element *to = head->queries + row * head->pitch + i / TERM;
            ATTENTION(store_terms)(to, ATTENTION(along)(query + row * stride + i, head->size - i));
        }
    }
}

/// Scores of `rows` queries against the keys of `count` registers, 1 or 2.
static inline __attribute__((always_inline)) void ATTENTION(score)(
    const element *const *queries, const element *panel, size_t size, float *scores, int rows, int count) {
    lanes sums[GROUP][2];
    for (int q = 0; q < rows; q++) { sums[q][0] = sums[q][1] = NAME(fill)(0); }
    for (size_t i = 0; i < size / TERM; i++) {
        for (int c = 0; c < count; c++) {
            terms keys = ATTENTION(load_terms)(panel + i * 2 * LANES + c * LANES);
            for (int q = 0; q < rows; q++) {
                sums[q][c] = ATTENTION(multiply)(ATTENTION(broadcast)(queries[q] + i), keys, sums[q][c]);
            }
        }
    }
    for (int q = 0; q < rows; q++) {
        for (int c = 0; c < count; c++) { NAME(store)(scores + q * SCORES + c * LANES, sums[q][c]); }
    }
}

/// Turns the scores from `low` to `high` into weights 2^(scale * (score - maximum)), the others of the registers from
/// `start` to `end` into next to nothing. `maximum` becomes the largest score so far.
/// - Returns: the sum of the weights.
static inline __attribute__((always_inline)) float ATTENTION(weigh)(
    float *scores, size_t start, size_t low, size_t high, size_t end, float scale, float *maximum) {
    for (size_t j = start; j < low; j++) { scores[j] = -UNSEEN; }
    for (size_t j = high; j < end; j++) { scores[j] = -UNSEEN; }
    lanes most = NAME(fill)(*maximum);
    for (size_t j = start; j < end; j += LANES) { most = __builtin_elementwise_max(most, NAME(load)(scores + j)); }
    *maximum = NAME(largest)(most);
    most = NAME(fill)(*maximum);
    lanes sum = NAME(fill)(0);
    for (size_t j = start; j < end; j += LANES) {
        lanes weight = NAME(power_of_two)((NAME(load)(scores + j) - most) * scale, DEGREE);
        sum += weight;
#ifdef IN_PAIRS
        NAME(store_rounded)((uint16_t *)scores + j, weight);
#else
        NAME(store)(scores + j, weight);
#endif
    }
    return NAME(total)(sum);
}

/// Weighted sums of the values from `start` to `end` in the columns of `count` registers, 1 or 2, for `rows` queries, added
/// to what `output` holds times `kept`, unless that is null; all of it times `factors`.
static inline __attribute__((always_inline)) void ATTENTION(mix)(
    const ATTENTION(head_t) *head, const float *scores, size_t start, size_t end, const element *values,
    const float *kept, const float *factors, float *const *output, size_t column, int rows, int count) {
    lanes sums[GROUP][2];
    for (int q = 0; q < rows; q++) {
        for (int c = 0; c < count; c++) {
            sums[q][c] = kept ? NAME(load)(output[q] + column + c * LANES) * kept[q] : NAME(fill)(0);
        }
    }
    const element *weights = (const element *)scores;
    for (size_t j = start / TERM; j < end / TERM; j++) {
        for (int c = 0; c < count; c++) {
            terms value = ATTENTION(load_terms)(values + j * head->size + column + c * LANES);
            for (int q = 0; q < rows; q++) {
                terms weight = ATTENTION(broadcast)(weights + q * SCORES + j);
                sums[q][c] = ATTENTION(multiply)(weight, value, sums[q][c]);
            }
        }
    }
    for (int q = 0; q < rows; q++) {
        for (int c = 0; c < count; c++) { NAME(store)(output[q] + column + c * LANES, sums[q][c] * factors[q]); }
    }
}

/// What the `rows` queries from `first` on, the `slot`s of their block, see of the block of keys that begins at `block`.
static inline __attribute__((always_inline)) void ATTENTION(attend_block)(
    ATTENTION(head_t) *head, size_t first, size_t slot, size_t block, int rows) {
    const inference_attention_t *kind = head->kind;
    size_t last = head->length - 1;
    size_t before = kind->before < head->length ? kind->before : head->length;
    size_t after = kind->after < head->length ? kind->after : head->length;
    // What one of them sees, of all keys and then of the block's.
    size_t low = first > before ? first - before : 0;
    size_t high = first + rows - 1 + after < last ? first + rows + after : head->length;
    if (low >= block + KEYS || high <= block) { return; }
    bool is_first = low >= block, is_last = high <= block + KEYS;
    size_t start = is_first ? (low - block) / LANES * LANES : 0;
    size_t end = is_last ? (high - block + LANES - 1) / LANES * LANES : KEYS;

    // Past the last row, the last row is computed again.
    const element *queries[GROUP];
    float *outputs[GROUP];
    float kept[GROUP], factors[GROUP];
    size_t places[GROUP];
    for (int q = 0; q < rows; q++) {
        places[q] = first + q < last ? first + q : last;
        queries[q] = head->queries + (slot + places[q] - first) * head->pitch;
        outputs[q] = head->output + places[q] * head->output_stride;
    }
    const element *keys = head->keys + block * (head->size / TERM);
    size_t j = start;
    if (j % (2 * LANES) && j < end) {
        const element *panel = keys + j / (2 * LANES) * (2 * LANES) * (head->size / TERM) + LANES;
        ATTENTION(score)(queries, panel, head->size, head->scores + j, rows, 1);
        j += LANES;
    }
    for (; j + 2 * LANES <= end; j += 2 * LANES) {
        ATTENTION(score)(queries, keys + j * (head->size / TERM), head->size, head->scores + j, rows, 2);
    }
    if (j < end) { ATTENTION(score)(queries, keys + j * (head->size / TERM), head->size, head->scores + j, rows, 1); }

    for (int q = 0; q < rows; q++) {
        float *scores = head->scores + q * SCORES;
        float scale = kind->scale * LOG2_E;
        if (kind->bias) {
            const float *bias = kind->bias + block - places[q];
            for (j = start; j < end; j += LANES) {
                NAME(store)(scores + j, NAME(load)(scores + j) * kind->scale + NAME(load)(bias + j));
            }
            scale = LOG2_E;
        }
        size_t own_low = places[q] > before + block ? places[q] - before - block : 0;
        size_t own_high = places[q] + after < last ? places[q] + after + 1 : head->length;
        own_high = own_high > block ? own_high - block : 0;
        own_low = own_low < start ? start : own_low < end ? own_low : end;
        own_high = own_high < own_low ? own_low : own_high < end ? own_high : end;
        float *maximum = head->maxima + slot + q, *sum = head->sums + slot + q;
        float former = is_first ? -UNSEEN : *maximum;
        *maximum = former;
        float weights = ATTENTION(weigh)(scores, start, own_low, own_high, end, scale, maximum);
        kept[q] = is_first ? 0 : NAME(power_of_two)(NAME(fill)((former - *maximum) * scale), DEGREE)[0];
        *sum = is_first ? weights : *sum * kept[q] + weights;
        factors[q] = is_last ? 1.0f / *sum : 1.0f;
    }

    const element *values = head->values + block / TERM * head->size;
    const float *carried = is_first ? NULL : kept;
    size_t i = 0;
    for (; i + 2 * LANES <= head->size; i += 2 * LANES) {
        ATTENTION(mix)(head, head->scores, start, end, values, carried, factors, outputs, i, rows, 2);
    }
    if (i < head->size) { ATTENTION(mix)(head, head->scores, start, end, values, carried, factors, outputs, i, rows, 1); }
}

static void ATTENTION(attend)(
    const inference_attention_t *kind, const float *query, const float *key, const float *value, size_t stride,
    size_t length, size_t size, float *output, size_t output_stride, float *scratch) {
    size_t padded = (length + 2 * LANES - 1) / (2 * LANES) * (2 * LANES);
    size_t pitch = (size + LANES * TERM - 1) / (LANES * TERM) * LANES;
    ATTENTION(head_t) head = {
        .kind = kind,
        .length = length,
        .size = size,
        .queries = (element *)scratch,
        .pitch = pitch,
        .keys = (element *)scratch + QUERIES * pitch,
        .values = (element *)scratch + QUERIES * pitch + padded * size / TERM,
        .scores = scratch + QUERIES * pitch + 2 * (padded * size / TERM),
        .output = output,
        .output_stride = output_stride,
    };
    ATTENTION(pack_keys)(&head, key, stride);
    ATTENTION(pack_values)(&head, value, stride);
    for (size_t first = 0; first < length; first += QUERIES) {
        size_t count = length - first < QUERIES ? length - first : QUERIES;
        ATTENTION(pack_queries)(&head, query + first * stride, stride, count);
        size_t begin = kind->before < first ? (first - kind->before) / KEYS * KEYS : 0;
        size_t end = kind->after < length - first - count ? first + count + kind->after : length;
        for (size_t block = begin; block < end; block += KEYS) {
            size_t slot = 0;
            for (; slot + GROUP / 2 < count; slot += GROUP) {
                ATTENTION(attend_block)(&head, first + slot, slot, block, GROUP);
            }
            if (slot < count) { ATTENTION(attend_block)(&head, first + slot, slot, block, GROUP / 2); }
        }
    }
}

#undef TERM
#undef DEGREE
#undef element
#undef terms
#undef GROUP
#undef QUERIES
#undef KEYS
#undef SCORES
#undef UNSEEN
