/// The tokens of a vocabulary as a trie over their bytes, its edges in one open-addressed hash table.
struct TokenTrie: Sendable {
    /// A node of the trie; `root` begins every token.
    typealias Node = UInt32

    static let root: Node = 0

    /// Slots of `edge << 32 | child`; an edge is `parent << 8 | byte`. 0 is an empty slot: no edge leads to the root.
    private var slots: [UInt64]
    private var edges = 0
    /// The token that ends at each node, or -1.
    private var tokens: [Int32] = [-1]

    private static let maximumNodes = 1 << 24

    init(minimumCapacity: Int) {
        slots = Array(repeating: 0, count: max(minimumCapacity, 16).nextPowerOfTwo)
    }

    /// A node without a token or an edge leading to it, from which a second set of tokens can begin.
    mutating func addRoot() -> Node {
        tokens.append(-1)
        return Node(tokens.count - 1)
    }

    @inline(__always)
    func token(at node: Node) -> Int32? {
        let token = tokens[Int(node)]
        return token < 0 ? nil : token
    }

    @inline(__always)
    func child(of node: Node, _ byte: UInt8) -> Node? {
        let edge = node << 8 | UInt32(byte)
        var slot = hash(edge)
        while slots[slot] != 0 {
            if UInt32(truncatingIfNeeded: slots[slot] >> 32) == edge { return Node(truncatingIfNeeded: slots[slot]) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// - Returns: false when the trie is full.
    mutating func insert(_ bytes: some Sequence<UInt8>, token: Int32, from start: Node = root) -> Bool {
        var node = start
        for byte in bytes {
            if let child = child(of: node, byte) {
                node = child
            } else {
                guard tokens.count < Self.maximumNodes else { return false }
                let child = Node(tokens.count)
                tokens.append(-1)
                if edges * 2 >= slots.count { grow() }
                place(UInt64(node << 8 | UInt32(byte)) << 32 | UInt64(child))
                edges += 1
                node = child
            }
        }
        tokens[Int(node)] = token
        return true
    }

    @inline(__always)
    private func hash(_ edge: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(edge) &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
    }

    private mutating func place(_ entry: UInt64) {
        var slot = hash(UInt32(truncatingIfNeeded: entry >> 32))
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = entry
    }

    private mutating func grow() {
        let entries = slots
        slots = Array(repeating: 0, count: entries.count * 2)
        for entry in entries where entry != 0 { place(entry) }
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
