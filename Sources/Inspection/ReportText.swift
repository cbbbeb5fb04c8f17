// Shows a report as text for people: what they ask first comes first. Names of the file are printed as Message does.

import System

extension Report {
  /// How many lines of one kind are shown; `--json` has all.
  private static let mostLines = 40

  package var text: Message {
    var lines: [Message] = [headline]
    lines += summary
    lines += commandLines + noteLines + unknownLines + exportLines + storageLines
    lines += table("imports of WASI", capabilities.uses) { use in
      "\(use.capability.rawValue.padded(to: 12)) \(use.calls.joined(separator: ", "))"
    }
    lines += table("sections", sections) { section in
      let count: Message = section.count > 1 ? "  (\(section.count))" : ""
      return "\(section.name.padded(to: 28)) \(section.bytes.padded(to: 12))\(count)"
    }
    lines += table("producers", producers) { producer in
      "\(producer.field.padded(to: 14)) \(producer.name) \(producer.version)"
    }
    lines += table("largest functions of \(functionCount)", largestFunctions) { function in
      "\(function.bytes.padded(to: 10))  \(function.name ?? "function \(function.index)")"
    }
    return "\(lines.joined(separator: "\n"))\n"
  }

  private var headline: Message {
    let what: Message = kind == .module ? "a core module" : "a component"
    let how: Message =
      switch role {
      case .command: "a command"
      case .reactor: "a reactor with exports to call"
      case .library: "a library with exports to call"
      }
    return "\(file): \(what), \(how), \(bytes) bytes"
  }

  private var summary: [Message] {
    let does = capabilities.uses.filter { $0.capability != .files || $0.opensPaths }
      .map(capabilities.sentence)
    var lines: [Message] = []
    if problem == nil {
      lines.append(
        does.isEmpty
          ? "It imports nothing of WASI, so it computes alone."
          : "It \(does.joined(separator: "; ")).")
      let absences = capabilities.absences
      if !absences.isEmpty { lines.append("It \(absences.joined(separator: "; ")).") }
    }
    if !features.isEmpty {
      lines.append("Features of WebAssembly: \(features.joined(separator: ", ")).")
    }
    if let start { lines.append("Its start function is \(start).") }
    return lines.isEmpty ? [] : [""] + lines
  }

  private var commandLines: [Message] {
    guard let suggestion else {
      return problem == nil ? ["", "swasmc cannot run it as it is."] : []
    }
    var lines: [Message] = ["", "to run it", "  \(suggestion.commandLine)"]
    if !suggestion.grants.isEmpty {
      lines.append("  These grants are the most that it can use; leave out what it need not have:")
      let width = suggestion.grants.map { $0.words.joined(separator: " ").count }.max() ?? 0
      for grant in suggestion.grants {
        lines.append(
          "    \(grant.words.joined(separator: " ").padded(to: width))  \(grant.reason)")
      }
    }
    return lines
  }

  private var noteLines: [Message] {
    notes.isEmpty ? [] : [""] + notes.map { "\($0.text)" as Message }
  }

  private var unknownLines: [Message] {
    table("imports that nothing provides", unknownImports) { item in
      "\(item.name) (\(item.what))\n    needs \(item.advice)"
    }
  }

  private var exportLines: [Message] {
    table("exports", exports) { item in
      if item.isDeclaration {
        Message(lines: item.type.split(separator: "\n").joined(separator: "\n  "))
      } else {
        "\(item.kind.padded(to: 6)) \(item.name.isEmpty ? "\"\"" : item.name)  \(item.type)"
      }
    }
  }

  private var storageLines: [Message] {
    table("memories and tables", memories + tables) { item in
      let kind: Message =
        item.pageBytes > 0 ? "memory of \(item.pageBytes)-byte pages:" : "table of \(item.element):"
      let most: Message = item.maximum.map { "to \($0)" } ?? "and more"
      let facts: Message =
        "\(item.is64 ? ", 64-bit" : "")\(item.isShared ? ", shared" : "")\(item.isImported ? ", imported" : "")"
      return "\(kind) \(item.minimum) \(most)\(facts)"
    }
  }

  private func table<Item>(_ title: Message, _ items: [Item], _ line: (Item) -> Message)
    -> [Message]
  {
    if items.isEmpty { return [] }
    let shown = items.prefix(Self.mostLines).map { "  \(line($0))" as Message }
    let more = items.count - Self.mostLines
    return ["", title] + shown + (more > 0 ? ["  and \(more) more"] : [])
  }
}

extension String {
  /// With blanks after it, up to a width.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
  }
}

extension Int {
  /// With blanks before it, up to a width.
  func padded(to width: Int) -> String {
    let digits = String(self)
    return String(repeating: " ", count: Swift.max(0, width - digits.count)) + digits
  }
}
