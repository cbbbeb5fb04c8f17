// How an executable was made: a section of text with a line `name=value` for each fact. `swasmc inspect` reads it, and
// so can people: `readelf -p .swasm.build app`. The process does not load it.

import ObjectFile
import Targets

/// The facts about an executable that its code no longer shows.
package struct BuildRecord: Sendable, Equatable {
  /// The section of the record.
  package static let section = ".swasm.build"
  /// The section of the policy, which the runtime reads.
  package static let policySection = ".swasm.policy"

  /// In the order in which they are written. The first is the compiler's version.
  package private(set) var facts: [(name: String, value: String)] = []

  init() {}

  init(_ options: CompileOptions, target: Target, processor: Processor) {
    facts = [
      ("swasmc", swasmcVersion), ("target", target.name), ("cpu", processor.name),
      ("optimization", options.optimization.rawValue),
      ("bounds-checks", options.boundsChecks.rawValue),
    ]
    if options.preciseTraps { facts.append(("precise-traps", "yes")) }
    if options.countsProfile { facts.append(("pgo-generate", "yes")) }
    if options.coredump != nil { facts.append(("coredump", "yes")) }
    if !options.profiles.isEmpty { facts.append(("pgo-use", "yes")) }
    if options.preinit != nil { facts.append(("preinit", "yes")) }
    if options.strip { facts.append(("strip", "yes")) }
    if options.unknownImports == .trap { facts.append(("unknown-imports", "trap")) }
  }

  /// Reads the record of an executable; nil if it has none. Lines that are no facts are left out.
  package init?(of executable: ElfFile) {
    guard let bytes = executable.contents(ofSection: Self.section), bytes.count <= 4096 else {
      return nil
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { facts.append((String(parts[0]), String(parts[1]))) }
    }
    guard facts.first?.name == "swasmc" else { return nil }
  }

  package subscript(_ name: String) -> String? { facts.first { $0.name == name }?.value }

  func encoded() -> [UInt8] { Array(facts.map { "\($0.name)=\($0.value)\n" }.joined().utf8) }

  package static func == (a: BuildRecord, b: BuildRecord) -> Bool {
    a.encoded() == b.encoded()
  }
}
