// Component functions, as the adapters see them.

import WasmComponent
import WasmModule
import WasmProgram

/// The options of a canonical function, resolved to items of the program.
struct ResolvedOptions: Hashable {
  var encoding = StringEncoding.utf8
  var memory: MemoryReference?
  var realloc: CoreExport?
  var postReturn: CoreExport?
  var isAsync = false
}

/// The type of a component function, in the terms of one instance: each resource is one of the program.
struct BoundFunctionType {
  let id: FunctionTypeID
  let types: ComponentTypes
  let resource: (ResourceReference) -> RuntimeResource

  var type: ResolvedFunctionType { types[id].type }
  var facts: TypeFacts { types[id].facts }
  var parameters: [ComponentValueType] { type.parameters.map(\.value) }

  /// The core values of all parameters; nil if they are passed in memory.
  var flatParameters: [ValueType]? {
    var flat = FlatTypes()
    for parameter in parameters { flat.append(types.layout(parameter).flat) }
    return flat.isTooLong ? nil : flat.types
  }

  /// The core value of the result, if it has at most one; nil if it is passed in memory.
  var flatResults: [ValueType]? {
    guard let result = type.result else { return [] }
    let flat = types.layout(result).flat
    return flat.isTooLong || flat.types.count > 1 ? nil : flat.types
  }

  /// Whether any part of a parameter or of the result is passed in memory.
  var usesMemory: Bool { facts.hasPointer || flatParameters == nil || flatResults == nil }

  /// The type of the core function that a caller calls. Spec: CanonicalABI.md, Flattening, `flatten_functype`.
  var loweredType: FunctionType {
    FunctionType(
      parameters: (flatParameters ?? [.i32]) + (flatResults == nil ? [.i32] : []),
      results: flatResults ?? [])
  }

  /// The type of the core function that is lifted.
  var liftedType: FunctionType {
    FunctionType(parameters: flatParameters ?? [.i32], results: flatResults ?? [.i32])
  }
}

/// A core function that became a component function.
struct LiftedFunction {
  let core: CoreExport
  let type: BoundFunctionType
  let instance: ComponentState
  let options: ResolvedOptions
  /// Whether the core function may throw an exception.
  let mayThrow: Bool

  var isAsync: Bool { options.isAsync || type.type.isAsync }
}

/// Two calls by one caller share an adapter if their keys are equal. The core function says which instance is called.
struct CallKey: Hashable {
  private let core: CoreExport
  private let type: FunctionTypeID
  private let calleeOptions: ResolvedOptions
  private let callerOptions: ResolvedOptions

  init(_ callee: LiftedFunction, _ callerOptions: ResolvedOptions) {
    core = callee.core
    type = callee.type.id
    calleeOptions = callee.options
    self.callerOptions = callerOptions
  }
}

/// Who calls a component function.
enum Caller {
  case component(ComponentState, ResolvedOptions)
  /// The host. Its values are in a memory that the program has for this. The global is 1 while a call is in progress,
  /// and stays 1 after a trap. It is nil if the host makes one call only.
  case host(ResolvedOptions, isEntered: CoreExport?)

  var options: ResolvedOptions {
    switch self {
    case .component(_, let options), .host(let options, _): options
    }
  }

  var state: ComponentState? {
    if case .component(let state, _) = self { state } else { nil }
  }
}
