@main struct EmbedStar { static func main() {} }
