// A core module that connects components, while it is written. It keeps the provider of each import beside the import.

import WasmEncoding
import WasmModule
import WasmProgram

final class AdapterModule {
  var writer = ModuleWriter()
  private(set) var sources: [ImportSource] = []
  private var traps: [ComponentTrap: Int] = [:]
  private var functions: [CoreExport: Int] = [:]
  private var memories: [CoreExport: Int] = [:]
  private var globals: [CoreExport: Int] = [:]

  /// The name by which others import the function of an adapter that has only one.
  static let functionName = "f"

  /// - Parameter traps: The reasons that the code may name.
  init(traps: [ComponentTrap]) {
    for trap in traps {
      let type = FunctionType(parameters: [], results: [])
      self.traps[trap] = writer.importFunction("trap", trap.rawValue, type)
      sources.append(.componentTrap(trap))
    }
  }

  func importFunction(_ item: CoreExport, _ type: FunctionType) -> Int {
    if let known = functions[item] { return known }
    sources.append(item.source)
    let index = writer.importFunction("\(item.instance)", item.name, type)
    functions[item] = index
    return index
  }

  func importHandles(_ table: HandleTableReference, _ function: HandleTable.Function) -> Int {
    importFunction(table.export(function), function.type)
  }

  /// A function that nothing provides. The names are for the message.
  func importUnknown(_ module: String, _ name: String, _ type: FunctionType) -> Int {
    sources.append(.trap(remark: ""))
    return writer.importFunction(module, name, type)
  }

  /// A call of WASI.
  func importWASI(_ name: String) -> Int {
    guard let call = WASICall(name: Name(name)) else { preconditionFailure("WASI has no \(name)") }
    sources.append(.wasi(call))
    return writer.importFunction("wasi_snapshot_preview1", name, call.type)
  }

  func importMemory(_ memory: MemoryReference) -> Int {
    if let known = memories[memory.item] { return known }
    sources.append(memory.item.source)
    let index = writer.importMemory(
      "\(memory.item.instance)", memory.item.name, pageLog2: memory.pageLog2)
    memories[memory.item] = index
    return index
  }

  /// A mutable i32.
  func importGlobal(_ item: CoreExport) -> Int {
    if let known = globals[item] { return known }
    sources.append(item.source)
    let index = writer.importGlobal("\(item.instance)", item.name)
    globals[item] = index
    return index
  }

  // MARK: Functions

  /// Writes a whole function. Returns its index.
  @discardableResult
  func function(
    _ parameters: [ValueType], _ results: [ValueType], name: String,
    _ body: (FunctionWriter) -> Void
  ) -> Int {
    let type = FunctionType(parameters: parameters, results: results)
    let index = writer.declareFunction(type, name: name)
    let function = FunctionWriter(type)
    body(function)
    writer.define(index, function)
    return index
  }

  /// Traps for that reason.
  func trap(_ reason: ComponentTrap, _ f: FunctionWriter) {
    guard let function = traps[reason] else {
      preconditionFailure("the adapter does not import the trap \(reason)")
    }
    f.call(function)
    f.op(.unreachable)
  }

  /// Traps if the operand is not 0.
  func trapIfTrue(_ reason: ComponentTrap, _ f: FunctionWriter) {
    f.ifTrue { trap(reason, f) }
  }
}

/// A memory that canonical functions use.
struct MemoryReference: Hashable {
  let item: CoreExport
  let pageLog2: UInt8
}
