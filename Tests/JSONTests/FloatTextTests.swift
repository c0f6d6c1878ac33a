import Testing

@testable import JSON

@Suite struct FloatTextTests {
    private func text(_ values: [Float]) -> String {
        var bytes: [UInt8] = []
        FloatText.append(values, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        arguments: [
            (0.5, "0.5"), (1, "1"), (-0.25, "-0.25"), (0.1, "0.1"), (123456, "123456"), (0.000001, "0.000001"),
            (999_999.9, "999999.9"), (3.1415927, "3.1415927"), (100.5, "100.5"), (-0.03125, "-0.03125"),
            (9.999999, "9.999999"),
            (10, "10"), (0.99999994, "0.99999994"), (0.001, "0.001"),
        ] as [(Float, String)]
    )
    func `short numbers are written short`(value: Float, expected: String) {
        #expect(text([value]) == "[\(expected)]")
    }

    @Test func `every number reads back as itself`() {
        var generator = SystemRandomNumberGenerator()
        var values: [Float] = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e-6, 1e6, 0.99999e-6]
        for exponent in -30...30 {
            let power = Float(sign: .plus, exponent: exponent, significand: 1)
            values += [power, power.nextUp, power.nextDown, -power]
        }
        for _ in 0..<20_000 {
            values.append(Float.random(in: -1...1, using: &generator))
            let any = Float(bitPattern: UInt32.random(in: .min ... .max, using: &generator))
            if any.isFinite { values.append(any) }
        }
        let parts = text(values).dropFirst().dropLast().split(separator: ",")
        #expect(parts.count == values.count)
        for (part, value) in zip(parts, values) {
            let isSame = Float(part)?.bitPattern == value.bitPattern
            #expect(isSame, "\(value) became \(part)")
        }
    }

    @Test func `the text is as short as the standard library's, nearly always`() {
        var longer = 0
        for _ in 0..<10_000 {
            let value = Float.random(in: 0.001...1)
            if text([value]).utf8.count - 2 > value.description.utf8.count { longer += 1 }
        }
        #expect(longer < 20)
    }

    @Test func `no numbers are an empty array`() { #expect(text([]) == "[]") }
}
