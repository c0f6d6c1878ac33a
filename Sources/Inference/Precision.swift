/// The number format of the encoder's matrix products; everything between them is fp32.
package enum Precision: String, Sendable, CaseIterable {
    /// Exact, on any processor.
    case fp32
    /// Twice as fast where the processor multiplies bfloat16 (AVX-512 BF16, AMX); lowest cosine to fp32 about 0.9999.
    case bf16
    /// Feed-forward products in 8-bit integers; lowest cosine to fp32 0.997 on texts of repos,
    /// 0.988 on strange ones.
    case int8
}
