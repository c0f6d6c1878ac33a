import Crypto
import Glibc

/// A file mapped read-only into memory: processes that map the same file share its pages.
final class MappedFile: Sendable {
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
    /// Open as long as the mapping lasts.
    let descriptor: Int32

    /// - Throws: `.modelNotFound` when the file cannot be opened, `.invalidModel` when it is empty or no regular file.
    init(path: String) throws(InferenceError) {
        // Opening a pipe for reading would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.failure(path) }
        self.descriptor = descriptor
        do {
            bytes = try Self.map(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        close(descriptor)
    }

    private static func map(_ descriptor: Int32, _ path: String) throws(InferenceError) -> UnsafeRawBufferPointer {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw InferenceError(.invalidModel, "\(path) is not a regular file")
        }
        guard status.st_size > 0 else { throw InferenceError(.invalidModel, "\(path): the file is empty") }
        let size = Int(status.st_size)
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw failure(path)
        }
        return UnsafeRawBufferPointer(start: start, count: size)
    }

    /// Gives the resident pages back; they are read again from the file when touched.
    func evict() { madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED) }

    /// Hashes the content, keeping few pages resident.
    func update(_ hash: inout SHA256) {
        let step = 8 << 20
        for start in stride(from: 0, to: bytes.count, by: step) {
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + step, bytes.count)]))
            evict()
        }
    }

    /// The whole content of a small file.
    /// - Throws: `.modelNotFound` when it cannot be read, `.invalidModel` when it is empty or longer than `limit` bytes.
    static func content(of path: String, limit: Int) throws(InferenceError) -> [UInt8] {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= limit else {
            throw InferenceError(.invalidModel, "\(path) is longer than \(limit) bytes")
        }
        return [UInt8](file.bytes)
    }

    private static func failure(_ path: String) -> InferenceError {
        InferenceError(.modelNotFound, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
}
