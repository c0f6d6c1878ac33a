#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How well known a repo is: of two that fit a query equally, the one with more stars is more often meant.
enum Popularity {
    /// The decimal logarithm of the stars, 0 for none.
    static func of(stars: Int) -> Double { log10(1 + max(0, Double(stars))) }
}
