extension Double {
    /// Without the digits that mean nothing.
    func rounded(toPlaces places: Int) -> Double {
        var unit = 1.0
        for _ in 0..<places { unit *= 10 }
        return (self * unit).rounded() / unit
    }
}
