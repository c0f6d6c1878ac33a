import Crypto

/// What the hub names a file's content by.
enum FileDigest: Sendable, Hashable {
    /// Of a large file (Git LFS): SHA-256 of its bytes.
    case sha256(String)
    /// Of any other: the name of its object in Git, SHA-1 of a header and its bytes.
    case gitObject(String)

    /// The value of a field such as `ETag`, with or without quotes and `W/`; nil when it is none of both.
    init?(_ text: String) {
        let bare = text.hasPrefix("W/") ? text.dropFirst(2) : Substring(text)
        let digits = bare.filter { $0 != "\"" }
        guard digits.utf8.allSatisfy(isHexDigit) else { return nil }
        switch digits.utf8.count {
        case 64: self = .sha256(digits)
        case 40: self = .gitObject(digits)
        default: return nil
        }
    }

    /// - Throws: `.storage` when the file cannot be read.
    func matches(_ file: PartialFile) throws(HubError) -> Bool {
        switch self {
        case .sha256(let wanted): return try Self.digest(of: file, SHA256()) == wanted
        case .gitObject(let wanted):
            var hash = Insecure.SHA1()
            hash.update(data: Array("blob \(file.size)\0".utf8))
            return try Self.digest(of: file, hash) == wanted
        }
    }

    /// In lower-case hex, `hash` having taken what stands before the content.
    static func digest(of file: PartialFile, _ hash: some HashFunction) throws(HubError) -> String {
        var hash = hash
        try file.read { hash.update(bufferPointer: $0) }
        return hexDigits(hash.finalize())
    }
}

/// Bytes in lower-case hex.
func hexDigits(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
