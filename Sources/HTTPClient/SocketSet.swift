import CCurl
import Dispatch

#if canImport(Glibc)
    import Glibc
#else
    #error("SocketSet rests on epoll")
#endif

/// The sockets libcurl wants watched, in one epoll descriptor, which a single Dispatch source watches in turn: no
/// source is made or cancelled as transfers come and go.
///
/// libcurl loses interest in a socket after each transfer and regains it with the next one over the same connection.
/// The interest in answers on sockets opened through `open` is therefore kept until an event comes that nobody wants,
/// so that a kept-alive connection costs no system call a transfer. A socket that is still connecting is not kept: libcurl
/// may close it unseen.
struct SocketSet: ~Copyable {
    private struct Entry {
        /// Opened and closed through this set, so that no reuse of its number goes unseen.
        var isOwn = false
        var wanted: UInt32 = 0
        var registered: UInt32 = 0
    }

    let descriptor: Int32
    private(set) var openCount = 0
    private var entries: [Entry] = []
    private var events = [epoll_event](repeating: epoll_event(), count: 64)

    init() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(descriptor >= 0, "epoll_create1 failed with errno \(errno)")
    }

    deinit { Glibc.close(descriptor) }

    mutating func open(family: Int32, type: Int32, protocol: Int32) -> Int32 {
        let socket = Glibc.socket(family, type | Int32(SOCK_CLOEXEC.rawValue), `protocol`)
        guard socket >= 0 else { return socket }
        grow(toHold: socket)
        // An entry that is there belongs to a socket that libcurl gave up while connecting, which it closes itself.
        if !entries[Int(socket)].isOwn { openCount += 1 }
        entries[Int(socket)] = Entry(isOwn: true)
        return socket
    }

    mutating func close(_ socket: Int32) -> Int32 {
        grow(toHold: socket)
        if entries[Int(socket)].isOwn { openCount -= 1 }
        entries[Int(socket)] = Entry()
        return Glibc.close(socket)
    }

    /// Takes in what libcurl wants of a socket, one of the `CURL_POLL_` values.
    mutating func want(_ socket: Int32, _ poll: Int32) {
        grow(toHold: socket)
        var wanted: UInt32 = 0
        if poll == CURL_POLL_IN || poll == CURL_POLL_INOUT { wanted |= EPOLLIN.rawValue }
        if poll == CURL_POLL_OUT || poll == CURL_POLL_INOUT { wanted |= EPOLLOUT.rawValue }
        entries[Int(socket)].wanted = wanted
        let entry = entries[Int(socket)]
        let isKept = wanted == 0 && entry.isOwn && entry.registered == EPOLLIN.rawValue
        if !isKept { register(socket) }
    }

    /// Looks for events without waiting. Returns how many there are, 64 at most.
    mutating func poll() -> Int {
        max(0, Int(epoll_wait(descriptor, &events, Int32(events.count), 0)))
    }

    /// An event of the last `poll()`: the socket and its `CURL_CSELECT_` bits; nil when nobody wants it any more.
    mutating func event(at index: Int) -> (socket: Int32, bits: Int32)? {
        let socket = events[index].data.fd
        let wanted = entries[Int(socket)].wanted
        guard wanted != 0 else {
            register(socket)
            return nil
        }
        var bits: Int32 = 0
        let happened = events[index].events
        if happened & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { bits |= CURL_CSELECT_IN }
        if happened & EPOLLOUT.rawValue != 0 { bits |= CURL_CSELECT_OUT }
        if happened & EPOLLERR.rawValue != 0 {
            bits |= CURL_CSELECT_ERR
            bits |= wanted & EPOLLOUT.rawValue != 0 ? CURL_CSELECT_OUT : CURL_CSELECT_IN
        }
        return (socket, bits)
    }

    private mutating func register(_ socket: Int32) {
        let entry = entries[Int(socket)]
        guard entry.registered != entry.wanted else { return }
        let operation = entry.wanted == 0 ? EPOLL_CTL_DEL : entry.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        var event = epoll_event(events: entry.wanted, data: epoll_data_t(fd: socket))
        epoll_ctl(descriptor, operation, socket, &event)
        entries[Int(socket)].registered = entry.wanted
    }

    private mutating func grow(toHold socket: Int32) {
        let missing = Int(socket) + 1 - entries.count
        if missing > 0 { entries.append(contentsOf: repeatElement(Entry(), count: missing)) }
    }
}
