// The options that a caller of the lowering chooses. Nothing here depends on LLVM or on a file.
import WasmModule
import WasmProgram

/// How accesses to 32-bit memories are guarded. Accesses to 64-bit memories and to memories with small pages are always
/// checked explicitly.
public enum BoundsChecks: Sendable, Equatable {
  /// Pages without access follow the memory. An access beyond its end faults, and the fault is the trap.
  case guardPages
  /// Code compares each address with the memory's size.
  case explicit
}

/// The functions of a partition of a program. Their positions count the functions that the program's modules define,
/// one instance after another.
public struct PartitionFunctions: Sendable, Equatable {
  /// In order.
  public var positions: [Int]
  /// Those that no other partition refers to.
  public var local: Set<Int>
  /// Functions of other partitions whose bodies may be inlined here, in order.
  public var inlinable: [Int]

  public init(_ positions: [Int], local: Set<Int> = [], inlinable: [Int] = []) {
    self.positions = positions
    self.local = local
    self.inlinable = inlinable
  }
}

/// What instructions say about themselves for later steps.
public enum Hints: Sendable, Equatable {
  /// Everything: which memory an access concerns, how likely a branch is, which loads may be repeated.
  case forOptimising
  /// Only which loads may be repeated.
  case forRegisters
  case none
}

/// For debuggers, all instructions have locations, and not only those that may trap and calls. And where the values of
/// some locals are can be followed down to machine code.
public struct FollowedLocals: Sendable {
  /// The locals of functions, by instance and by where the function's body begins in the file.
  public var locals: [[Int: [Int]]] = []
  /// For each instance, where rows of its line tables begin in the file, in order. All instructions of a row have one
  /// location, except calls and those that may trap.
  public var rows: [[Int]] = []

  public init() {}

  /// The most locals of a function that are followed. What LLVM does for each of them costs much of a compilation
  /// without optimisation. There, the base of the frame matters, by which the guest's compiler finds all variables if it
  /// does not optimise either.
  public static func most(_ hints: Hints) -> Int { hints == .none ? 4 : 64 }
}

/// What the caller of the lowering chooses.
public struct LoweringOptions: Sendable {
  public var product: Product
  /// Whether a host looks up exports, goes on after traps, and looks at the state then. Always true for a library.
  public var isHosted: Bool
  public var boundsChecks: BoundsChecks
  /// The export that the program's start calls with typed arguments (`--invoke`). If it is nil, the start calls only
  /// `_start`, or the export without a name.
  public var invoke: String?
  /// The functions whose bodies belong to this partition; the others are only declared. nil: all functions.
  public var partition: PartitionFunctions?
  /// Whether this partition has the descriptors, the state, `initialize` and the thunks. Exactly one partition of a
  /// program has them.
  public var emitsDescriptor: Bool
  /// Whether the names of tags are kept for messages about exceptions.
  public var keepsNames: Bool
  /// Whether arithmetic gives the positive canonical NaN for every NaN. Then the bits of all results depend only on the
  /// program. This costs a comparison and a selection for each operation.
  public var canonicalizesNaNs = false
  /// Which hints the instructions get. A step that does not use them only pays for them.
  public var hints = Hints.forOptimising
  /// What the lines of the debug information mean.
  public var lines = LineNumbering.fileOffsets
  /// What debuggers want to know; nil: nothing. This changes no code.
  public var followed: FollowedLocals?
  /// Only executables can have another value than `none`.
  public var profiling = Profiling.none
  /// Called before each body is lowered, with the function's name in the LLVM module.
  public var willLower: (@Sendable (String) -> Void)?
  /// The name of the LLVM module, also in its debug information.
  public var moduleName: String

  public init(
    product: Product = .executable, isHosted: Bool = false,
    boundsChecks: BoundsChecks = .guardPages, invoke: String? = nil,
    partition: PartitionFunctions? = nil, emitsDescriptor: Bool = true, keepsNames: Bool = true,
    moduleName: String = "module"
  ) {
    self.product = product
    self.isHosted = isHosted || product.needsHost
    self.boundsChecks = boundsChecks
    self.invoke = invoke
    self.partition = partition
    self.emitsDescriptor = emitsDescriptor
    self.keepsNames = keepsNames
    self.moduleName = moduleName
  }

  /// Whether anybody can look up an export. Without a host, only the program's start looks up exports.
  public func isVisible(_ export: Export, of instance: InstanceIndex, in program: Program) -> Bool {
    if isHosted { return true }
    guard instance == program.main else { return false }
    guard case .function = export.entity else { return export.name == "memory" }
    return ["", "_start", "_initialize", invoke.map { Name($0) }].contains(export.name)
  }
}
