// What a caller of the lowering decides; nothing here depends on LLVM or on a file.
import WasmModule

/// Where generated code finds its instance.
public enum InstanceMode: Sendable, Equatable {
  /// One instance for the whole program, at the address of `swasm_main_instance`; its descriptor is
  /// `swasm_main_module`. For executables.
  case staticInstance
  /// The instance is the first parameter of every function; the descriptor is `<symbolPrefix>module`.
  /// For libraries and for tests that instantiate many modules.
  case parameter(symbolPrefix: String)
}

/// What guards accesses of 32-bit memories. 64-bit memories are always checked explicitly.
public enum BoundsChecks: Sendable, Equatable {
  case guardPages
  case explicit
}

/// What happens to an import that nothing provides. Only a static instance has such imports.
public enum UnknownImports: Sendable, Equatable {
  /// A `LoweringError` that names the import.
  case error
  /// Calling it ends the program with a message that names it.
  case trap
}

/// The instruction that shuffles bytes by a vector of indices, where the target has one.
public enum ByteShuffle: Sendable, Equatable {
  case none
  /// pshufb, of SSSE3 and so of x86-64-v2.
  case x86
  /// tbl.
  case aarch64
}

public struct LoweringOptions: Sendable {
  public var instance: InstanceMode
  public var boundsChecks: BoundsChecks
  public var unknownImports: UnknownImports
  /// An export that the program's start calls with typed arguments (`--invoke`); nil: only `_start`, or
  /// the export without a name.
  public var invoke: String?
  /// Whether imports from wasi_snapshot_preview1 are bound to the runtime's functions.
  public var providesWASI: Bool
  /// Positions among the functions defined by the module whose bodies belong to this partition; the
  /// others are only declared. nil: all of them, in one partition.
  public var functionRange: Range<Int>?
  /// Whether this partition carries the descriptor, the instance, `initialize` and the thunks. Exactly
  /// one partition of a module does.
  public var emitsDescriptor: Bool
  /// Whether the names of the name section are kept for messages of traps.
  public var keepsNames: Bool
  public var byteShuffle: ByteShuffle
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
    instance: InstanceMode = .staticInstance, boundsChecks: BoundsChecks = .guardPages,
    unknownImports: UnknownImports = .error, invoke: String? = nil, providesWASI: Bool = true,
    functionRange: Range<Int>? = nil, emitsDescriptor: Bool = true, keepsNames: Bool = true,
    byteShuffle: ByteShuffle = .none,
    moduleName: String = "module"
  ) {
    self.instance = instance
    self.boundsChecks = boundsChecks
    self.unknownImports = unknownImports
    self.invoke = invoke
    self.providesWASI = providesWASI
    self.functionRange = functionRange
    self.emitsDescriptor = emitsDescriptor
    self.keepsNames = keepsNames
    self.byteShuffle = byteShuffle
    self.moduleName = moduleName
  }

  var isStatic: Bool { instance == .staticInstance }

  /// Whether anybody can get at an export: of an executable, at what its start looks up.
  func isVisible(_ export: Export) -> Bool {
    guard isStatic else { return true }
    guard case .function = export.entity else { return export.name == "memory" }
    return ["", "_start", "_initialize", invoke].contains { $0.map(export.isNamed) ?? false }
  }
}
