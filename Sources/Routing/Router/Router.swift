import HTTP

/// Finds the route of a request by the segments of its path. Paths are compared as bytes: text is made only of
/// parameters and of segments that are percent-encoded.
struct Router: Sendable {
    private struct Node: Sendable {
        var literals: [Literal] = []
        var parameter: Int?
        /// The route whose last parameter takes all that is left of the path.
        var remainder: Int?
        var route: Int?

        /// The node of the literal that is `segment`.
        func child(_ segment: UnsafeBufferPointer<UInt8>) -> Int? {
            guard !literals.isEmpty else { return nil }
            let key = Literal.key(segment)
            for index in literals.indices where literals[index].key == key {
                if literals[index].segment.elementsEqual(segment) { return literals[index].node }
            }
            return nil
        }
    }

    /// A segment that a path has to have as it is.
    private struct Literal: Sendable {
        let segment: [UInt8]
        let node: Int
        /// Tells most segments apart at once.
        let key: UInt64

        init(_ segment: [UInt8], node: Int) {
            self.segment = segment
            self.node = node
            key = segment.withUnsafeBufferPointer(Self.key)
        }

        /// The length and the last seven bytes.
        static func key(_ segment: UnsafeBufferPointer<UInt8>) -> UInt64 {
            var key = UInt64(segment.count)
            for index in max(0, segment.count - 7)..<segment.count { key = key << 8 | UInt64(segment[index]) }
            return key
        }
    }

    /// What a path leads to.
    enum Match: Sendable {
        /// The index of the route, and its parameters in the order of the template, decoded.
        case found(Int, parameters: [String])
        case notFound
        /// A segment is not the percent-encoding of UTF-8 text.
        case malformed
    }

    private var nodes = [Node()]

    /// - Parameter templates: paths such as `/repos/{owner}/{name}`; `{id...}` as the last segment takes the rest.
    init(templates: [String]) {
        for (index, template) in templates.enumerated() { insert(template, route: index) }
    }

    private mutating func insert(_ template: String, route: Int) {
        var node = 0
        for segment in template.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if segment.hasSuffix("...}") {
                nodes[node].remainder = route
                return
            }
            node = segment.hasPrefix("{") ? parameterChild(of: node) : literalChild(of: node, Array(segment.utf8))
        }
        nodes[node].route = route
    }

    private mutating func parameterChild(of node: Int) -> Int {
        if let child = nodes[node].parameter { return child }
        nodes.append(Node())
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func literalChild(of node: Int, _ segment: [UInt8]) -> Int {
        if let child = nodes[node].literals.first(where: { $0.segment == segment }) { return child.node }
        nodes.append(Node())
        nodes[node].literals.append(Literal(segment, node: nodes.count - 1))
        return nodes.count - 1
    }

    /// The route of the path in `head`. A literal segment is preferred to a parameter.
    func match(_ head: HTTPRequestHead) -> Match {
        head.bytes.withUnsafeBufferPointer { bytes in
            match(UnsafeBufferPointer(rebasing: bytes[head.pathRange]))
        }
    }

    private func match(_ path: UnsafeBufferPointer<UInt8>) -> Match {
        guard path.first == .slash else { return .notFound }
        var node = 0
        var parameters: [String] = []
        var start = 1
        while true {
            var end = start
            var isEncoded = false
            while end < path.count, path[end] != .slash {
                if path[end] == .percent { isEncoded = true }
                end += 1
            }
            let segment = UnsafeBufferPointer(rebasing: path[start..<end])
            if let child = literal(of: node, segment, isEncoded: isEncoded) {
                node = child
            } else if let child = nodes[node].parameter, !segment.isEmpty {
                guard let text = PercentEncoding.decode(segment) else { return .malformed }
                parameters.append(text)
                node = child
            } else if let route = nodes[node].remainder, !segment.isEmpty {
                guard let text = PercentEncoding.decode(UnsafeBufferPointer(rebasing: path[start...])) else {
                    return .malformed
                }
                return .found(route, parameters: parameters + [text])
            } else {
                return PercentEncoding.decode(path) == nil ? .malformed : .notFound
            }
            if end == path.count { break }
            start = end + 1
        }
        guard let route = nodes[node].route else { return .notFound }
        return .found(route, parameters: parameters)
    }

    private func literal(of node: Int, _ segment: UnsafeBufferPointer<UInt8>, isEncoded: Bool) -> Int? {
        if isEncoded {
            guard var decoded = PercentEncoding.decode(segment) else { return nil }
            return decoded.withUTF8 { nodes[node].child($0) }
        }
        return nodes[node].child(segment)
    }
}

extension UInt8 {
    static let slash = UInt8(ascii: "/")
    static let percent = UInt8(ascii: "%")
}
