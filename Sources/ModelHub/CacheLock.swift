#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A lock that one process at a time holds on a model of the cache. The system takes it back when the process ends.
final class CacheLock {
    private static let interval = Duration.milliseconds(100)

    private let descriptor: Int32

    /// Waits until the lock is free.
    /// - Parameter waiting: called once when it is not.
    /// - Throws: `.busy` after `patience`, `.storage`, `.cancelled`.
    init(path: String, patience: Duration, waiting: () -> Void) async throws(HubError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw .system("open", path) }
        let end = ContinuousClock.now + patience
        var hasWaited = false
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .system("lock", path) }
            guard ContinuousClock.now < end else {
                throw HubError(.busy, "another process still holds \(path) after \(patience)")
            }
            if !hasWaited { waiting() }
            hasWaited = true
            do { try await Task.sleep(for: Self.interval) } catch { throw HubError(.cancelled, "interrupted") }
        }
    }

    deinit { close(descriptor) }
}
