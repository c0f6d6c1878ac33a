package import EmbeddingCore
import JSON

/// Reads the repos out of a stream of JSON: what one way in takes, every way in takes.
package struct RepoReader {
    /// What was left out, and why.
    package struct Rejection: Hashable {
        package var line: Int
        /// Among all that was read, from 0.
        package var index: Int
        package var fault: RepoFault
    }

    private let takesVectors: Bool
    private var splitter = RecordSplitter()
    private var count = 0
    /// What was read and not yet taken.
    package var updates: [RepoUpdate] = []
    package var rejections: [Rejection] = []
    /// Whether the input ended too early.
    package private(set) var isTorn = false

    /// - Parameter takesVectors: whether vectors that stand beside repos are taken, for what may be trusted.
    package init(takesVectors: Bool = false) { self.takesVectors = takesVectors }

    /// Whether there is more than one value, or an array of them.
    package var isList: Bool { splitter.hasArray || count > 1 }

    package mutating func feed(_ bytes: [UInt8]) {
        for record in splitter.feed(bytes) { read(record) }
    }

    package mutating func finish() {
        guard let record = splitter.finish() else { return }
        isTorn = true
        read(record)
    }

    private mutating func read(_ record: RecordSplitter.Record) {
        switch record.content {
        case .fault(let reason): reject(RepoFault(reason: reason), record.line)
        case .json(let bytes):
            do throws(JSONError) {
                for repo in try JSONValue(bytes).repos { read(repo, record.line) }
            } catch {
                reject(RepoFault(reason: "it is not valid JSON: \(error.message)"), record.line)
            }
        }
    }

    private mutating func read(_ repo: JSONValue, _ line: Int) {
        do throws(RepoFault) {
            var update = try RepoUpdate(repo)
            if takesVectors { update.embedding = StoredEmbedding(repo["embedding"]) }
            updates.append(update)
            count += 1
        } catch {
            reject(error, line)
        }
    }

    private mutating func reject(_ fault: RepoFault, _ line: Int) {
        rejections.append(Rejection(line: line, index: count, fault: fault))
        count += 1
    }
}
