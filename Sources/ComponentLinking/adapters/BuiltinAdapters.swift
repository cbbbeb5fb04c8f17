// Writes the canonical built-in functions, and functions for imports that nothing provides.
// Spec: CanonicalABI.md, `canon_resource_new` and the definitions after it.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

/// A canonical built-in function in the instance that calls it.
struct BuiltinAdapter {
  let caller: ComponentState
  /// The type of the core function.
  let type: FunctionType

  private static let traps: [ComponentTrap] = [
    .cannotLeave, .cannotEnter, .unsupported, .backpressure, .uncaughtException,
  ]

  private func module(
    checksLeave: Bool, _ body: (AdapterModule, FunctionWriter, _ functions: [Int]) -> Void,
    imports: (AdapterModule) throws(ComponentLinkError) -> [Int]
  ) throws(ComponentLinkError) -> AdapterModule {
    let module = AdapterModule(traps: Self.traps)
    let mayLeave = checksLeave ? module.importGlobal(try caller.flag(.mayLeave)) : nil
    let functions = try imports(module)
    let index = module.function(type.parameters, type.results, name: "built-in") { f in
      if let mayLeave {
        f.getGlobal(mayLeave)
        f.op(.i32EqualsZero)
        module.trapIfTrue(.cannotLeave, f)
      }
      body(module, f, functions)
    }
    module.writer.exportFunction(AdapterModule.functionName, index)
    return module
  }

  func resourceNew(_ resource: RuntimeResource) throws(ComponentLinkError) -> AdapterModule {
    try module(checksLeave: true) { _, f, functions in
      f.u32(caller.handles.address)
      f.i32(resource.number)
      f.get(f.parameters[0])
      f.i32(1)
      f.call(functions[0])
    } imports: { (module) throws(ComponentLinkError) in
      [module.importHandles(caller.handles, .add)]
    }
  }

  func resourceRepresentation(_ resource: RuntimeResource) throws(ComponentLinkError)
    -> AdapterModule
  {
    try module(checksLeave: false) { _, f, functions in
      f.u32(caller.handles.address)
      f.i32(resource.number)
      f.get(f.parameters[0])
      f.call(functions[0])
    } imports: { (module) throws(ComponentLinkError) in
      [module.importHandles(caller.handles, .representation)]
    }
  }

  /// - Parameter mayThrow: Whether the destructor may throw an exception.
  func resourceDrop(_ resource: RuntimeResource, mayThrow: Bool) throws(ComponentLinkError)
    -> AdapterModule
  {
    let isOwn = resource.implementer === caller
    let isRecursive = resource.implementer.map { !isOwn && caller.isRelated(to: $0) } ?? false
    return try module(checksLeave: true) { module, f, functions in
      let (representation, owns) = (f.local(), f.local())
      f.u32(caller.handles.address)
      f.i32(resource.number)
      f.get(f.parameters[0])
      f.call(functions[0])
      f.set(owns)
      f.set(representation)
      f.get(owns)
      if isRecursive {
        module.trapIfTrue(.cannotEnter, f)
      } else if functions.count > 1 {
        f.ifTrue {
          let call = {
            f.get(representation)
            f.call(functions[1])
          }
          if mayThrow {
            f.tryAll(results: [], call) { module.trap(.uncaughtException, f) }
          } else {
            call()
          }
        }
      } else {
        f.op(.drop)
      }
    } imports: { (module) throws(ComponentLinkError) in
      let remove = module.importHandles(caller.handles, .remove)
      guard let destructor = resource.destructor, !isRecursive else { return [remove] }
      let type = FunctionType(parameters: [.i32], results: [])
      return [remove, module.importFunction(destructor, type)]
    }
  }

  /// Reads or sets one of the two values that a task has (context.get, context.set). A synchronous task is a call,
  /// whose adapter has set both to 0 at the start.
  func context(_ index: UInt32, sets: Bool) throws(ComponentLinkError) -> AdapterModule {
    guard type == FunctionType(parameters: sets ? [.i32] : [], results: sets ? [] : [.i32]) else {
      return try unsupported()
    }
    return try module(checksLeave: false) { _, f, globals in
      if sets {
        f.get(f.parameters[0])
        f.setGlobal(globals[0])
      } else {
        f.getGlobal(globals[0])
      }
    } imports: { (module) throws(ComponentLinkError) in
      [module.importGlobal(try caller.flag(index == 0 ? .context0 : .context1))]
    }
  }

  /// Backpressure delays asynchronous calls only, so it is counted and has no effect.
  func backpressure(increments: Bool) throws(ComponentLinkError) -> AdapterModule {
    try module(checksLeave: false) { module, f, globals in
      f.getGlobal(globals[0])
      f.i32(increments ? 0xffff : 0)
      f.op(.i32Equal)
      module.trapIfTrue(.backpressure, f)
      f.getGlobal(globals[0])
      f.i32(increments ? 1 : -1)
      f.op(.i32Add)
      f.setGlobal(globals[0])
    } imports: { (module) throws(ComponentLinkError) in
      [module.importGlobal(try caller.flag(.backpressure))]
    }
  }

  /// A function that is not implemented. Calling it is a trap.
  func unsupported() throws(ComponentLinkError) -> AdapterModule {
    try module(checksLeave: true) { module, f, _ in
      module.trap(.unsupported, f)
    } imports: { (_) throws(ComponentLinkError) in
      []
    }
  }

  /// A function of the host that nothing provides. Calling it ends the program with a message that names it.
  func unknown(_ interface: String, _ name: String) throws(ComponentLinkError) -> AdapterModule {
    try module(checksLeave: true) { _, f, functions in
      for parameter in f.parameters { f.get(parameter) }
      f.call(functions[0])
    } imports: { (module) throws(ComponentLinkError) in
      [module.importUnknown(interface, name, type)]
    }
  }
}
