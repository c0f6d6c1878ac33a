import Testing

@testable import Server

@Suite struct ByteSetTests {
    private static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    private func expect(_ set: ByteSet, toBe text: some Collection<UInt8>) {
        let members = Set(text)
        for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == members.contains(byte), "\(byte)") }
    }

    @Test func `sets are those of the grammars`() {
        expect(.token, toBe: Array((Self.alphanumerics + "!#$%&'*+-.^_`|~").utf8))
        expect(.host, toBe: Array((Self.alphanumerics + "-._~%!$&'()*+;=").utf8))
        expect(.target, toBe: (0x21...0x7E).filter { $0 != 0x23 })
    }

    @Test func `text is what a field value may have`() {
        for byte in UInt8.min...UInt8.max {
            #expect(byte.isText == (byte == 9 || (byte >= 32 && byte != 127)), "\(byte)")
        }
    }
}
