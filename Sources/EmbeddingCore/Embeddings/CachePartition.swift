/// The part of the cache that a caller is answered from: nobody learns what others asked.
package struct CachePartition: Sendable, Hashable {
    package let id: UInt64

    package init(id: UInt64) { self.id = id }

    /// The pipeline's, where the texts of private documents are.
    package static let pipeline = CachePartition(id: 0)
    /// That of all who show no key.
    package static let anybody = CachePartition(id: 1)
}
