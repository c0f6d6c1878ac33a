/// Why bytes are not the JSON that was expected.
enum JSONError: Error, Equatable {
    case truncated
    case unexpectedByte(UInt8, at: Int)
    case tooDeep
    case tooLong
    case invalidBase64
}
