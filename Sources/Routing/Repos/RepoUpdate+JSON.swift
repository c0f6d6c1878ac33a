import EmbeddingCore
import JSON

extension RepoUpdate {
    /// Reads a repo as `POST /repos` takes it. Nil when it has no usable name.
    /// - Parameter errors: where everything wrong with it is added.
    init?(_ json: JSONValue, at pointer: String, errors: inout [FieldError]) {
        var fields = FieldReader(json, at: pointer)
        defer { errors += fields.errors }
        let fullName = fields.string("full_name", length: 3...140)
        guard let fullName, Repo.isValid(fullName: fullName) else {
            if fields.errors.isEmpty {
                fields.report("full_name", "full_name has to be owner/name in GitHub's alphabet")
            }
            return nil
        }
        self.init(fullName: fullName)
        description = fields.clearable("description", length: 0...131_072)
        language = fields.clearable("language", length: 0...100)
        stars = fields.integer("stars", in: 0...1_000_000_000)
        url = fields.takeNull("url") ? nil : fields.webAddress("url")
        topics = fields.strings("topics", count: 0...100, length: 1...100)
        isPrivate = fields.bool("is_private")
        githubID = fields.integer("github_id", in: 0...(1 << 53) - 1)
        updatedAt = fields.takeNull("updated_at") ? nil : fields.timestamp("updated_at")
        if let value = fields.take("owner") {
            var ownerFields = FieldReader(value, at: "\(pointer)/owner")
            owner = ownerFields.string("login", length: 1...100)
            ownerFields.ignore("avatar_url", "id")
            ownerFields.refuseOthers()
            errors += ownerFields.errors
        }
        fields.ignore("name")
        fields.refuseOthers()
    }
}

extension FieldReader {
    /// Text that null clears: nil when the member is absent, `.some(nil)` when it is null.
    fileprivate mutating func clearable(_ name: String, length: ClosedRange<Int>) -> String?? {
        if takeNull(name) { return .some(nil) }
        return string(name, length: length).map(Optional.some)
    }
}
