// The run-time state of one instance of a component: flags, in a core module of its own, and a table of handles, in the
// module that holds all tables. Both are made the first time that an adapter needs them. Spec: CanonicalABI.md,
// Component Instance State, Table State.

import WasmEncoding
import WasmModule
import WasmProgram

final class ComponentState {
  /// The instance of the component in which this one was instantiated.
  let parent: ComponentState?
  private let plan: ProgramPlan
  private var flags: InstanceIndex?
  private var table: HandleTableReference?
  /// Whether the component has a built-in function for values that belong to a task.
  let usesContext: Bool
  /// Whether the instance has representations of its own resources instead of handles. It uses no other resources.
  let passesRepresentations: Bool

  init(
    parent: ComponentState?, usesContext: Bool, passesRepresentations: Bool = false,
    plan: ProgramPlan
  ) {
    self.parent = parent
    self.usesContext = usesContext
    self.passesRepresentations = passesRepresentations
    self.plan = plan
  }

  /// Whether one instance contains the other, or they are the same. Then a call between them could enter an instance
  /// again.
  /// Spec: CanonicalABI.md, `call_might_be_recursive`.
  func isRelated(to other: ComponentState) -> Bool {
    isReflexiveAncestor(of: other) || other.isReflexiveAncestor(of: self)
  }

  private func isReflexiveAncestor(of other: ComponentState) -> Bool {
    var next: ComponentState? = other
    while let state = next {
      if state === self { return true }
      next = state.parent
    }
    return false
  }

  // MARK: Flags

  /// Globals of the instance's flags.
  enum Flag: String, CaseIterable {
    /// 1 unless values are being lowered into the instance, or its post-return function runs.
    case mayLeave = "may-leave"
    case context0 = "context-0"
    case context1 = "context-1"
    case backpressure
  }

  func flag(_ flag: Flag) throws(ComponentLinkError) -> CoreExport {
    CoreExport(instance: try flagsInstance(), name: flag.rawValue)
  }

  private func flagsInstance() throws(ComponentLinkError) -> InstanceIndex {
    if let flags { return flags }
    let module = AdapterModule(traps: [])
    for flag in Flag.allCases {
      module.writer.exportGlobal(
        flag.rawValue, module.writer.global(flag == .mayLeave ? 1 : 0))
    }
    let instance = try plan.add(module, named: "flags of a component instance")
    flags = instance
    return instance
  }

  // MARK: Handles

  /// The instance's table.
  var handles: HandleTableReference {
    if let table { return table }
    let made = plan.newHandleTable()
    table = made
    return made
  }
}

/// A table of handles, and the instance of the program that has its functions.
struct HandleTableReference {
  let instance: InstanceIndex
  /// The first argument of each function that is about one table.
  let address: UInt32

  func export(_ function: HandleTable.Function) -> CoreExport {
    CoreExport(instance: instance, name: function.rawValue)
  }
}

/// A resource type of one instance of a component.
final class RuntimeResource {
  /// A different number for each resource type of the program; never 0.
  let number: Int32
  /// The instance that defines it; nil: the host does.
  let implementer: ComponentState?
  let destructor: CoreExport?

  init(number: Int32, implementer: ComponentState?, destructor: CoreExport?) {
    self.number = number
    self.implementer = implementer
    self.destructor = destructor
  }
}
