import Testing

@testable import EmbedStar

@Suite struct EmbeddedPageTests {
    private static let html = """
        <head>
        <link rel="stylesheet" href="a.css">
        <link rel="stylesheet" href="b.css">
        </head>
        <script type="module" src="main.js"></script>
        """

    @Test
    func `styles and modules take the places of the links to them`() {
        let page = EmbeddedPage(
            html: Self.html,
            styles: "a {}",
            modules: "export const a = 1;\nimport { b } from \"b\";\nb();"
        )
        #expect(
            String(decoding: page.bytes, as: UTF8.self) == """
                <head>
                <style>a {}</style>
                </head>
                <script type="module">const a = 1;
                b();</script>
                """
        )
    }

    @Test
    func `the policy names what is in the page, by the hashes that a browser computes`() {
        let page = EmbeddedPage(html: Self.html, styles: "", modules: "")
        // SHA-256 of nothing.
        let empty = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
        #expect(page.contentSecurityPolicy.contains("script-src \(empty); style-src \(empty);"))
        #expect(page.contentSecurityPolicy.hasPrefix("default-src 'none'; "))
    }

    @Test
    func `images come from elsewhere only where that is allowed`() {
        let closed = EmbeddedPage(html: Self.html, styles: "", modules: "")
        #expect(closed.contentSecurityPolicy.contains("; img-src data:; "))
        #expect(!String(decoding: closed.bytes, as: UTF8.self).contains("avatars"))
        let open = EmbeddedPage(html: Self.html, styles: "", modules: "", avatars: "https://pictures.example")
        #expect(open.contentSecurityPolicy.contains("; img-src data: https://pictures.example; "))
        let meta = "<meta name=\"avatars\" content=\"https://pictures.example\">\n</head>"
        #expect(String(decoding: open.bytes, as: UTF8.self).contains(meta))
    }

    @Test
    func `the page that the binary carries has neither links to files nor modules' seams`() {
        let text = String(decoding: EmbeddedFiles.page().bytes, as: UTF8.self)
        #expect(text.contains("<style>") && text.contains("startRouter(show)"))
        #expect(!text.contains("rel=\"stylesheet\"") && !text.contains("\nimport {") && !text.contains("\nexport "))
    }
}
