import Testing

@testable import Settings

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct SourceTests {
    private static let size = Setting.integer("BATCH_SIZE", 1, in: 1...9, "")
    private static let keys = Setting.list("API_KEYS", "", isSecret: true)
    private static let password = Setting<String?>.optional("DB_PASS", "", isSecret: true)
    private static let url = Setting.url("DB_URL", "ws://host", "", schemes: ["ws"])
    private static let table = SettingsTable([.init("All", [size, keys, password, url])])

    private func values(
        _ environment: [String: String] = [:],
        dotEnv: String = "",
        file: String? = nil
    ) throws -> SettingValues {
        try SettingValues(Self.table, environment: environment, dotEnv: dotEnv) { _ in file }
    }

    @Test(arguments: ["BATCH_SIZ", "BATCH_SIZEE", "BATHC_SIZE", "BATCH_SIZO", "batch_size", "ATCH_SIZE"])
    func `a name that is one slip away is warned of`(name: String) throws {
        let values = try values(dotEnv: "\(name)=5\nOTHER=1")
        #expect(values.misspelt == [MisspeltSetting(name: name, meant: "BATCH_SIZE")])
        #expect(values[Self.size] == 1)
    }

    @Test(arguments: ["BATCH_SIZE", "API_KEYS_FILE", "SIZE", "BATCHES", "COMPOSE_PROJECT_NAME", "BATCH_SIZES_2"])
    func `other names are not`(name: String) throws {
        #expect(try values(dotEnv: "\(name)=5", file: "k").misspelt.isEmpty)
    }

    @Test func `secrets are trimmed, whatever they come from`() throws {
        #expect(try values(["DB_PASS": " secret\r\n"])[Self.password] == "secret")
        #expect(try values(dotEnv: "DB_PASS=\" secret \"")[Self.password] == "secret")
        #expect(try values(["DB_PASS_FILE": "f"], file: "secret\r\n")[Self.password] == "secret")
        #expect(try values(["DB_PASS": " \n"])[Self.password] == nil)
    }

    @Test(arguments: ["/dev/zero", "/", "/nonexistent"]) func `what is no small file has no value`(path: String) {
        #expect(SettingValues.contents(of: path) == nil)
    }

    @Test(.timeLimit(.minutes(5))) func `a pipe is read from whoever writes, and waited for from nobody`() {
        let path = "/tmp/embed-star-\(UInt64.random(in: 0...(.max)))"
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        #expect(SettingValues.contents(of: path) == "")
        let writer = open(path, O_RDWR)
        #expect(write(writer, "key", 3) == 3)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        close(writer)
        #expect(SettingValues.contents(of: path) == "key")
        close(reader)
    }

    @Test func `a comment or a blank line in a file of keys is no key`() throws {
        let file = "# of 2026\n\none\r\n  # old\ntwo,three\n"
        #expect(try values(["API_KEYS_FILE": "f"], file: file)[Self.keys] == ["one", "two", "three"])
        #expect(throws: SettingValues.Faults.self) { try values(["API_KEYS_FILE": "f"], file: "# none\n\n") }
    }

    @Test func `a file for what is read from none is refused by name`() throws {
        let faults = #expect(throws: SettingValues.Faults.self) { try values(["BATCH_SIZE_FILE": "f"], file: "5") }
        #expect(faults?.lines == ["BATCH_SIZE_FILE: BATCH_SIZE is not read from a file; set BATCH_SIZE"])
    }

    @Test(arguments: ["ws://host?x=1", "ws://host/rpc#a", "http://host"])
    func `an address to which no path can be added is refused`(url: String) {
        #expect(throws: SettingValues.Faults.self) { try values(["DB_URL": url]) }
    }
}
