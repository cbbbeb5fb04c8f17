// The report on a component. If it is not valid, only what decoding alone shows is there.

import ComponentLinking
import Driver
import System
import WasmComponent
import WasmModule

extension Report {
  /// The report on the bytes of a component, valid or not.
  init(component bytes: ModuleBytes, file: HostString) {
    self.init(file: file, kind: .component, bytes: bytes.count)
    let scan = SectionScan(bytes, isComponent: true)
    sections = scan.sections
    producers = scan.producers
    var (component, error) = ComponentDecoder.decodePartly(bytes)
    var validated: ValidatedComponent?
    if error == nil {
      do throws(WasmError) {
        validated = try ComponentValidator.validate(component)
      } catch let problem {
        error = problem
      }
    }
    var scanned = FeatureScan()
    scanned.insert(.componentModel)
    addModules(of: component, &scanned)
    start = nil
    features = scanned.names
    problem = error
    guard let validated else { return }
    let type = validated.types[validated.root.type]
    addUnsupported(validated)
    addImports(type.imports, validated.types)
    role = type.exports.items.contains { $0.name.hasPrefix("wasi:cli/run@") } ? .command : .library
    exports = WITText.exports(of: type, validated.types)
    addNotes(type)
    suggestion = Suggestion(for: type, validated.types, self)
  }

  private mutating func addModules(of component: Component, _ features: inout FeatureScan) {
    for definition in component.definitions {
      switch definition.kind {
      case .coreModule(let module):
        features.add(module)
        addItems(of: module)
      case .component(let nested): addModules(of: nested, &features)
      case .coreInstance, .coreType, .instance, .alias, .type, .canonical, .import, .export: break
      }
    }
  }

  private mutating func addUnsupported(_ component: ValidatedComponent) {
    for use in component.unsupported {
      features.append(use.feature.name)
      notes.append(
        Note(
          key: use.feature.name.replacing(" ", with: "-"),
          text: "It \(use.message): build it for WASI 0.2."))
    }
  }

  private mutating func addImports(_ imports: ExternList, _ types: ComponentTypes) {
    for item in imports.items {
      switch item.type {
      case .instance(let id): addInterface(item.name, types[id].exports)
      case .function: addUnknown(item.name, "function")
      case .coreModule, .component: addUnknown(item.name, "\(item.type.sort)")
      case .type: break
      }
    }
  }

  private mutating func addInterface(_ name: String, _ exports: ExternList) {
    var unknown: [String] = []
    for item in exports.items {
      guard case .function = item.type else { continue }
      if let interface = HostImports.interface(name, providing: item.name),
        let capability = Capability(interface: interface, function: item.name)
      {
        capabilities.add("\(interface)#\(item.name)", to: capability)
      } else {
        unknown.append(shortened(item.name, to: 60))
      }
    }
    guard !unknown.isEmpty else { return }
    let shown = unknown.prefix(20).joined(separator: ", ")
    addUnknown(name, "interface: \(shown)\(unknown.count > 20 ? ", …" : "")")
  }

  private mutating func addUnknown(_ name: String, _ what: String) {
    let advice =
      if name.hasPrefix("wasi:http/") {
        "a host with HTTP, such as wasmtime; or --plug FILE with a component that exports it"
      } else if name.hasPrefix("wasi:") {
        "another version of WASI than 0.2, or a part that swasmc lacks; or --plug FILE"
      } else {
        "--plug FILE with a component that exports it; --unknown-imports trap runs it until it "
          + "makes a call"
      }
    unknownImports.append(UnknownUse(name: shortened(name), what: what, advice: advice))
  }

  private mutating func addNotes(_ type: ComponentType) {
    let names = type.imports.items.map(\.name) + type.exports.items.map(\.name)
    if names.contains(where: { $0.hasPrefix("wasi:http/") }) {
      notes.append(
        Note(
          key: "http",
          text: "It uses wasi:http, which swasmc does not have: run it with wasmtime serve, or "
            + "write the server with wasi:sockets."))
    }
    if names.contains(where: { $0.hasPrefix("wasi:") && $0.contains("@0.3") }) {
      notes.append(
        Note(
          key: "wasi-0.3",
          text: "It uses WASI 0.3, which swasmc does not have: build it for WASI 0.2."
        ))
    }
  }
}

extension Suggestion {
  /// nil if swasmc cannot run the component.
  init?(for type: ComponentType, _ types: ComponentTypes, _ report: Report) {
    let isRunnable =
      type.imports.items.allSatisfy { item in
        switch item.type {
        case .instance, .function, .type: true
        case .coreModule, .component: false
        }
      } && !report.notes.contains { $0.text.contains("not supported yet") }
    guard isRunnable else { return nil }
    self.init(file: report.file)
    grants = Self.grants(report.capabilities)
    if !report.unknownImports.isEmpty { options += ["--unknown-imports", "trap"] }
    if report.role == .command { return }
    guard let call = SampleCall.first(in: type.exports, types) else { return nil }
    options += ["--invoke", call]
  }
}
