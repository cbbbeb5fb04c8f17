// The report on a core module. The module may be invalid: then its items may refer to types that it does not have.

import Driver
import System
import WasmModule
import WasmProgram

extension Report {
  /// The report on the bytes of a core module, valid or not.
  init(module bytes: ModuleBytes, file: HostString) {
    self.init(file: file, kind: .module, bytes: bytes.count)
    let scan = SectionScan(bytes, isComponent: false)
    sections = scan.sections
    producers = scan.producers
    var (module, error) = ModuleDecoder.decodePartly(bytes)
    if error == nil {
      do throws(WasmError) { module = try ModuleValidator.validate(module).module } catch let
        problem
      {
        error = problem
      }
    }
    var scanned = FeatureScan()
    scanned.add(module)
    features = scanned.names
    addItems(of: module)
    addImports(of: module)
    exports = module.exports.map { ExportedItem($0, of: module) }
    role = Role(module)
    notes = Toolchains(module, scan, error).notes
    problem = error
    suggestion = error == nil ? Suggestion(for: module, self) : nil
  }

  /// Memories, tables and functions of a core module, which may be one of several in a component.
  mutating func addItems(of module: Module) {
    for index in module.memories.indices {
      memories.append(
        SizedItem(module.memories[index].type, isImported: module.memories.isImported(index)))
    }
    for index in module.tables.indices {
      tables.append(
        SizedItem(module.tables[index].type, isImported: module.tables.isImported(index)))
    }
    functionCount += module.functions.defined.count
    addFunctions(of: module)
    if let index = module.start { start = module.shownName(of: index) }
  }

  private static let shownFunctions = 10

  /// Only the functions that stay are looked up by name: that takes time for each export.
  private mutating func addFunctions(of module: Module) {
    var largest: [(index: FunctionIndex, bytes: Int)] = []
    for index in module.functions.defined.indices {
      guard let bytes = module.functions[index].body?.range.count else { continue }
      if largest.count == Self.shownFunctions, largest[largest.count - 1].bytes >= bytes {
        continue
      }
      let place = largest.firstIndex { $0.bytes < bytes } ?? largest.count
      largest.insert((index, bytes), at: place)
      if largest.count > Self.shownFunctions { largest.removeLast() }
    }
    for (index, bytes) in largest {
      if largestFunctions.count == Self.shownFunctions,
        largestFunctions[largestFunctions.count - 1].bytes >= bytes
      {
        return
      }
      let name = module.names.functions[index].map { shortened($0) } ?? module.exportName(of: index)
      let place = largestFunctions.firstIndex { $0.bytes < bytes } ?? largestFunctions.count
      largestFunctions.insert(FunctionSize(index: index.raw, name: name, bytes: bytes), at: place)
      if largestFunctions.count > Self.shownFunctions { largestFunctions.removeLast() }
    }
  }

  private mutating func addImports(of module: Module) {
    for item in module.imports {
      if case .function(let index) = item.entity, let call = WASICall(item),
        module.functionType(ifAt: index).map({ $0 == call.type }) ?? true,
        let capability = Capability(preview1: item.name.text)
      {
        capabilities.add(item.name.text, to: capability)
      } else {
        unknownImports.append(UnknownUse(item, of: module))
      }
    }
  }
}

extension Report.Role {
  init(_ module: Module) {
    let functions = module.exports.filter {
      if case .function = $0.entity { true } else { false }
    }
    if functions.contains(where: { $0.name == "_start" || $0.name.isEmpty })
      || (functions.isEmpty && module.start != nil)
    {
      self = .command
    } else {
      self = functions.contains { $0.name == "_initialize" } ? .reactor : .library
    }
  }
}

extension Module {
  /// nil if the module does not have the type.
  func functionType(ifAt index: TypeIndex) -> FunctionType? {
    types.contains(index) ? functionType(index) : nil
  }

  func functionType(of index: FunctionIndex) -> FunctionType? {
    functions.contains(index) ? functionType(ifAt: functions[index].type) : nil
  }

  /// The first name under which a function is exported. It is called for few functions.
  func exportName(of index: FunctionIndex) -> String? {
    exports.first { $0.entity == .function(index) }.map { shortened($0.name.text) }
  }

  func shownName(of index: FunctionIndex) -> String {
    names.functions[index].map { shortened($0) } ?? exportName(of: index) ?? "function \(index)"
  }
}

extension SizedItem {
  init(_ type: MemoryType, isImported: Bool) {
    self.init(
      minimum: type.limits.minimum, maximum: type.limits.maximum, pageBytes: 1 << type.pageLog2,
      is64: type.is64, isShared: type.isShared, isImported: isImported)
  }

  init(_ type: TableType, isImported: Bool) {
    self.init(
      minimum: type.limits.minimum, maximum: type.limits.maximum,
      element: type.element.description, is64: type.is64, isImported: isImported)
  }
}

extension ExportedItem {
  init(_ export: Export, of module: Module) {
    let (kind, type): (String, String)
    switch export.entity {
    case .function(let index):
      (kind, type) = ("func", module.functionType(of: index)?.description ?? "unknown")
    case .table(let index):
      let table = module.tables.contains(index) ? module.tables[index].type : nil
      (kind, type) = ("table", table?.element.description ?? "unknown")
    case .memory(let index): (kind, type) = ("memory", "memory \(index)")
    case .global(let index):
      let global = module.globals.contains(index) ? module.globals[index].type : nil
      let value = global?.value.description ?? "unknown"
      (kind, type) = ("global", global?.isMutable == true ? "mut \(value)" : value)
    case .tag(let index):
      let tag =
        module.tags.contains(index) ? module.functionType(ifAt: module.tags[index].type) : nil
      (kind, type) = ("tag", tag?.description ?? "unknown")
    }
    self.init(name: shortened(export.name.text), kind: kind, type: shortened(type))
  }
}

extension UnknownUse {
  init(_ item: Import, of module: Module) {
    let what =
      switch item.entity {
      case .function(let index):
        "function \(shortened(module.functionType(ifAt: index)?.description ?? ""))"
      case .table: "table"
      case .memory(let type): type.isShared ? "shared memory" : "memory"
      case .global: "global"
      case .tag: "tag"
      }
    self.init(
      name: "\(shortened(item.module.text)).\(shortened(item.name.text))", what: what,
      advice: Toolchains.provider(of: item))
  }
}
