// What an executable of swasmc says of itself: the record of its compilation, and the policy that it carries. The bytes
// may be anybody's.

import Driver
import ObjectFile
import Policy
import System

/// A report on an executable.
package struct ExecutableReport: Sendable {
  package let file: HostString
  package let bytes: Int
  package let build: BuildRecord
  package let policy: Policy
  package let sections: [SectionSize]

  /// A file of ours has fewer sections, with shorter names.
  private static let mostSections = 1000
  private static let mostNameBytes = 1 << 16

  /// Throws if the file is no executable of swasmc.
  init(_ input: InputFile) throws(DriverError) {
    let elf: ElfFile
    do throws(ObjectFormatError) {
      elf = try ElfFile(
        input.bytes, mostSections: Self.mostSections, mostNameBytes: Self.mostNameBytes)
    } catch {
      throw .invalidModule(
        .noModule,
        path: input.name, offset: nil,
        message: "this ELF file cannot be read: \(error.message); swasmc did not make it")
    }
    guard let build = BuildRecord(of: elf),
      let records = elf.contents(ofSection: BuildRecord.policySection)
    else {
      throw .invalidModule(
        .noModule,
        path: input.name, offset: nil,
        message: """
          this ELF file was not made by swasmc, or its sections were removed; only modules, components and executables \
          of swasmc can be inspected
          """)
    }
    guard let policy = Policy(encoded: records) else {
      throw .invalidModule(
        .noModule,
        path: input.name, offset: nil,
        message: "the policy in this executable is damaged, so it will not start")
    }
    file = input.name
    bytes = input.bytes.count
    self.build = build
    self.policy = policy
    sections = elf.sections.filter { !$0.range.isEmpty }.map {
      SectionSize(name: shortened($0.name), bytes: $0.range.count)
    }
  }

  static func isExecutable(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46])
  }

  // MARK: Sentences

  /// What the executable was granted, and how it is limited, a sentence each.
  package var facts: [String] {
    var facts = [
      policy.hardening == .off
        ? "It starts without the kernel's hardening."
        : policy.hardening == .require
          ? "It starts only if the kernel can hold it to its grants (Landlock, seccomp)."
          : "It lets the kernel hold it to its grants (Landlock, seccomp), as far as the kernel can.",
      policy.sealed
        ? "It is sealed: the person who starts it can grant nothing."
        : "It is not sealed: the person who starts it can add grants (SWASM_DIR and others).",
    ]
    facts.append(
      build["bounds-checks"] == "explicit"
        ? "It compares each address with the size of its memory."
        : "Guard pages around each memory catch accesses outside of it.")
    facts.append("Its code passed the isolation check, as that of all executables of swasmc.")
    return facts
  }
}
