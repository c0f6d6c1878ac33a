#if os(Linux)
    import CLinux
#endif
import Dispatch
import Synchronization

/// The memory that the allocator has taken from the system.
package enum SystemMemory {
    private static let queue = DispatchQueue(label: "embed-star.memory", qos: .utility)

    private static let isDue = Atomic<Bool>(false)

    /// Has the allocator return what is free, within a second: glibc's keeps it otherwise, for good.
    package static func giveBack() {
        #if os(Linux)
            guard !isDue.exchange(true, ordering: .relaxed) else { return }
            queue.asyncAfter(deadline: .now() + .seconds(1)) {
                isDue.store(false, ordering: .relaxed)
                linux_give_back_memory()
            }
        #endif
    }
}
