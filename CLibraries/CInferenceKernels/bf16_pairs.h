// Pairs of bfloat16 in the lanes of a register, by the instructions of AVX-512 for them.

static inline __attribute__((always_inline)) __m512i NAME(pairs)(__m512 low, __m512 high) {
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/// Of each lane, the pair of its two values.
static inline __attribute__((always_inline)) __m512i NAME(interleaved_pairs)(__m512 first, __m512 second) {
    __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(first));
    __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(second));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

static inline __attribute__((always_inline)) void NAME(store_rounded)(uint16_t *to, __m512 values) {
    _mm256_storeu_si256((__m256i *)to, (__m256i)_mm512_cvtneps_pbh(values));
}

/// sum + the products of both members of a pair, rounded to f32 after each.
static inline __attribute__((always_inline)) __m512 NAME(multiply_pairs)(__m512i a, __m512i b, __m512 sum) {
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}
