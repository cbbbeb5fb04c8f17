// Makes the core functions of canonical definitions: adapters of calls, and built-in functions.

import WasmComponent
import WasmModule
import WasmProgram

extension ComponentLinker {
  /// - Parameter type: The type of the core function.
  func canonical(_ position: Int, _ type: FunctionType, in instance: ComponentInstance)
    throws(ComponentLinkError) -> CoreExport
  {
    guard case .canonical(let canonical) = instance.body.definitions[position] else {
      preconditionFailure("definition \(position) makes no core function")
    }
    let builtin = BuiltinAdapter(caller: instance.state, type: type)
    switch canonical.kind {
    case .lower(let function, _): return try lower(function, canonical.options, type, in: instance)
    case .resourceNew(let reference):
      let resource = resource(reference, in: instance)
      return try add(try builtin.resourceNew(resource), "resource.new")
    case .resourceRep(let reference):
      let resource = resource(reference, in: instance)
      return try add(try builtin.resourceRepresentation(resource), "resource.rep")
    case .resourceDrop(let reference):
      let resource = resource(reference, in: instance)
      return try add(try builtin.resourceDrop(resource, mayThrow: mayThrow), "resource.drop")
    case .asynchronous:
      guard
        case .canonical(.asynchronous(let function)) = instance.body.component
          .definitions[position].kind
      else { preconditionFailure("definition \(position) is no built-in function") }
      return try add(try asynchronous(function, builtin), "built-in function")
    case .lift: preconditionFailure("a lift makes no core function")
    }
  }

  private func add(_ module: AdapterModule, _ name: String) throws(ComponentLinkError) -> CoreExport
  {
    CoreExport(instance: try plan.add(module, named: name), name: AdapterModule.functionName)
  }

  private func resource(_ reference: ResourceReference, in instance: ComponentInstance)
    -> RuntimeResource
  {
    guard let resource = instance.resources[reference.resource] else {
      preconditionFailure("a resource of a built-in function is not known")
    }
    return resource
  }

  private func asynchronous(_ function: AsynchronousBuiltin, _ builtin: BuiltinAdapter)
    throws(ComponentLinkError) -> AdapterModule
  {
    switch function {
    case .contextGet(_, let index): try builtin.context(index, sets: false)
    case .contextSet(_, let index): try builtin.context(index, sets: true)
    case .backpressureIncrement: try builtin.backpressure(increments: true)
    case .backpressureDecrement: try builtin.backpressure(increments: false)
    default: try builtin.unsupported()
    }
  }

  private func lower(
    _ function: ComponentFunctionIndex, _ options: CanonicalOptions, _ type: FunctionType,
    in instance: ComponentInstance
  ) throws(ComponentLinkError) -> CoreExport {
    let builtin = BuiltinAdapter(caller: instance.state, type: type)
    let lifted: LiftedFunction
    switch try self.function(function, in: instance) {
    case .lifted(let function): lifted = function
    case .host(let function):
      guard let provided = try host.function(function) else {
        noteUnknown(function)
        return try add(
          try builtin.unknown(function.interface, function.name), "import \(function.description)")
      }
      lifted = provided
    }
    if options.isAsync || lifted.isAsync {
      return try add(try builtin.unsupported(), "asynchronous call")
    }
    let options = try self.options(options, in: instance)
    let key = CallKey(lifted, options)
    if let known = instance.calls[key] { return known }
    let caller = Caller.component(instance.state, options)
    let made = try add(try CallAdapter.module(caller, lifted), "call")
    instance.calls[key] = made
    return made
  }
}
