/// The command line's settings, told apart from the subcommands' own flags.
package enum SettingFlags {
    /// Those given to this process.
    @TaskLocal package static var current: [String] = []

    /// Splits `arguments` into settings, with their values, and the rest. What follows `--` is left alone.
    package static func extract(
        from arguments: [String],
        of table: SettingsTable
    ) -> (flags: [String], rest: [String]) {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        var flags: [String] = []
        var rest: [String] = []
        var candidates = arguments[..<end]
        while let argument = candidates.popFirst() {
            let name = String(argument.prefix { $0 != "=" })
            guard table.name(ofFlag: name) != nil else {
                rest.append(argument)
                continue
            }
            flags.append(argument)
            if name == argument, let value = candidates.popFirst() { flags.append(value) }
        }
        return (flags, rest + arguments[end...])
    }
}
