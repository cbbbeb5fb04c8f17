// What WASI 0.2 has: the rows of wasi_p2.def by interface and name, and the versions of interfaces that they serve.

import CSwasmABI
import WasmComponent

enum WASIInterfaces {
  enum Item: Equatable {
    case resource
    /// The type of a function as FunctionTypeText writes it.
    case function(String)
  }

  /// By the name of the interface without its version, and the name of the item.
  static let items: [String: [String: Item]] = {
    var items: [String: [String: Item]] = [:]
    for position in 0..<swasm_wasi2_count {
      let row = swasm_wasi2_at(position).pointee
      let item = row.type.map { Item.function(String(cString: $0)) } ?? .resource
      items[String(cString: row.interface), default: [:]][String(cString: row.name)] = item
    }
    return items
  }()

  /// The name without its version, if the name is one of WASI 0.2: `wasi:io/poll` for `wasi:io/poll@0.2.3`. A later
  /// patch version only adds to what an earlier one has, so the table serves all of them.
  /// Spec: Explainer.md, Canonical Interface Name; semver.org 2.0.0, 8.
  static func unversioned(_ name: String) -> String? {
    let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].hasPrefix("wasi:") else { return nil }
    let numbers = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    guard numbers.count == 2 || numbers.count == 3, numbers[0] == "0", numbers[1] == "2" else {
      return nil
    }
    // The canonical form of a name has no patch version.
    if numbers.count == 2 { return String(parts[0]) }
    let patch = numbers[2].prefix { $0 != "+" }
    guard !patch.isEmpty, patch.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return String(parts[0])
  }

  /// Whether a function makes a stream of a file.
  static func makesFileStream(_ interface: String, _ name: String) -> Bool {
    unversioned(interface) == "wasi:filesystem/types" && name.hasSuffix("-via-stream")
  }
}
