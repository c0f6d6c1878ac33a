package import Settings

/// Where Ollama's servers are, and whether they fetch what they lack.
package enum OllamaSettings {
    package static let urls = Setting.urls(
        "OLLAMA_URL",
        "http://localhost:11434",
        "several, comma-separated: requests are spread, a failing one is left out for a while"
    )
    package static let pulls = Setting.boolean("OLLAMA_PULL", false, "pull a missing Ollama model")
}
