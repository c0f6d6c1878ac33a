import EmbeddingCore
import Providers
import Routing
import Server
import Settings
import SurrealDB
import Testing

@testable import EmbedStar

@Suite struct SettingValuesTests {
    private func faults(
        arguments: [String] = [],
        environment: [String: String] = [:],
        dotEnv: String? = nil
    ) -> [String] {
        do {
            _ = try SettingValues(.product, arguments: arguments, environment: environment, dotEnv: dotEnv)
            return []
        } catch { return error.lines }
    }

    @Test func `prefers flag then environment then file then default`() throws {
        let file = "PORT=1\nHOST=file\nDB_USER=file"
        let values = try SettingValues(
            .product,
            arguments: ["--port", "3"],
            environment: ["PORT": "2", "HOST": "env"],
            dotEnv: file
        )
        #expect(values[ServerSettings.port] == 3)
        #expect(values[ServerSettings.host] == "env")
        #expect(values[DatabaseSettings.user] == "file")
        #expect(values[DatabaseSettings.poolSize] == 10)
        #expect(values.shown(ServerSettings.host).source == .environment)
        #expect(values.shown(DatabaseSettings.poolSize).source == .default)
    }

    @Test func `counts empty values as not set`() throws {
        let values = try SettingValues(.product, environment: ["PORT": ""], dotEnv: "PORT=7")
        #expect(values[ServerSettings.port] == 7)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("localhost", true), ("LOCALHOST", true), ("::1", true), ("::ffff:127.0.0.1", true),
        ("unix:/run/a", true), ("0.0.0.0", false), ("::", false), ("127.example.com", false), ("10.0.0.1", false),
    ])
    func `tells whether only this machine reaches the address`(host: String, isLoopback: Bool) throws {
        let values = try SettingValues(.product, environment: ["HOST": host])
        #expect(ServerSettings.isLoopbackOnly(values) == isLoopback)
    }

    @Test(arguments: [("none", ""), ("find: ", "find: "), ("", nil)] as [(String, String?)])
    func `takes a prefix or none or the models own`(_ text: String, _ prefix: String?) throws {
        let values = try SettingValues(.product, environment: ["QUERY_PREFIX": text, "DOCUMENT_PREFIX": text])
        #expect(values[GatewaySettings.queryPrefix] == prefix)
        #expect(values[GatewaySettings.documentPrefix] == prefix)
    }

    @Test func `reports all faults together without secrets`() {
        let lines = faults(
            arguments: ["--prot", "1"],
            environment: ["PORT": "many", "EMBEDDING_PROVIDER": "acme", "DB_URL": "localhost:8000"],
            dotEnv: "what is this"
        )
        #expect(lines.contains { $0.hasPrefix("--prot: unknown") })
        #expect(lines.contains("PORT: \"many\" is not accepted; it takes a whole number from 0 to 65535"))
        #expect(
            lines.contains(
                "EMBEDDING_PROVIDER: \"acme\" is not accepted; it takes one of "
                    + ProviderKinds.all.map(\.name.rawValue).joined(separator: ", ")
            )
        )
        #expect(lines.contains { $0.hasPrefix("DB_URL: \"localhost:8000\" is not accepted") })
        #expect(lines.contains(".env, line 1: not understood; write NAME=value"))
    }

    @Test func `reads secrets from files`() throws {
        let values = try SettingValues(
            .product,
            environment: ["DB_PASS_FILE": "/run/pass"],
            readFile: { $0 == "/run/pass" ? "s3cret-pass\n" : nil }
        )
        #expect(values[DatabaseSettings.password] == "s3cret-pass")
        #expect(values.shown(DatabaseSettings.password).text == "***")
        #expect(values.secrets.contains("s3cret-pass"))
        #expect(
            faults(environment: ["DB_PASS_FILE": "/nowhere"]) == ["DB_PASS_FILE: cannot read a value from /nowhere"]
        )
    }

    @Test func `reads keys again from their file`() throws {
        let values = try SettingValues(
            .product,
            environment: ["API_KEYS_FILE": "/run/keys", "PRIVATE_SEARCH_KEYS": "trusted"],
            readFile: { _ in "one, two\nthree\n" }
        )
        #expect(values[APISettings.apiKeys] == ["one", "two", "three"])
        #expect(values.mayChange)
        let changed = values.readFilesAgain { $0 == "/run/keys" ? "four" : nil }
        #expect(changed.changed == ["API_KEYS"] && changed.unreadable.isEmpty)
        #expect(values[APISettings.apiKeys] == ["four"])
        #expect(values.secrets.contains("four"))
        let same = values.readFilesAgain { _ in "four\n" }
        #expect(same.changed.isEmpty && same.unreadable.isEmpty)
        for text in [nil, "", " \n", ",\n,"] as [String?] {
            let unreadable = values.readFilesAgain { _ in text }
            #expect(unreadable.changed.isEmpty && unreadable.unreadable == ["API_KEYS"])
        }
        #expect(values[APISettings.apiKeys] == ["four"])
        #expect(values[APISettings.privateSearchKeys] == ["trusted"])
    }

    @Test func `a secret is asked for when it is needed`() throws {
        let environment = ["DB_PASS_FILE": "/p", "OPENAI_API_KEY_FILE": "/k"]
        let values = try SettingValues(.product, environment: environment) { _ in "old" }
        let (database, key) = (SurrealConfiguration(values), try #require(values.secret(OpenAISettings.key)))
        _ = values.readFilesAgain { $0 == "/p" ? "new pass" : "new key" }
        #expect(database.password() == "new pass")
        #expect(key() == "new key")
        let none = values.secret(TogetherSettings.key) == nil
        #expect(none)
    }

    @Test(arguments: [",", " , ,"])
    func `refuses a list of keys without keys`(text: String) {
        #expect(faults(environment: ["API_KEYS": text]).count == 1)
    }

    @Test func `names settings of the predecessor that have no effect`() throws {
        let values = try SettingValues(
            .product,
            environment: ["RUST_LOG": "info", "POOL_MAX_SIZE": ""],
            dotEnv: "POOL_TIMEOUT_SECS=3"
        )
        #expect(values.retired.map(\.name) == ["RUST_LOG", "POOL_TIMEOUT_SECS"])
        #expect(
            RetiredSetting.warning(for: values.retired)
                == "settings of embed_star that no longer have an effect: RUST_LOG (use LOG_LEVEL), "
                + "POOL_TIMEOUT_SECS (remove it)"
        )
        #expect(RetiredSetting.warning(for: []) == nil)
    }

    @Test func `treats credentials in URLs as secrets`() throws {
        let values = try SettingValues(
            .product,
            environment: [
                "DB_URL": "wss://me:pa55word@db:8000", "OLLAMA_URL": "http://a,http://k3y-of-b@b",
            ]
        )
        #expect(values.shown(DatabaseSettings.url).text == "wss://***@db:8000")
        #expect(values.shown(OllamaSettings.urls).text == "http://a,http://***@b")
        #expect(Set(values.secrets).isSuperset(of: ["me:pa55word", "pa55word", "k3y-of-b"]))
        #expect(faults(environment: ["DB_URL": "ftp://me:pa55word@db"]).allSatisfy { !$0.contains("pa55word") })
    }

    @Test func `treats the values of fields as secrets`() throws {
        let values = try SettingValues(
            .product,
            environment: [
                "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Bearer t0ken, x-key=abc=def"
            ]
        )
        #expect(Set(values.secrets).isSuperset(of: ["Bearer t0ken", "abc=def"]))
    }

    @Test(arguments: [
        ("PROVIDER_HEADERS", "x-key=a, Content-Length=3"), ("OTEL_EXPORTER_OTLP_HEADERS", "transfer-encoding=chunked"),
        ("MODEL_ALIASES", "ada-002="), ("MODEL_ALIASES", "=all-MiniLM-L6-v2"), ("HOST", "unix:"),
    ])
    func `refuses what could only fail later`(name: String, value: String) {
        #expect(faults(environment: [name: value]).count == 1)
    }

    @Test func `documents every setting once`() {
        #expect(Set(SettingsTable.product.settings.map(\.name)).count == SettingsTable.product.settings.count)
        for setting in SettingsTable.product.settings {
            #expect(SettingsTable.product.help.contains("  \(setting.flag)\n"))
            #expect(SettingsTable.product.dotEnvExample.contains("#\(setting.name)="))
            #expect(SettingsTable.product.markdown.contains("| `\(setting.name)` |"))
        }
    }
}
