import ArgumentParser

/// `embed-star open`: the page in a browser.
struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Open the page of a running embed-star in the browser.",
        discussion: """
            Without a browser, as over SSH, it only prints the address.

            Examples:
              embed-star open
            """
    )

    @Option(help: "URL of the service; by default EMBED_STAR_URL, else built from HOST and PORT.")
    var server: String?

    func run() async throws {
        try await CommandContext.run { context in
            let client = context.service(server)
            try await client.send("GET", "/")
            print(client.baseURL)
            guard StandardOutput.isTerminal else { return }
            #if os(Linux)
                let opener = "xdg-open"
            #else
                let opener = "open"
            #endif
            _ = try? ChildProcess(opener, [client.baseURL])
        }
    }
}
