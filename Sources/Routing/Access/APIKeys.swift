/// The keys that open the API, by what they may do. A key in several lists may do what each of them allows.
package struct APIKeys: Sendable, Equatable {
    /// Every scope.
    package var all: [String]
    package var read: [String]
    package var write: [String]
    /// Those that see private repos. It gives no power: one that is in no other list may read.
    package var privateSearch: [String]

    package init(all: [String] = [], read: [String] = [], write: [String] = [], privateSearch: [String] = []) {
        self.all = all
        self.read = read
        self.write = write
        self.privateSearch = privateSearch
    }

    /// Whether a key is needed at all.
    package var isClosed: Bool { !(all.isEmpty && read.isEmpty && write.isEmpty) }

    /// Every key.
    package var texts: [String] { all + read + write + privateSearch }

    func scopes(of key: String) -> Set<Scope> {
        // Without keys everybody has every scope; showing one of those that see more takes nothing away.
        if !isClosed || all.contains(key) { return Set(Scope.allCases) }
        var scopes: Set<Scope> = write.contains(key) ? [.write] : []
        if read.contains(key) || scopes.isEmpty { scopes.insert(.read) }
        return scopes
    }
}
