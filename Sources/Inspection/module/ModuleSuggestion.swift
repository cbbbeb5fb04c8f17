// The command line that runs a core module with the most that its imports can use.

import System
import WasmModule

extension Suggestion {
  /// nil if swasmc cannot run the module: it needs what nothing provides, or has nothing to call.
  init?(for module: Module, _ report: Report) {
    let lacks = Set(report.notes.map(\.key))
    let needsItems = module.imports.contains {
      if case .function = $0.entity { false } else { true }
    }
    guard !needsItems, lacks.isDisjoint(with: ["threads", "object-file", "shared-library"]) else {
      return nil
    }
    self.init(file: report.file)
    grants = Self.grants(report.capabilities, isGo: report.isMadeByGo)
    if !report.unknownImports.isEmpty { options += ["--unknown-imports", "trap"] }
    if report.role == .command { return }
    guard let (name, values) = Self.call(in: module) else { return nil }
    options += ["--invoke", name]
    arguments = values
  }

  /// The first export that can be called with numbers, with an example of them. Compilers begin the names of their own
  /// functions with an underscore.
  private static func call(in module: Module) -> (name: String, values: [String])? {
    for export in module.exports
    where !export.name.isEmpty && !export.name.utf8.starts(with: "_".utf8) {
      guard case .function(let index) = export.entity, let type = module.functionType(of: index)
      else { continue }
      let isOfNumbers = type.parameters.allSatisfy {
        switch $0 {
        case .i32, .i64, .f32, .f64: true
        case .v128, .reference: false
        }
      }
      if isOfNumbers { return (export.name.text, type.parameters.map { _ in "1" }) }
    }
    return nil
  }

  /// - Parameter isGo: Go looks for relative paths below `/`, and needs sockets that do not block.
  static func grants(_ uses: CapabilityUses, isGo: Bool = false) -> [Grant] {
    var grants: [Grant] = []
    if let files = uses[.files], files.opensPaths {
      let writes = uses.writesFiles
      let directory = isGo ? ".::/" : "."
      grants.append(
        Grant(
          words: ["--dir", writes ? directory : "\(directory):ro"],
          reason: writes
            ? "it can open, read and write files: name the directories that it may use"
            : "it can open and read files: name the directories that it may use"))
    }
    if uses[.environment] != nil {
      grants.append(
        Grant(
          words: ["--inherit-env"],
          reason: "it can read the environment: --env NAME passes on one variable"))
    }
    if let sockets = uses[.sockets] { grants += self.grants(of: sockets, isGo: isGo) }
    return grants
  }

  private static func grants(of sockets: CapabilityUse, isGo: Bool) -> [Grant] {
    var grants: [Grant] = []
    if sockets.accepts {
      grants.append(
        Grant(
          words: ["--listen", "127.0.0.1:8080\(isGo ? ":nonblock" : "")"],
          reason: "it can accept connections: name the address"))
    }
    if sockets.connects {
      grants.append(
        Grant(words: ["--connect", "*:*"], reason: "it can connect: name the hosts and ports"))
    }
    if sockets.sendsDatagrams {
      grants.append(
        Grant(
          words: ["--connect", "*:*/udp"],
          reason: "it can send datagrams: name the hosts and ports"))
    }
    if sockets.looksUpNames {
      grants.append(
        Grant(
          words: ["--resolve", "*"], reason: "it can look up names of hosts: name the hosts"))
    }
    return grants
  }
}

extension Report {
  var isMadeByGo: Bool {
    producers.contains { $0.field == "language" && $0.name == "Go" }
  }
}
