import EmbeddingCore
import Testing

@testable import Search

/// Words of every script, as they are written and as they are looked for.
@Suite struct ScriptTests {
    struct Word: Sendable, CustomStringConvertible {
        let script: String
        let text: String
        let query: String

        init(_ script: String, _ text: String, _ query: String) {
            (self.script, self.text, self.query) = (script, text, query)
        }

        var description: String { "\(script): \(query)" }
    }

    static let words = [
        Word("Latin", "A résumé for developers", "resume"), Word("Latin", "resume parser", "Résumé"),
        Word("Latin", "Straßenkarte von München", "munchen"), Word("Latin", "STRASSE und Weg", "straße"),
        Word("Latin", "Đặng Việt Nam", "dang viet"), Word("Latin", "łódź transport", "lodz"),
        Word("Latin", "ｆｕｌｌｗｉｄｔｈ letters", "fullwidth"), Word("Latin", "the ﬁle oﬃce", "file office"),
        Word("Latin", "İstanbul haritası", "istanbul"), Word("Latin", "𝐛𝐨𝐥𝐝 statement", "bold"),
        Word("Greek", "Ελληνική γλώσσα", "γλωσσα"), Word("Greek", "ελληνικη γλωσσα", "Γλώσσα"),
        Word("Greek", "ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        Word("Cyrillic", "Нейронные сети", "НЕЙРОННЫЕ"), Word("Cyrillic", "ещё один клиент", "еще"),
        Word("Cyrillic", "Українська мова", "українська"),
        Word("Armenian", "Հայերեն լեզու", "հայերեն"), Word("Georgian", "ქართული ენა", "ქართული"),
        Word("Hebrew", "שָׁלוֹם עולם", "שלום"), Word("Arabic", "مكتبة البَرْمَجة", "البرمجة"),
        Word("Arabic", "مرحبـــا بالعالم", "مرحبا"), Word("Syriac", "ܫܠܡܐ ܥܠܡܐ", "ܫܠܡܐ"),
        Word("Devanagari", "हिन्दी भाषा", "हिन्दी"), Word("Bengali", "বাংলা ভাষা", "বাংলা"),
        Word("Gurmukhi", "ਪੰਜਾਬੀ ਭਾਸ਼ਾ", "ਪੰਜਾਬੀ"), Word("Tamil", "தமிழ் மொழி", "தமிழ்"),
        Word("Telugu", "తెలుగు భాష", "తెలుగు"), Word("Kannada", "ಕನ್ನಡ ಭಾಷೆ", "ಕನ್ನಡ"),
        Word("Sinhala", "සිංහල භාෂාව", "සිංහල"), Word("Ethiopic", "አማርኛ ቋንቋ", "አማርኛ"),
        Word("Thai", "โปรแกรมภาษาไทยสำหรับทุกคน", "ภาษาไทย"), Word("Thai", "ฐานข้อมูล", "ข้อมูล"),
        Word("Lao", "ຂ້ອຍຮຽນພາສາລາວ", "ພາສາ"), Word("Khmer", "ខ្ញុំរៀនភាសាខ្មែរ", "ភាសា"),
        Word("Burmese", "ကျွန်တော်မြန်မာစာ", "မြန်မာ"),
        Word("Han", "我家的猫很可爱", "猫"), Word("Han", "结巴中文分词", "分词"),
        Word("Kana", "ﾃﾞｰﾀﾍﾞｰｽ入門", "データベース"), Word("Kana", "ガイドブック", "ｶﾞｲﾄﾞ"),
        Word("Hangul", "데이터베이스를 위한 도구", "데이터베이스"),
        Word("Hangul", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF} 입력기", "한글"),
    ]

    @Test(arguments: words)
    func `a word is found as others write it`(word: Word) throws {
        let index = try TextIndex()
        _ = try index.upsert(Samples.id(1), Repo(fullName: "a/one", description: word.text))
        _ = try index.upsert(Samples.id(2), Repo(fullName: "a/two", description: "something else entirely"))
        let found = try index.matches(word.query, filter: SearchFilter(), limit: 10).words
        #expect(found.map(\.repo.fullName) == ["a/one"])
    }

    @Test
    func `the table is of 20 scripts at least`() {
        #expect(Self.words.count >= 40 && Set(Self.words.map(\.script)).count >= 20)
    }

    @Test(
        arguments: [
            ("München", "nchen"), ("हिन्दी", "हि"), ("résumé", "sum"), ("Đặng", "ng"), ("गुरु", "रु"),
        ]
    )
    func `a word is not found by what is left of it without its accented or marked letters`(text: String, query: String)
        throws
    {
        let index = try TextIndex()
        _ = try index.upsert(Samples.id(1), Repo(fullName: "a/one", description: text + " and so on"))
        #expect(try index.matches(query + " x", filter: SearchFilter(), limit: 10).words.isEmpty)
    }

    @Test(
        arguments: [
            ("kuber", "kubernetes/kubernetes"), ("torch", "pytorch/pytorch"), ("vue", "vuejs/core"),
            ("esrgan", "xinntao/Real-ESRGAN"), ("parser", "a/HTMLParser2"), ("html parser", "a/HTMLParser2"),
            ("yolo", "ultralytics/yolov5"), ("yolo v5", "ultralytics/yolov5"), ("C++ json", "nlohmann/json"),
            ("c# mapper", "DapperLib/Dapper"), ("databas", "b/store"),
        ]
    )
    func `beginnings and parts of names find them`(query: String, name: String) throws {
        let index = try TextIndex()
        let repos = [
            Repo(fullName: "kubernetes/kubernetes", stars: 100_000), Repo(fullName: "pytorch/pytorch", stars: 80_000),
            Repo(fullName: "vuejs/core", description: "Vue 3", stars: 40_000), Repo(fullName: "c/other", stars: 9),
            Repo(fullName: "xinntao/Real-ESRGAN", stars: 20_000), Repo(fullName: "a/HTMLParser2", stars: 50),
            Repo(fullName: "ultralytics/yolov5", stars: 40_000), Repo(fullName: "b/store", description: "A database"),
            Repo(fullName: "nlohmann/json", language: "C++", stars: 40_000),
            Repo(fullName: "json/json", language: "C#", stars: 40),
            Repo(fullName: "DapperLib/Dapper", description: "object mapper", language: "C#", stars: 18_000),
        ]
        for (number, repo) in repos.enumerated() { _ = try index.upsert(Samples.id(number), repo) }
        let matches = try index.matches(query, filter: SearchFilter(), limit: 10)
        #expect(CandidateRanking(matches, vectors: nil, index).ranked.hits.first?.repo.fullName == name)
    }

    @Test
    func `a text of marks costs what its length says`() throws {
        let index = try TextIndex()
        let text = "a" + String(repeating: "\u{301}", count: 500_000)
        _ = try index.upsert(Samples.id(1), Repo(fullName: "a/one", description: text))
        _ = try index.matches(text, filter: SearchFilter(), limit: 10)
    }
}
