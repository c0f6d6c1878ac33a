/// The members of a JSON object in the order of the text. Of several with one name the last counts. Names are compared
/// byte by byte (RFC 8259 §8.3): two that Unicode holds to be equivalent are different, as a vocabulary needs it.
///
/// Requests have a handful of members, of which a few are looked up once: looking through them costs less than a
/// dictionary.
package struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// A name and its value.
    package struct Member: Sendable, Hashable {
        package let name: String
        package let value: JSONValue
    }

    package private(set) var members: [Member] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        members = elements.map { Member(name: $0.0, value: $0.1) }
    }

    package mutating func append(_ name: String, _ value: JSONValue) {
        members.append(Member(name: name, value: value))
    }

    package subscript(name: String) -> JSONValue? {
        var name = name
        return name.withUTF8 { wanted in
            members.last { member in
                var own = member.name
                guard own.utf8.count == wanted.count else { return false }
                return own.withUTF8 { own in !wanted.indices.contains { own[$0] != wanted[$0] } }
            }
        }?.value
    }

    /// The members by name.
    package var dictionary: [String: JSONValue] {
        Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    package static func == (left: JSONObject, right: JSONObject) -> Bool { left.dictionary == right.dictionary }

    package func hash(into hasher: inout Hasher) { hasher.combine(dictionary) }
}
