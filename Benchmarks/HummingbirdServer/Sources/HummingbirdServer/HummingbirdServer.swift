import Hummingbird
import Logging

/// `GET /livez` gives a short text, `POST /v1/embeddings` an answer of the size of one text's embedding in base64.
@main
struct HummingbirdServer {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            fatalError("usage: HummingbirdServer PORT")
        }
        let vector = String(repeating: "A", count: 2048)
        let embedding =
            #"{"object":"list","data":[{"object":"embedding","index":0,"embedding":"\#(vector)"}],"#
            + #""model":"all-MiniLM-L6-v2","usage":{"prompt_tokens":8,"total_tokens":8}}"#
        let router = Router()
        router.get("livez") { _, _ in "ok\n" }
        router.post("v1/embeddings") { request, _ in
            _ = try await request.body.collect(upTo: 2 << 20)
            return Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: embedding))
            )
        }
        var logger = Logger(label: "hummingbird")
        logger.logLevel = .error
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            logger: logger
        )
        try await application.runService()
    }
}
