import SurrealDB

/// A record id as a client sees it: hexadecimal, without meaning.
enum Cursor {
    static func text(_ record: SurrealRecordID) -> String {
        record.encoded.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    static func record(_ text: String) -> SurrealRecordID? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2), digits.count <= 2048 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        // What is of no page is refused here, not by the database.
        guard let record = try? SurrealRecordID(encoded: bytes), record.table == "embedding_job",
            case .array = record.key
        else { return nil }
        return record
    }
}
