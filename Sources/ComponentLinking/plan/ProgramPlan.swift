// The instances of a program in the order of their instantiation: core modules of the component, and adapters.
//
// Adapters are WebAssembly. They are decoded and validated like any other module when the program is made. Their bytes
// follow the bytes of the component's file, so that an offset in a message belongs to one function only.

import WasmModule
import WasmProgram

/// An export of a core instance.
public struct CoreExport: Sendable, Hashable {
  public let instance: InstanceIndex
  public let name: String

  var source: ImportSource { .export(of: instance, named: Name(name)) }

  // Names are equal by their bytes; Swift compares strings by what people see.
  public static func == (left: CoreExport, right: CoreExport) -> Bool {
    left.instance == right.instance && left.name.utf8.elementsEqual(right.name.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(instance)
    for byte in name.utf8 { hasher.combine(byte) }
  }
}

public final class ProgramPlan {
  private enum Code {
    case module(ValidatedModule)
    case adapter([UInt8])
    /// The module that holds all tables of handles. It is written when their number is known.
    case handleTables
  }

  private struct Entry {
    let name: String
    let code: Code
    /// The provider of each import, by position.
    let sources: [ImportSource]
  }

  private var entries: [Entry] = []
  private var adapterBytes = 0
  private var fileBytes = 0
  private var handleTables: (instance: InstanceIndex, count: Int)?

  public init() {}

  /// Notes the length of a component's file.
  func note(fileBytes: Int) { self.fileBytes = max(self.fileBytes, fileBytes) }

  func add(_ module: ValidatedModule, named name: String, _ sources: [ImportSource])
    -> InstanceIndex
  {
    append(Entry(name: name, code: .module(module), sources: sources))
  }

  func add(_ adapter: AdapterModule, named name: String) throws(ComponentLinkError) -> InstanceIndex
  {
    try add(encoded: adapter.writer.encoded(), adapter.sources, named: name)
  }

  /// Adds a module of the compiler's own.
  func add(encoded bytes: [UInt8], _ sources: [ImportSource], named name: String)
    throws(ComponentLinkError) -> InstanceIndex
  {
    adapterBytes += bytes.count
    let most = LinkingLimits.allAdapterBytes(fileBytes: fileBytes)
    guard adapterBytes <= most else {
      throw .limit("bytes of adapters between its components", most)
    }
    return append(Entry(name: name, code: .adapter(bytes), sources: sources))
  }

  /// A table of handles. The first one adds the instance that holds all of them.
  func newHandleTable() -> HandleTableReference {
    let (instance, count) =
      handleTables
      ?? (
        append(
          Entry(
            name: "handles of components", code: .handleTables,
            sources: HandleTable.module(tables: 0).sources)), 0
      )
    handleTables = (instance, count + 1)
    return HandleTableReference(
      instance: instance, address: HandleTable.address(ofTable: count))
  }

  private func append(_ entry: Entry) -> InstanceIndex {
    entries.append(entry)
    return InstanceIndex(UInt32(truncatingIfNeeded: entries.count - 1))
  }

  public func program() throws(ComponentLinkError) -> Program {
    let modules = try validated()
    var program = Program()
    for (entry, module) in zip(entries, modules) {
      var sources = entry.sources.makeIterator()
      do throws(LinkError) {
        try program.add(module, named: entry.name) { _ in sources.next() }
      } catch {
        throw ComponentLinkError(.link, "\(error)")
      }
    }
    return program
  }

  private func validated() throws(ComponentLinkError) -> [ValidatedModule] {
    var file = [UInt8](repeating: 0, count: fileBytes)
    file.reserveCapacity(fileBytes + adapterBytes)
    let ends = entries.map { entry in
      file += ownBytes(of: entry.code)
      return file.count
    }
    let bytes = ModuleBytes(file)
    var start = fileBytes
    var modules: [ValidatedModule] = []
    for (entry, end) in zip(entries, ends) {
      if case .module(let module) = entry.code {
        modules.append(module)
      } else {
        modules.append(try validate(bytes, start..<end, entry.name))
      }
      start = end
    }
    return modules
  }

  /// The bytes of a module of the compiler's own.
  private func ownBytes(of code: Code) -> [UInt8] {
    switch code {
    case .module: []
    case .adapter(let bytes): bytes
    case .handleTables: HandleTable.module(tables: handleTables?.count ?? 0).writer.encoded()
    }
  }

  private func validate(_ bytes: ModuleBytes, _ range: Range<Int>, _ name: String)
    throws(ComponentLinkError) -> ValidatedModule
  {
    do throws(WasmError) {
      return try ModuleValidator.validate(try ModuleDecoder.decode(bytes, in: range))
    } catch {
      if error.kind == .limit { throw ComponentLinkError(.limit, "\(name): \(error.message)") }
      preconditionFailure("the adapter \(name) is not valid: \(error)")
    }
  }
}
