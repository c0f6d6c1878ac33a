import EventLoop
import HTTP

/// Fed by libFuzzer: the first byte says in what pieces the rest comes in. Whatever it is, the parser must neither
/// crash nor hang, and must make the same of it in one piece and in many; the connection must keep to its limits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRequests(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let step = Int(start[0] & 31) + 1
    let input = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    let whole = parse(input, step: .max)
    let pieces = parse(input, step: step)
    precondition(whole == pieces, "what is parsed depends on how it comes in")
    serve(input, step: step, policy: start[0] & 32 == 0 ? .collect(limit: 1000) : .stream(limit: 5000))
    return 0
}

/// What the parser makes of the input, in a form to compare.
private func parse(_ input: [UInt8], step: Int) -> [UInt8] {
    var parser = RequestParser(limits: .init())
    var record: [UInt8] = []
    for piece in split(input, step) {
        var position = 0
        reading: while true {
            do throws(Refusal) {
                switch try parser.next(piece.span, &position) {
                case .needsInput: break reading
                case .head(let message): record += message.head.bytes
                case .announced: break
                case .body(let range): record += piece[range]
                case .end: record.append(0)
                }
            } catch {
                return record + Array(error.rawValue.utf8)
            }
            precondition(position <= piece.count)
        }
        precondition(position == piece.count, "input was left over")
    }
    return record
}

/// Answers all requests of the input.
private func serve(_ input: [UInt8], step: Int, policy: BodyPolicy) {
    var now = MonotonicInstant(nanoseconds: 0)
    var machine = ConnectionMachine(configuration: HTTPServerConfiguration(), at: now)
    for piece in split(input, step) {
        now = now + .milliseconds(1)
        var position = 0
        while machine.wantsInput {
            switch machine.next(piece.span, &position, at: now) {
            case .needsInput:
                precondition(position == piece.count)
            case .head(let message) where message.framing == .none:
                machine.beginWithoutBody(at: now)
                machine.startAnswer()
                machine.completeAnswer(at: now)
                continue
            case .head:
                do { _ = try machine.begin(policy, at: now) } catch { return }
                continue
            case .collected(let body):
                precondition(body.count <= 1000)
                machine.startAnswer()
                machine.completeAnswer(at: now)
                continue
            case .streamed:
                guard drain(&machine, at: now) else { return }
                continue
            case .progress: continue
            case .refused: return
            }
            break
        }
        _ = machine.expire(at: now)
    }
    _ = machine.endInput()
}

/// Reads what there is of a streamed body, and answers at its end.
/// - Returns: false when the body is refused.
private func drain(_ machine: inout ConnectionMachine, at now: MonotonicInstant) -> Bool {
    while true {
        do throws(Refusal) {
            switch try machine.readBody(at: now) {
            case .piece(let piece): precondition(piece.count <= 2 * RequestBody.highWater)
            case .wait: return true
            case .end:
                machine.startAnswer()
                machine.completeAnswer(at: now)
                return true
            }
        } catch {
            return false
        }
    }
}

private func split(_ input: [UInt8], _ step: Int) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < input.count {
        let end = start + min(step, input.count - start)
        pieces.append(Array(input[start..<end]))
        start = end
    }
    return pieces
}
