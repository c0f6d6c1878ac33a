/// The version of this build, as `--version`, `/health` and the metric `build_info` give it.
enum Version {
    static let current = "0.2.0"
}
