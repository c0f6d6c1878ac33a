package import Crypto

extension SHA256 {
    /// The digest of `bytes` in lower-case hexadecimal.
    package static func hexadecimal(of bytes: some Sequence<UInt8>) -> String { hash(data: Array(bytes)).hexadecimal }
}

extension Sequence<UInt8> {
    /// Two lower-case digits a byte.
    var hexadecimal: String {
        map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
