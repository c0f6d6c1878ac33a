import Settings

/// Where a deployment of Azure OpenAI is and who asks.
enum AzureSettings {
    static let endpoint = Setting.optionalURL(
        "AZURE_OPENAI_ENDPOINT",
        "the resource, such as `https://name.openai.azure.com`",
        schemes: ["http", "https"]
    )
    static let deployment = Setting.optional(
        "AZURE_OPENAI_DEPLOYMENT",
        "the deployment's name",
        shown: "the model's name"
    ).resolved { settings in
        settings[GatewaySettings.provider].name == ProviderKind.azure.name
            ? settings.shown(GatewaySettings.model).text : nil
    }
    static let version = Setting.text("AZURE_OPENAI_API_VERSION", "2024-10-21", "version of Azure's API")
    static let key = Setting.optional("AZURE_OPENAI_API_KEY", "key of the resource", isSecret: true)
    static let token = Setting.optional(
        "AZURE_OPENAI_AD_TOKEN",
        "bearer token of Microsoft Entra, in place of a key",
        isSecret: true
    )
}
