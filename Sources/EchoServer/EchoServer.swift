@main struct EchoServer { static func main() {} }
