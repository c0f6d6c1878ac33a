/// What is wrong with a CBOR text.
enum CBORError: Error, Equatable {
    case truncated
    case trailingBytes
    case tooDeep
    case invalidInitialByte(UInt8)
    case invalidUTF8
    case invalidMapKey
    case invalidTag(UInt64)
}
