// What the items of a component are once it is instantiated.

import WasmComponent
import WasmModule
import WasmProgram

enum RuntimeItem {
  case coreModule(ValidatedModule)
  case function(RuntimeFunction)
  /// A resource, or nil for another type.
  case type(RuntimeResource?)
  case instance(RuntimeInstance)
  case component(RuntimeComponent)
}

enum RuntimeFunction {
  case lifted(LiftedFunction)
  case host(HostFunction)
}

/// A function that an outermost component imports from the host.
struct HostFunction {
  /// The name of its interface with the version; empty if the component imports the function itself.
  let interface: String
  let name: String
  let type: BoundFunctionType
  /// The file of the component that imports it (`ComponentPart.file`).
  let file: Int

  var description: String { interface.isEmpty ? name : "\(interface) \(name)" }
}

/// Exports by name. Names of components are ASCII, so strings may be keys.
struct RuntimeInstance {
  var exports: [String: RuntimeItem] = [:]

  func resource(at path: [String]) -> RuntimeResource? {
    guard let first = path.first, let item = exports[first] else { return nil }
    return item.resource(at: path.dropFirst())
  }
}

extension RuntimeItem {
  func resource(at path: ArraySlice<String>) -> RuntimeResource? {
    switch self {
    case .type(let resource): path.isEmpty ? resource : nil
    case .instance(let instance): instance.resource(at: Array(path))
    case .coreModule, .function, .component: nil
    }
  }
}

/// A component, with the instance in which it was defined: its outer aliases refer to that.
struct RuntimeComponent {
  let body: ComponentBody
  let definedIn: ComponentInstance?
}

/// A core instance, or items by the bytes of their names.
enum RuntimeCoreInstance {
  case instance(InstanceIndex)
  case exports([[UInt8]: CoreItem])
}

/// An instance of a component. It is filled while its definitions are executed. Others use its items after that.
final class ComponentInstance {
  let body: ComponentBody
  let definedIn: ComponentInstance?
  let state: ComponentState
  let arguments: [String: RuntimeItem]
  var resources: [ResourceID: RuntimeResource] = [:]
  /// In the order of their indices.
  var coreInstances: [RuntimeCoreInstance] = []
  /// Where `type(ofInstanceAt:)` looks next.
  private var nextInstance = 0
  /// By the position of their definition.
  var instances: [Int: RuntimeInstance] = [:]
  /// The core functions that canonical definitions made, by the position of the definition.
  var canonicals: [Int: CoreExport] = [:]
  /// The adapters of its calls.
  var calls: [CallKey: CoreExport] = [:]

  init(
    _ component: RuntimeComponent, state: ComponentState, arguments: [String: RuntimeItem]
  ) {
    body = component.body
    definedIn = component.definedIn
    self.state = state
    self.arguments = arguments
  }

  var spaces: ComponentSpaces { body.spaces }

  /// The type of the instance that a definition makes. Call it for the definitions in their order, which is also the
  /// order of the indices of their instances.
  func type(ofInstanceAt position: Int) -> InstanceTypeID {
    while spaces.instances[nextInstance].source != .definition(position) { nextInstance += 1 }
    return spaces.instances[nextInstance].type
  }

  func outer(_ count: Int) -> ComponentInstance {
    var instance = self
    for _ in 0..<count {
      guard let next = instance.definedIn else {
        preconditionFailure("validation checked the outer alias")
      }
      instance = next
    }
    return instance
  }
}
