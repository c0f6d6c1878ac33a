/// The client's wish in `Accept-Encoding` (RFC 9110 §12.5.3).
enum AcceptEncoding {
    /// Whether gzip is acceptable and preferred to no coding at all.
    static func prefersGzip(_ values: [String]) -> Bool {
        var gzip: Double?
        var identity: Double?
        var any: Double?
        for value in values {
            for element in value.utf8.split(separator: UInt8(ascii: ",")) {
                guard let (coding, weight) = parse(Substring(element)) else { continue }
                switch coding {
                case "gzip", "x-gzip": gzip = weight
                case "identity": identity = weight
                case "*": any = weight
                default: break
                }
            }
        }
        let weight = gzip ?? any ?? 0
        return weight > 0 && weight >= identity ?? 0
    }

    /// `coding [ OWS ";" OWS "q=" qvalue ]`.
    private static func parse(_ element: Substring) -> (coding: String, weight: Double)? {
        let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard let coding = parts.first, !coding.isEmpty else { return nil }
        var weight = 1.0
        for parameter in parts.dropFirst() where parameter.lowercased().hasPrefix("q=") {
            guard let value = Double(parameter.dropFirst(2)), (0...1).contains(value) else { return nil }
            weight = value
        }
        return (coding.lowercased(), weight)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.utf8.first, first.isBlank { text = text.dropFirst() }
        while let last = text.utf8.last, last.isBlank { text = text.dropLast() }
        return text
    }
}
