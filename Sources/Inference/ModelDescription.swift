/// What a model's folder says of it without its weights.
package enum ModelDescription {
    private static let largestVocabulary = 1 << 24

    /// Refuses a model that could not be loaded, whatever its weights: of no known family, or with a tokenizer, a module,
    /// or a pooling that is not computed.
    /// - Throws: `.modelNotFound`, `.invalidModel`, `.unsupportedModel`, naming file and field.
    package static func check(modelDirectory: String) throws(InferenceError) {
        let folder = try ModelFolder(path: modelDirectory)
        _ = try ModelFamily.of(folder)
        _ = try Prompts(folder)
        _ = try folder.sequenceLimit()
        try SentenceHead.check(folder)
        // Of special tokens nothing is known yet: they must be below the weights' rows.
        _ = try TokenizerFile(directory: folder.encoderPath).tokenizer(vocabulary: largestVocabulary, special: false)
    }
}
