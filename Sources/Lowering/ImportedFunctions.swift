// Imports of a static instance: WASI calls bound to the runtime, everything else an error or a stub.
// With a parameter instance imports are pointers in the instance, which the runtime links.
import CSwasmABI
import LLVMKit
import WasmModule

/// A row of wasi_p1.def or of wasi_unstable.def.
struct WASICall {
  /// The runtime's function.
  let symbol: String
  let type: FunctionType

  /// By the name of the module and of the call.
  static let table: [String: [String: WASICall]] = {
    var preview1: [String: WASICall] = [:]
    for position in 0..<swasm_wasi_call_count {
      let row = swasm_wasi_call_at(position).pointee
      preview1[String(cString: row.name)] = WASICall(row, symbolPrefix: "swasm_wasi_")
    }
    var unstable = preview1
    for position in 0..<swasm_wasi0_call_count {
      let row = swasm_wasi0_call_at(position).pointee
      unstable[String(cString: row.name)] = WASICall(row, symbolPrefix: "swasm_wasi0_")
    }
    return ["wasi_snapshot_preview1": preview1, "wasi_unstable": unstable]
  }()

  private init(_ row: swasm_wasi_call, symbolPrefix: String) {
    symbol = symbolPrefix + String(cString: row.name)
    type = FunctionType(
      parameters: Self.types(String(cString: row.parameters)),
      results: Self.types(String(cString: row.results)))
  }

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
      if call.type == type { return }
      throw LoweringError(
        .unknownImport,
        "incompatible import: \(item.module).\(item.name) has type \(type), expected \(call.type)")
    }
    throw unknown(item, "function \(type)")
  }

  private func wasiCall(_ item: Import) -> WASICall? {
    options.providesWASI ? WASICall.table[item.module]?[item.name] : nil
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
      let call = wasiCall(item)
      if let call, call.type == type {
        emitWASICall(call.symbol, function, signature(of: index), builder)
      } else {
        // Where the name is known, the message says why it was not bound.
        emitUnknownImport(item, call.map { " as \(type), expected \($0.type)" } ?? "", builder)
      }
    }
  }

  /// Every call of the runtime returns an errno; what does not return has none in wasm.
  private func emitWASICall(
    _ symbol: String, _ function: LLVMValue, _ signature: FunctionSignature,
    _ builder: borrowing LLVMBuilder
  ) {
    let (type, target) = builtin(
      symbol, [types.pointer] + signature.parameters, returning: types.i32)
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

  private func emitUnknownImport(
    _ item: Import, _ remark: String, _ builder: borrowing LLVMBuilder
  ) {
    let (type, target) = builtin(
      "swasm_unknown_import", [types.pointer, types.pointer, types.pointer], returning: types.void)
    _ = builder.call(
      type, target, [instanceGlobal, constantText(item.module), constantText(item.name + remark)])
    builder.unreachable()
  }
}
