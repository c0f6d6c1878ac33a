import EmbeddingCore
import Testing

@testable import Search

@Suite struct GlossaryTests {
    @Test(
        arguments: [
            ("gestionnaire de mots de passe", "password manager"), ("Passwortverwaltung", "password management"),
            ("wachtwoordbeheerder", "password manager"),
            ("base de données orientée graphe", "database graph"), ("système d'exploitation", "operating system"),
            ("système d\u{2019}exploitation", "operating system"), ("менеджер паролей", "manager password"),
            ("开源游戏引擎", "open source game engine"), ("機械学習 ライブラリ python", "machine learning library python"),
            ("음성 인식", "voice recognition"), ("MOTOR DE BÚSQUEDA", "search engine"),
            ("โปรแกรมจัดการรหัสผ่าน", "password"), ("libreria per grafici", "library chart charts"),
        ]
    )
    func `a text of another language has its English`(text: String, english: String) throws {
        let words = try #require(Glossary.standard.english(of: text.unicodeScalars)).split(separator: " ")
        for word in english.split(separator: " ") { #expect(words.contains(word), "\(words)") }
    }

    @Test(
        arguments: [
            "password manager", "kubernetes", "don't repeat yourself", "motorola", "databases", "listener",
            "it's a d'oh", "", "東", "''''",
        ]
    )
    func `what is English, a name, or unknown stays as it is`(text: String) {
        #expect(Glossary.standard.english(of: text.unicodeScalars) == nil)
    }

    @Test func `the first entry of a table counts, and a phrase before its words`() {
        let glossary = Glossary("-: de; big: grande; town: ciudad, grande; New York: manzana de grande;")
        #expect(glossary.meanings(ofWords: ["grande", "ciudad", "otra"]) == [["big"], ["town"], []])
        #expect(glossary.meanings(ofWords: ["manzana", "grande"]) == [["New"], ["York"]])
        #expect(glossary.isFiller("de") && !glossary.isFiller("grande"))
    }

    @Test func `a repo that is described in English is found in another language`() async throws {
        let repos = [
            ("a/keeper", "A password manager for teams"), ("b/motor", "An electric motor"), ("c/none", "Notes"),
        ]
        let rows = repos.enumerated().map { number, repo in
            Samples.row(number, Repo(fullName: repo.0, description: repo.1, stars: 1), nil)
        }
        let catalog = try await Samples.catalog(rows)
        for query in ["gestor de contraseñas", "密码管理器", "пароли"] {
            let matches = await catalog.matches(query, filter: SearchFilter(), limit: 10)
            #expect(matches.words.map(\.repo.fullName) == ["a/keeper"], "\(query)")
        }
    }
}
