/// The members of a JSON object in the order of the text. Of several with one name the last counts.
///
/// Requests have a handful of members, of which a few are looked up once: looking through them costs less than a
/// dictionary.
struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private(set) var members: [(name: String, value: JSONValue)] = []

    init() {}

    init(dictionaryLiteral elements: (String, JSONValue)...) { members = elements.map { (name: $0.0, value: $0.1) } }

    mutating func append(_ name: String, _ value: JSONValue) { members.append((name: name, value: value)) }

    subscript(name: String) -> JSONValue? { members.last { $0.name == name }?.value }

    /// The members by name.
    var dictionary: [String: JSONValue] {
        Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    static func == (left: JSONObject, right: JSONObject) -> Bool { left.dictionary == right.dictionary }

    func hash(into hasher: inout Hasher) { hasher.combine(dictionary) }
}
