// What `swasmc inspect` finds out about a module or a component. Readers fill it in (module/, component/); the two
// writers (ReportText.swift, ReportJSON.swift) show it.

import System
import WasmModule

/// A report on a module or component.
package struct Report: Sendable {
  package enum Kind: String, Sendable { case module, component }

  /// How the program is used.
  package enum Role: String, Sendable {
    /// It runs by itself.
    case command
    /// It has an `_initialize`, and exports to call after it.
    case reactor
    /// It has exports to call.
    case library
  }

  package let file: HostString
  package let kind: Kind
  package let bytes: Int
  package var role = Role.library
  package var sections: [SectionSize] = []
  package var producers: [Producer] = []
  package var features: [String] = []
  package var capabilities = CapabilityUses()
  package var unknownImports: [UnknownUse] = []
  /// What stands out about the file, and what to do: kinds of toolchains, things that swasmc lacks.
  package var notes: [Note] = []
  package var exports: [ExportedItem] = []
  package var memories: [SizedItem] = []
  package var tables: [SizedItem] = []
  /// The name of the start function.
  package var start: String?
  package var largestFunctions: [FunctionSize] = []
  package var functionCount = 0
  /// nil if swasmc cannot run the program.
  package var suggestion: Suggestion?
  /// Why the file is refused, and where, in bytes from its start.
  package var problem: WasmError?

  init(file: HostString, kind: Kind, bytes: Int) {
    self.file = file
    self.kind = kind
    self.bytes = bytes
  }
}

/// All sections of one kind together.
package struct SectionSize: Sendable, Equatable {
  package let name: String
  /// With their headers.
  package var bytes: Int
  package var count = 1
}

/// An entry of a producers section.
package struct Producer: Sendable, Hashable {
  /// `language`, `processed-by` or `sdk`.
  package let field: String
  package let name: String
  /// Empty if there is none.
  package let version: String
}

/// An import that nothing provides.
package struct UnknownUse: Sendable, Equatable {
  /// `env.log`, or the name of an interface.
  package let name: String
  /// `function [i32] -> []`; for an interface, its functions.
  package let what: String
  /// What would provide it.
  package let advice: String
}

package struct Note: Sendable, Equatable {
  /// A word for programs: `threads`, `emscripten`.
  package let key: String
  package let text: String
}

package struct ExportedItem: Sendable, Equatable {
  /// The name in the file.
  package let name: String
  /// `func`, `memory`, `table`, `global`, `tag`; for components also `instance`, `type`.
  package let kind: String
  /// As people write it: `[i32 i32] -> [i32]`, or WIT.
  package let type: String
  /// Whether `text` is complete without the name, as WIT is.
  package var isDeclaration = false
}

/// A memory or a table.
package struct SizedItem: Sendable, Equatable {
  /// Pages or elements.
  package let minimum: UInt64
  package let maximum: UInt64?
  /// Of a memory: the bytes of a page. Of a table: 0.
  package var pageBytes = 0
  /// Of a table: the type of its elements.
  package var element = ""
  package var is64 = false
  package var isShared = false
  package var isImported = false
}

package struct FunctionSize: Sendable, Equatable {
  package let index: UInt32
  package let name: String?
  /// The bytes of its body.
  package let bytes: Int
}

/// A command line that runs the program.
package struct Suggestion: Sendable, Equatable {
  package struct Grant: Sendable, Equatable {
    /// `["--dir", "."]`
    package let words: [String]
    /// Why the program can use it.
    package let reason: String
  }

  /// The most that the program's imports can use.
  package var grants: [Grant] = []
  /// Options that are no grants: `--invoke`, `--unknown-imports`.
  package var options: [String] = []
  package let file: HostString
  /// The arguments of an export that is called.
  package var arguments: [String] = []

  /// The words after `swasmc`, not quoted.
  package var words: [HostString] {
    ["run"] + grants.flatMap { $0.words.map { HostString($0) } }
      + options.map { HostString($0) } + [file] + arguments.map { HostString($0) }
  }

  /// For a shell.
  package var commandLine: HostString {
    words.reduce("swasmc") { "\($0) \($1.quotedForShell)" }
  }
}

/// A name of the file, cut so that a report stays readable.
func shortened(_ text: String, to most: Int = 200) -> String {
  // The count of all scalars would take time for a name of megabytes.
  let head = text.unicodeScalars.prefix(most + 1)
  return head.count > most ? String(head.prefix(most - 1)) + "…" : text
}
