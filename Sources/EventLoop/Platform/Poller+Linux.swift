#if os(Linux)
    import CLinux
    #if canImport(Musl)
        import Musl
    #else
        import Glibc
    #endif

    /// Waits for readiness of many descriptors, and can be woken from another thread.
    struct Poller: ~Copyable {
        private static let wakeToken = UInt64.max
        private static let capacity = 512

        private let descriptor: Int32
        private let wakeDescriptor: Int32
        private let events: UnsafeMutablePointer<epoll_event>

        private init(descriptor: Int32, wakeDescriptor: Int32) {
            self.descriptor = descriptor
            self.wakeDescriptor = wakeDescriptor
            events = .allocate(capacity: Self.capacity)
        }

        static func make() throws(SystemError) -> Poller {
            let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
            guard descriptor >= 0 else { throw SystemError("epoll_create1") }
            let wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
            guard wakeDescriptor >= 0 else {
                let failure = SystemError("eventfd")
                close(descriptor)
                throw failure
            }
            let poller = Poller(descriptor: descriptor, wakeDescriptor: wakeDescriptor)
            try poller.add(wakeDescriptor, [.input, .changesOnly], token: wakeToken)
            return poller
        }

        deinit {
            close(wakeDescriptor)
            close(descriptor)
            events.deallocate()
        }

        /// What wakes this poller; fit to be called from any thread while the poller lives.
        var waker: Waker { Waker(descriptor: wakeDescriptor) }

        struct Waker: Sendable {
            fileprivate let descriptor: Int32

            func wake() { eventfd_write(descriptor, 1) }
        }

        /// - Parameter token: comes back with each event of the descriptor, until that is closed or removed.
        func add(_ watched: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
            guard control(EPOLL_CTL_ADD, watched, interest, token) == 0 else { throw SystemError("epoll_ctl") }
        }

        func modify(_ watched: Int32, _ interest: Interest, token: UInt64) {
            _ = control(EPOLL_CTL_MOD, watched, interest, token)
        }

        func remove(_ watched: Int32) { epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, nil) }

        private func control(_ operation: Int32, _ watched: Int32, _ interest: Interest, _ token: UInt64) -> Int32 {
            var event = epoll_event(events: Self.events(of: interest), data: epoll_data_t(u64: token))
            return epoll_ctl(descriptor, operation, watched, &event)
        }

        private static func events(of interest: Interest) -> UInt32 {
            var events: UInt32 = 0
            if interest.contains(.input) { events |= EPOLLIN.rawValue }
            if interest.contains(.output) { events |= EPOLLOUT.rawValue }
            // The end of the input would be told again and again while what came before it is not read.
            if interest.contains(.changesOnly) { events |= EPOLLRDHUP.rawValue | EPOLLET.rawValue }
            return events
        }

        /// Waits until something is ready, at most so long; nil is without bound.
        /// - Returns: the number of events, of which `event` gives each.
        func wait(milliseconds: Int32?) -> Int {
            var count = Int(epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds ?? -1))
            for index in 0..<max(0, count) where events[index].data.u64 == Self.wakeToken {
                var value: eventfd_t = 0
                eventfd_read(wakeDescriptor, &value)
                count -= 1
                events[index] = events[count]
                break
            }
            return max(0, count)
        }

        func event(_ index: Int) -> (token: UInt64, readiness: Readiness) {
            (events[index].data.u64, Self.readiness(events[index].events))
        }

        private static func readiness(_ events: UInt32) -> Readiness {
            var readiness: Readiness = []
            if events & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
            if events & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
            if events & EPOLLRDHUP.rawValue != 0 { readiness.formUnion([.readable, .inputEnded]) }
            if events & EPOLLHUP.rawValue != 0 { readiness.insert(.hungUp) }
            if events & EPOLLERR.rawValue != 0 { readiness.insert(.failed) }
            return readiness
        }
    }
#endif
