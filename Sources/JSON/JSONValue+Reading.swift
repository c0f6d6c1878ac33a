extension JSONValue {
    /// Reads one JSON text.
    /// - Parameter members: the members of the outermost object that are kept; the others are checked and skipped.
    package init(_ bytes: [UInt8], keeping members: Set<String>? = nil) throws(JSONError) {
        self = try JSONReader.read(bytes) { reader throws(JSONError) in
            guard let members, try reader.peek() == UInt8(ascii: "{") else { return try reader.readValue() }
            var object = JSONObject()
            try reader.readObject { reader, name throws(JSONError) in
                if members.contains(name) {
                    object.append(name, try reader.readValue())
                } else {
                    try reader.skipValue()
                }
            }
            return .object(object)
        }
    }
}

extension JSONReader {
    /// A value of any kind.
    package mutating func readValue() throws(JSONError) -> JSONValue {
        switch try peek() {
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "{"):
            var object = JSONObject()
            try readObject { reader, name throws(JSONError) in object.append(name, try reader.readValue()) }
            return .object(object)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try readArray { reader throws(JSONError) in elements.append(try reader.readValue()) }
            return .array(elements)
        case UInt8(ascii: "t"):
            try take("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try take("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try take("null")
            return .null
        default: return try readNumber()
        }
    }
}
