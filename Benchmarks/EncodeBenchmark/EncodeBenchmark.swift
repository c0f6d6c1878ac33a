import ArgumentParser
import FoundationEssentials
import Glibc
import Inference

/// Measures the built-in model alone, and writes what it computes for comparison with a reference.
@main struct EncodeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode-benchmark",
        abstract: "Measure the built-in model on a JSON array of texts."
    )

    @Argument(help: "The model's folder.") var model: String
    @Argument(help: "A file with a JSON array of texts.") var texts: String
    @Option(help: "Encoding threads.") var threads = 1
    @Option(help: "fp32, bf16, or int8; the best for the processor without.") var precision: String?
    @Option(help: "Rounds over all texts; the best counts.") var rounds = 3
    @Option(help: "Single texts encoded one after the other for the latency.") var singles = 100
    @Option(help: "Of the single texts, only those of about so many tokens, if there are any.") var onlyTokens: Int?
    @Option(help: "Tokenize all texts so many times.") var tokenizations = 1
    @Option(help: "Write the tokens of each text to this file, one line of numbers a text.") var tokens: String?
    @Option(help: "Write the vectors to this file, 32-bit floats one after the other.") var vectors: String?

    func run() async throws {
        let clock = ContinuousClock()
        let texts = try JSONDecoder().decode([String].self, from: Data(contentsOf: URL(filePath: texts)))
        let start = clock.now
        let encoder = try TextEncoder(
            modelDirectory: model,
            threads: threads,
            precision: try precision.map(parsePrecision)
        )
        _ = try await encoder.encode([texts.first ?? ""])
        let startTime = clock.now - start
        if let tokens { try write(tokensOf: texts, by: encoder, to: tokens) }
        var best = Duration.seconds(1_000_000)
        var leastProcessorTime = Double.infinity
        var encoded = EncodedTexts(vectors: [], tokens: 0)
        for _ in 0..<rounds {
            let begin = clock.now
            let processorBegin = processorSeconds()
            encoded = try await encoder.encode(texts)
            best = min(best, clock.now - begin)
            leastProcessorTime = min(leastProcessorTime, processorSeconds() - processorBegin)
        }
        if let vectors { try write(encoded.vectors, to: vectors) }
        let tokenization = measureTokenization(of: texts, by: encoder, clock)
        let chosen = onlyTokens.map { wanted in texts.filter { abs(encoder.countTokens($0) - wanted) <= 1 } } ?? texts
        let latencies = try await measureLatencies(of: chosen.isEmpty ? texts : chosen, by: encoder, clock)
        let rate = Double(texts.count) / seconds(best)
        print(
            """
            {"precision":"\(encoder.precision.rawValue)",\
            "products":"\(encoder.implementations.joined(separator: " "))","kernels":"\(encoder.instructionSet)","threads":\(threads),\
            "texts":\(texts.count),"tokens":\(encoded.tokens),"texts_per_second":\(rounded(rate)),\
            "texts_per_cpu_second":\(rounded(Double(texts.count) / leastProcessorTime)),\
            "tokenized_per_second":\(rounded(tokenization)),"latency_p50_ms":\(rounded(latencies.p50)),\
            "latency_p99_ms":\(rounded(latencies.p99)),"start_ms":\(rounded(seconds(startTime) * 1000)),\
            "resident_mib":\(rounded(residentMebibytes()))}
            """
        )
    }

    private func parsePrecision(_ name: String) throws -> Precision {
        guard let precision = Precision(rawValue: name) else { throw ValidationError("no precision '\(name)'") }
        return precision
    }

    private func write(tokensOf texts: [String], by encoder: TextEncoder, to path: String) throws {
        let lines = texts.map { text in
            "\(encoder.countTokens(text)) " + encoder.tokens(of: text).map(String.init).joined(separator: " ")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    }

    private func write(_ vectors: [[Float]], to path: String) throws {
        var data = Data()
        for vector in vectors { vector.withUnsafeBytes { data.append(contentsOf: $0) } }
        try data.write(to: URL(filePath: path))
    }

    /// Texts a second, on one core.
    private func measureTokenization(of texts: [String], by encoder: TextEncoder, _ clock: ContinuousClock) -> Double {
        var best = 0.0
        for _ in 0..<tokenizations {
            let begin = clock.now
            var tokens = 0
            for text in texts { tokens += encoder.countTokens(text) }
            precondition(tokens > 0)
            best = max(best, Double(texts.count) / seconds(clock.now - begin))
        }
        return best
    }

    /// In milliseconds.
    private func measureLatencies(
        of texts: [String],
        by encoder: TextEncoder,
        _ clock: ContinuousClock
    ) async throws -> (p50: Double, p99: Double) {
        var latencies: [Double] = []
        for index in 0..<max(singles, 1) {
            let begin = clock.now
            _ = try await encoder.encode([texts[index % texts.count]])
            latencies.append(seconds(clock.now - begin) * 1000)
        }
        latencies.sort()
        return (latencies[latencies.count / 2], latencies[latencies.count * 99 / 100])
    }

    /// User and system time of all threads.
    private func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private func residentMebibytes() -> Double {
        guard let pages = try? Data(contentsOf: URL(filePath: "/proc/self/statm")) else { return 0 }
        let fields = String(decoding: pages, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Double(fields[1]) ?? 0) * 4 / 1024 : 0
    }

    private func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }

    private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
