/// Which end of an over-long text is cut off.
package enum TruncatedEnd: String, Sendable, Hashable, CaseIterable {
    case left, right
}
