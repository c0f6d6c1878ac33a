import FoundationEssentials
import HTTP
import Testing

@testable import Routing

/// The routes and `openapi.yaml` name the same operations.
@Suite struct ContractTests {
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "openapi.yaml")

    /// The operations of the contract, by the indentation of its section `paths`.
    private func documented() throws -> Set<String> {
        let text = String(decoding: try Data(contentsOf: Self.file), as: UTF8.self)
        let methods = Set(HTTPMethod.allCases.map { $0.rawValue.lowercased() })
        var operations: Set<String> = []
        var path = ""
        var isInPaths = false
        for line in text.split(separator: "\n") {
            if !line.hasPrefix(" ") { isInPaths = line == "paths:" }
            guard isInPaths, line.hasSuffix(":") else { continue }
            let name = line.dropLast().trimmingSpaces()
            if line.hasPrefix("  /") { path = name }
            if line.hasPrefix("    "), !line.hasPrefix("     "), methods.contains(name) {
                operations.insert("\(name.uppercased()) \(path)")
            }
        }
        return operations
    }

    @Test func `every route is in the contract and the other way round`() throws {
        let endpoints = StubServices().api().endpoints
        let routes = Set(
            endpoints.map { endpoint in
                "\(endpoint.method.rawValue) \(endpoint.template.split(separator: "...").joined())"
            }
        )
        // Another name of a route is reported where its path is that of a route, too.
        let named = PathAlias.all(of: endpoints.map(\.template)).filter { alias in
            routes.contains { $0.hasSuffix(" \(alias.path)") }
        }
        let aliases = named.flatMap { alias in
            routes.filter { $0.hasSuffix(" \(alias.target)") }.map { $0.replacing(alias.target, with: alias.path) }
        }
        #expect(try documented() == routes.union(aliases))
    }
}
