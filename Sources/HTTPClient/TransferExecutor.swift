/// Where a client's transfers run: a serial executor that watches descriptors.
package protocol TransferExecutor: AnyObject, Sendable {
    /// Runs jobs one after the other in the order they came, not within the call. May be called from anywhere.
    func execute(_ job: @escaping @Sendable () -> Void)

    /// Calls `onInput` for as long as the descriptor has input. To be called on the executor, as the others below.
    func watch(_ descriptor: Int32, onInput: @escaping @Sendable () -> Void)

    /// Ends `watch`. The descriptor may be closed once `onEnd` is called.
    func unwatch(_ descriptor: Int32, onEnd: @escaping @Sendable () -> Void)

    /// Says whether somebody waits for input of the descriptor now.
    func expectInput(of descriptor: Int32, _ isExpected: Bool)
}
