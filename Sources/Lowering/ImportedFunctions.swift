// Imports of a static instance: WASI calls bound to the runtime, everything else an error or a stub.
// With a parameter instance imports are pointers in the instance, which the runtime links.
import CSwasmABI
import LLVMKit
import WasmModule

/// One row of wasi_p1.def.
struct WASICall {
  let parameters: [ValueType]
  let results: [ValueType]

  static let moduleName = "wasi_snapshot_preview1"

  static let table: [String: WASICall] = {
    var rows: [String: WASICall] = [:]
    for position in 0..<swasm_wasi_call_count {
      let row = swasm_wasi_call_at(position).pointee
      rows[String(cString: row.name)] = WASICall(
        parameters: types(String(cString: row.parameters)),
        results: types(String(cString: row.results)))
    }
    return rows
  }()

  private static func types(_ signature: String) -> [ValueType] {
    signature.map { $0 == "I" ? .i64 : .i32 }
  }
}

extension ModuleLowering {
  /// Refuses imports that a static instance cannot have.
  func checkImports() throws(LoweringError) {
    guard isStatic else { return }
    for item in module.imports {
      switch item.entity {
      case .function(let type): try checkFunction(item, module.types[type.int])
      case .table: throw unknown(item, "table")
      case .memory: throw unknown(item, "memory")
      case .global: throw unknown(item, "global")
      case .tag: throw unknown(item, "tag")
      }
    }
  }

  private func unknown(_ item: Import, _ what: String) -> LoweringError {
    LoweringError(
      .unknownImport,
      "unknown import: \(item.module).\(item.name) (\(what)); an executable has nothing to link it to"
    )
  }

  private func checkFunction(_ item: Import, _ type: FunctionType) throws(LoweringError) {
    if options.unknownImports == .trap { return }
    if let call = wasiCall(item) {
      if call.parameters == type.parameters && call.results == type.results { return }
      let expected = FunctionType(parameters: call.parameters, results: call.results)
      throw LoweringError(
        .unknownImport,
        "incompatible import: \(item.module).\(item.name) has type \(type), expected \(expected)")
    }
    throw unknown(item, "function \(type)")
  }

  private func wasiCall(_ item: Import) -> WASICall? {
    guard options.providesWASI, item.module == WASICall.moduleName else { return nil }
    return WASICall.table[item.name]
  }

  /// Gives the imports that code refers to their bodies.
  func emitImportWrappers() {
    for (index, function) in usedImports {
      let item = importedFunction(index)
      let type = module.type(of: index)
      let builder = LLVMBuilder(context: llvm.context)
      let entry = builder.createBlock("entry")
      function.appendBlock(entry)
      builder.position(atEnd: entry)
      if let call = wasiCall(item), call.parameters == type.parameters, call.results == type.results
      {
        emitWASICall(item.name, function, signature(of: index), builder)
      } else {
        emitUnknownImport(item, builder)
      }
    }
  }

  /// Every call of the runtime returns an errno; what does not return has none in wasm.
  private func emitWASICall(
    _ name: String, _ function: LLVMValue, _ signature: FunctionSignature,
    _ builder: borrowing LLVMBuilder
  ) {
    let (type, target) = builtin(
      "swasm_wasi_\(name)", [types.pointer] + signature.parameters, returning: types.i32)
    let arguments = signature.places.enumerated().map { index, place in
      switch place {
      case .register(let position): return function.parameter(position)
      case .slot(let slot):
        let field = builder.field(instanceGlobal, at: layout.slots + slot * ABI.valueStride)
        return builder.load(signature.parameters[index], field, alignment: 4)
      }
    }
    let errno = builder.call(type, target, [instanceGlobal] + arguments, "errno")
    if signature.results.isEmpty { builder.returnVoid() } else { builder.returnValue(errno) }
  }

  private func emitUnknownImport(_ item: Import, _ builder: borrowing LLVMBuilder) {
    let (type, target) = builtin(
      "swasm_unknown_import", [types.pointer, types.pointer, types.pointer], returning: types.void)
    _ = builder.call(
      type, target, [instanceGlobal, constantText(item.module), constantText(item.name)])
    builder.unreachable()
  }
}
