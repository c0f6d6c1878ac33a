/// An answer, read whole.
package struct HTTPClientResponse: Sendable {
    package var status: Int
    package var body: [UInt8]
    /// By what proxy it came, to be put behind what is said of a bad answer: it may be the proxy's own. Empty for none.
    package var way = ""
    private let head: Head

    /// Most callers look at a field or two, if any: the block as received is not taken apart before.
    private enum Head {
        case block(HeaderBlock)
        case fields([(name: String, value: String)])
    }

    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.body = body
        head = .fields(headers)
    }

    init(status: Int, headers: HeaderBlock, body: [UInt8], way: String = "") {
        self.status = status
        self.body = body
        self.way = way
        head = .block(headers)
    }

    /// The value of the first field of that name, compared without case.
    package func header(_ name: String) -> String? {
        switch head {
        case .block(let block):
            return block.value(of: name)
        case .fields(let fields):
            let wanted = name.lowercased()
            return fields.first { $0.name.lowercased() == wanted }?.value
        }
    }
}
