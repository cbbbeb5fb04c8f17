// What a caller of the lowering decides; nothing here depends on LLVM or on a file.
import WasmModule
import WasmProgram

/// What guards accesses of 32-bit memories. 64-bit memories are always checked explicitly.
public enum BoundsChecks: Sendable, Equatable {
  case guardPages
  case explicit
}

public struct LoweringOptions: Sendable {
  public var product: Product
  /// Whether a host looks up exports, lives on after traps and looks at the state then. Always so with a library.
  public var isHosted: Bool
  public var boundsChecks: BoundsChecks
  /// An export that the program's start calls with typed arguments (`--invoke`); nil: only `_start`, or
  /// the export without a name.
  public var invoke: String?
  /// Positions among the functions that the program's modules define, one instance after another, whose bodies belong
  /// to this partition; the others are only declared. nil: all of them, in one partition.
  public var functionRange: Range<Int>?
  /// Whether this partition carries the descriptors, the state, `initialize` and the thunks. Exactly
  /// one partition of a program does.
  public var emitsDescriptor: Bool
  /// Whether the names of the name section are kept for messages of traps.
  public var keepsNames: Bool
  /// Whether arithmetic gives the positive canonical NaN for every NaN, so that its bits depend on nothing
  /// but the program. Costs a comparison and a selection an operation.
  public var canonicalizesNaNs = false
  /// For executables.
  public var profiling = Profiling.none
  /// Told of each function before its body is lowered, by its name in LLVM's module.
  public var willLower: (@Sendable (String) -> Void)?
  /// For the module and its debug information.
  public var moduleName: String

  public init(
    product: Product = .executable, isHosted: Bool = false,
    boundsChecks: BoundsChecks = .guardPages, invoke: String? = nil,
    functionRange: Range<Int>? = nil, emitsDescriptor: Bool = true, keepsNames: Bool = true,
    moduleName: String = "module"
  ) {
    self.product = product
    self.isHosted = isHosted || product.needsHost
    self.boundsChecks = boundsChecks
    self.invoke = invoke
    self.functionRange = functionRange
    self.emitsDescriptor = emitsDescriptor
    self.keepsNames = keepsNames
    self.moduleName = moduleName
  }

  /// Whether anybody can look up an export: without a host, only what the program's start looks up.
  func isVisible(_ export: Export, of instance: InstanceIndex, in program: Program) -> Bool {
    if isHosted { return true }
    guard instance == program.main else { return false }
    guard case .function = export.entity else { return export.name == "memory" }
    return ["", "_start", "_initialize", invoke].contains { $0.map(export.isNamed) ?? false }
  }
}
