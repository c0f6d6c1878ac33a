import CCurl
import EventLoop

/// What libcurl wants to know of its sockets, and what of that the loop is watching.
///
/// libcurl loses interest in a socket after each transfer and regains it with the next one over the same connection.
/// The interest in answers on sockets that this client opened itself is therefore kept until an event comes that nobody
/// wants, so that a kept-alive connection costs no system call a transfer. A socket that is still connecting is not kept:
/// libcurl may close it unseen.
struct SocketInterests {
    private struct Entry {
        /// Opened and closed by this client, so that no reuse of its number goes unseen.
        var isOwn = false
        var wanted: Interest = []
        var watched: Interest = []
    }

    /// What the loop is to be told.
    enum Change {
        case none
        case watch(Interest)
        case rewatch(Interest)
        case unwatch
    }

    /// Sockets that this client opened and did not close.
    private(set) var openCount = 0
    private var entries: [Entry] = []

    mutating func opened(_ socket: Int32) {
        grow(toHold: socket)
        // An entry that is there belongs to a socket that libcurl gave up while connecting, which it closes itself.
        if !entries[Int(socket)].isOwn { openCount += 1 }
        entries[Int(socket)] = Entry(isOwn: true)
    }

    mutating func closes(_ socket: Int32) {
        grow(toHold: socket)
        if entries[Int(socket)].isOwn { openCount -= 1 }
        entries[Int(socket)] = Entry()
    }

    /// - Parameter poll: one of the `CURL_POLL_` values.
    mutating func want(_ socket: Int32, _ poll: Int32) -> Change {
        grow(toHold: socket)
        var wanted: Interest = []
        if poll == CURL_POLL_IN || poll == CURL_POLL_INOUT { wanted.insert(.input) }
        if poll == CURL_POLL_OUT || poll == CURL_POLL_INOUT { wanted.insert(.output) }
        entries[Int(socket)].wanted = wanted
        let entry = entries[Int(socket)]
        let isKept = wanted.isEmpty && entry.isOwn && entry.watched == .input
        return isKept ? .none : change(of: socket)
    }

    /// What of an event is libcurl's.
    /// - Returns: `CURL_CSELECT_` bits; nil when nobody wants it, and the loop is to be told so.
    func bits(of readiness: Readiness, on socket: Int32) -> Int32? {
        guard Int(socket) < entries.count, !entries[Int(socket)].wanted.isEmpty else { return nil }
        var bits: Int32 = 0
        if !readiness.isDisjoint(with: [.readable, .hungUp]) { bits |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { bits |= CURL_CSELECT_OUT }
        if readiness.contains(.failed) {
            bits |= CURL_CSELECT_ERR
            bits |= entries[Int(socket)].wanted.contains(.output) ? CURL_CSELECT_OUT : CURL_CSELECT_IN
        }
        return bits
    }

    /// What the loop has not been told yet.
    mutating func change(of socket: Int32) -> Change {
        grow(toHold: socket)
        let entry = entries[Int(socket)]
        guard entry.watched != entry.wanted else { return .none }
        entries[Int(socket)].watched = entry.wanted
        if entry.wanted.isEmpty { return .unwatch }
        return entry.watched.isEmpty ? .watch(entry.wanted) : .rewatch(entry.wanted)
    }

    private mutating func grow(toHold socket: Int32) {
        let missing = Int(socket) + 1 - entries.count
        if missing > 0 { entries.append(contentsOf: repeatElement(Entry(), count: missing)) }
    }
}
