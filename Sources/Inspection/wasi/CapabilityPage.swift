// `swasmc wasi`: the list of capabilities, and a page for each. The calls are the rows of wasi_p1.def and wasi_p2.def.

import CExamples
import CSwasmABI
import System

/// The reference of what WASI offers and swasmc has.
public enum CapabilityPages {
  /// All capabilities, and how programs are built.
  public static var list: String {
    var lines = ["What a program can do with the host. `swasmc wasi NAME` shows one.", ""]
    for capability in Capability.allCases {
      lines.append("  \(capability.rawValue.padded(to: 12))  \(capability.purpose)")
    }
    lines += ["", "How to build a program for WASI", ""]
    for recipe in BuildRecipe.all {
      for (position, command) in recipe.commands.enumerated() {
        lines.append("  \((position == 0 ? recipe.language : "").padded(to: 8))\(command)")
      }
    }
    lines += [
      "",
      "swasmc has all of preview 1 (wasi_snapshot_preview1), the older wasi_unstable, and WASI 0.2.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The names, as `page` takes them.
  public static var names: [String] { Capability.allCases.map(\.rawValue) }

  /// The page of a capability; nil if there is none of this name.
  public static func page(_ name: String) -> String? {
    guard let capability = Capability(rawValue: name) else { return nil }
    var lines = ["\(name): \(capability.purpose)", ""]
    lines.append(
      capability.grant.map { "Grant: \($0)" } ?? "Grant: none; every program may do this.")
    lines += capability.remarks
    lines += ["", "preview 1", "  \(wrapped(capability.preview1Calls))"]
    lines += ["", "WASI 0.2"]
    for (interface, functions) in capability.interfaces {
      lines += ["  \(interface)", "    \(wrapped(functions, indent: "    "))"]
    }
    lines += ["", "in each language"]
    for (language, calls) in capability.languages {
      lines.append("  \(language.padded(to: 8))\(calls)")
    }
    lines += ["", "example (examples/wasi/\(name)/main.c)", ""]
    lines += capability.example.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.isEmpty ? "" : "  \($0)"
    }
    return lines.joined(separator: "\n")
  }

  /// Names with commas between them, in lines that fit a terminal.
  private static func wrapped(_ names: [String], indent: String = "  ") -> String {
    if names.isEmpty { return "nothing" }
    var (text, width) = ("", indent.count)
    for (position, name) in names.enumerated() {
      let word = name + (position < names.count - 1 ? "," : "")
      if position > 0, width + word.count + 1 > 100 {
        text += "\n\(indent)"
        width = indent.count
      } else if position > 0 {
        text += " "
        width += 1
      }
      text += word
      width += word.count
    }
    return text
  }
}

extension Capability {
  /// The calls of preview 1, in the order of the table.
  package var preview1Calls: [String] {
    (0..<swasm_wasi_call_count).map { String(cString: swasm_wasi_call_at($0).pointee.name) }
      .filter { Capability(preview1: $0) == self }
  }

  /// The interfaces of WASI 0.2 with their functions, in the order of the table.
  package var interfaces: [(interface: String, functions: [String])] {
    var result: [(interface: String, functions: [String])] = []
    for position in 0..<swasm_wasi2_count {
      let row = swasm_wasi2_at(position).pointee
      guard row.type != nil else { continue }
      let (interface, name) = (String(cString: row.interface), String(cString: row.name))
      guard Capability(interface: interface, function: name) == self else { continue }
      if result.last?.interface != interface { result.append((interface, [])) }
      result[result.count - 1].functions.append(name)
    }
    return result
  }

  /// A program in C that uses the capability.
  package var example: String {
    guard let text = swasmc_example(rawValue) else {
      preconditionFailure("examples/wasi has no program for \(rawValue)")
    }
    return String(cString: text)
  }
}
