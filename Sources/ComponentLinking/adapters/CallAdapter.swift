// Writes the adapter of one pair of a caller and a component function: lower, call, lift, in one core function.
// Spec: CanonicalABI.md, `canon_lower`, `canon_lift`.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

final class CallAdapter {
  private let caller: Caller
  private let callee: LiftedFunction
  private let type: BoundFunctionType
  private let module = AdapterModule(traps: CallTraps.all)
  private let callerSide: Side
  private let calleeSide: Side
  private let target: Int
  private let postReturn: Int?
  /// The globals that say whether the two instances may be left.
  private let callerMayLeave: Int?
  private let calleeMayLeave: Int?
  private let isEntered: Int?
  private let borrows: Int?
  private let contexts: [Int]

  /// The adapter exports the function that the caller calls as `AdapterModule.functionName`.
  static func module(_ caller: Caller, _ callee: LiftedFunction) throws(ComponentLinkError)
    -> AdapterModule
  {
    let adapter = try CallAdapter(caller, callee)
    try adapter.write()
    return adapter.module
  }

  private init(_ caller: Caller, _ callee: LiftedFunction) throws(ComponentLinkError) {
    self.caller = caller
    self.callee = callee
    type = callee.type
    let facts = type.facts
    callerSide = try Self.side(caller.state, caller.options, facts, module)
    calleeSide = try Self.side(callee.instance, callee.options, facts, module)
    target = module.importFunction(callee.core, type.liftedType)
    postReturn = callee.options.postReturn.map { [module, type] in
      module.importFunction($0, FunctionType(parameters: type.liftedType.results, results: []))
    }
    if callee.instance.passesRepresentations {
      // It calls no component, so it never leaves.
      calleeMayLeave = nil
    } else {
      calleeMayLeave = module.importGlobal(try callee.instance.flag(.mayLeave))
    }
    if let state = caller.state {
      callerMayLeave = module.importGlobal(try state.flag(.mayLeave))
    } else {
      callerMayLeave = nil
    }
    if case .host(_, let flag?) = caller {
      isEntered = module.importGlobal(flag)
    } else {
      isEntered = nil
    }
    let countsBorrows = facts.hasBorrow && !callee.instance.passesRepresentations
    borrows = countsBorrows ? module.importHandles(callee.instance.handles, .borrows) : nil
    var contexts: [Int] = []
    if callee.instance.usesContext {
      contexts.append(module.importGlobal(try callee.instance.flag(.context0)))
      contexts.append(module.importGlobal(try callee.instance.flag(.context1)))
    }
    self.contexts = contexts
  }

  private static func side(
    _ state: ComponentState?, _ options: ResolvedOptions, _ facts: TypeFacts,
    _ module: AdapterModule
  ) throws(ComponentLinkError) -> Side {
    var side = Side()
    side.state = state
    side.encoding = options.encoding
    if let memory = options.memory {
      side.memory = module.importMemory(memory)
      side.pageLog2 = memory.pageLog2
    }
    side.realloc = options.realloc.map { module.importFunction($0, reallocType) }
    guard facts.hasResource, let state, !state.passesRepresentations else { return side }
    side.table = state.handles.address
    for function in [HandleTable.Function.add, .takeOwned, .lend, .lentHeight, .unlend] {
      side.handles[function] = module.importHandles(state.handles, function)
    }
    return side
  }

  static let reallocType = FunctionType(parameters: [.i32, .i32, .i32, .i32], results: [.i32])

  // MARK: The function

  private func write() throws(ComponentLinkError) {
    let lower = ValueCopier(
      module, type.types, from: callerSide, to: calleeSide, resource: type.resource)
    let lift = ValueCopier(
      module, type.types, from: calleeSide, to: callerSide, resource: type.resource)
    let signature = type.loweredType
    let index = module.function(signature.parameters, signature.results, name: "call") { f in
      if !enter(f) { return }
      var lifted: [Local] = []
      guarded(f) { lifted = writeCall(lower, lift, f) }
      for local in lifted { f.get(local) }
    }
    module.writer.exportFunction(AdapterModule.functionName, index)
    if lower.isTooLarge || lift.isTooLarge {
      throw .limit("bytes of an adapter between its components", LinkingLimits.adapterBytes)
    }
  }

  /// Writes all that may run code of either component. Returns the values for the caller.
  private func writeCall(_ lower: ValueCopier, _ lift: ValueCopier, _ f: FunctionWriter)
    -> [Local]
  {
    let height = facts.hasBorrow ? f.local() : nil
    if let height, let function = callerSide.handles[.lentHeight] {
      f.call(function)
      f.set(height)
    }
    let results = call(copyParameters(lower, f), f)
    let lifted = copyResult(lift, results, f)
    finish(results, lentFrom: height, f)
    return lifted
  }

  /// An exception does not cross between components, whichever function throws it: the one that is called, post-return
  /// or realloc.
  private func guarded(_ f: FunctionWriter, _ body: () -> Void) {
    guard callee.mayThrow else { return body() }
    f.tryAll(results: [], body) { module.trap(.uncaughtException, f) }
  }

  private var facts: TypeFacts { type.facts }

  /// Returns false if the call always traps.
  private func enter(_ f: FunctionWriter) -> Bool {
    if let callerMayLeave {
      f.getGlobal(callerMayLeave)
      f.op(.i32EqualsZero)
      module.trapIfTrue(.cannotLeave, f)
    }
    if let isEntered {
      f.getGlobal(isEntered)
      module.trapIfTrue(.cannotEnter, f)
      set(isEntered, 1, f)
    }
    if let state = caller.state, state.isRelated(to: callee.instance) {
      module.trap(.cannotEnter, f)
      return false
    }
    for context in contexts { set(context, 0, f) }
    return true
  }

  private func set(_ global: Int, _ value: Int32, _ f: FunctionWriter) {
    f.i32(value)
    f.setGlobal(global)
  }

  /// Runs `body` while an instance may not be left, if code of the instance may run in it.
  private func withoutLeaving(
    _ global: Int?, ifTrue mayRun: Bool, _ f: FunctionWriter, _ body: () -> Void
  ) {
    guard let global, mayRun else { return body() }
    set(global, 0, f)
    body()
    set(global, 1, f)
  }

  /// The arguments of the core function.
  private func copyParameters(_ copier: ValueCopier, _ f: FunctionWriter) -> [Local] {
    var arguments: [Local] = []
    withoutLeaving(calleeMayLeave, ifTrue: calleeSide.realloc != nil, f) {
      if let flat = type.flatParameters {
        arguments = flat.map { f.local($0) }
        copier.copyFields(
          type.parameters, f, .flat(f.parameters.prefix(flat.count)), .flat(arguments[...]))
      } else {
        let value = FieldOffsets(type.parameters, type.types)
        let (address, bytes) = (f.local(), f.local())
        module.checkPointer(f.parameters[0], value, callerSide, f)
        f.u32(UInt32(truncatingIfNeeded: value.bytes))
        f.set(bytes)
        copier.allocate(alignment: value.alignment, bytes: bytes, f, into: address)
        copier.copyFields(
          type.parameters, f, .memory(f.parameters[0], offset: 0), .memory(address, offset: 0))
        arguments = [address]
      }
    }
    return arguments
  }

  private func call(_ arguments: [Local], _ f: FunctionWriter) -> [Local] {
    let results = type.liftedType.results.map { f.local($0) }
    for argument in arguments { f.get(argument) }
    f.call(target)
    for local in results.reversed() { f.set(local) }
    if let borrows {
      f.u32(callee.instance.handles.address)
      f.call(borrows)
      module.trapIfTrue(.borrowsRemain, f)
    }
    return results
  }

  /// The results for the caller.
  private func copyResult(_ copier: ValueCopier, _ results: [Local], _ f: FunctionWriter)
    -> [Local]
  {
    guard let result = type.type.result else { return [] }
    var lifted: [Local] = []
    withoutLeaving(callerMayLeave, ifTrue: callerSide.realloc != nil, f) {
      if let flat = type.flatResults {
        lifted = flat.map { f.local($0) }
        copier.copyFields([result], f, .flat(results[...]), .flat(lifted[...]))
      } else {
        let value = FieldOffsets([result], type.types)
        let address = f.parameters[f.parameters.count - 1]
        module.checkPointer(results[0], value, calleeSide, f)
        module.checkPointer(address, value, callerSide, f)
        copier.copyFields(
          [result], f, .memory(results[0], offset: 0), .memory(address, offset: 0))
      }
    }
    return lifted
  }

  private func finish(_ results: [Local], lentFrom height: Local?, _ f: FunctionWriter) {
    if let postReturn {
      withoutLeaving(calleeMayLeave, ifTrue: true, f) {
        for local in results { f.get(local) }
        f.call(postReturn)
      }
    }
    if let height, let unlend = callerSide.handles[.unlend] {
      f.get(height)
      f.call(unlend)
    }
    if let isEntered { set(isEntered, 0, f) }
  }
}
