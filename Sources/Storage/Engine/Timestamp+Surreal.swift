import DateTime
import SurrealDB

/// A point in time as SurrealDB keeps it.
extension Timestamp {
    init?(_ value: SurrealValue) {
        if let (seconds, nanoseconds) = value.datetime, Self.sayable.contains(seconds) {
            self.init(seconds: seconds, nanoseconds: nanoseconds)
        } else if let text = value.string {
            self.init(text)
        } else {
            return nil
        }
    }

    var value: SurrealValue { .datetime(seconds: seconds, nanoseconds: nanoseconds) }
}
