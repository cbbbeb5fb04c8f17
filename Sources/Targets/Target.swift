// A machine for which swasmc makes code. A target is a file beside this one and an entry in `all`. Its part of LLVM is
// a line in CCodeGeneration/RegisterTargets.c and a word in scripts/llvm-pkgconfig. Its part of the runtime is a
// directory in runtime-c/src/sys. RATIONALE.md lists the few other places that know a machine by its name.

import ObjectFile

/// A kind of processor with an operating system.
public struct Target: Sendable, Hashable {
  /// Its name in messages, and in the paths of the runtime's archives: `x86_64-linux`.
  public let name: String
  /// LLVM's name of it.
  public let triple: String
  public let byteOrder: ByteOrder
  /// Registers for arguments and results of functions. Values that do not fit go through the program's slots.
  public let argumentRegisters, resultRegisters: RegisterCounts
  /// The name for people of what every processor of the target has, and LLVM's name of a processor with just that.
  public let baselineName, llvmBaseline: String
  /// LLVM's names of features that a named processor must have to run code for the target.
  public let baselineFeatures: [String]
  /// LLVM's names of the further features that code may use: those that an executable can check (processor.def).
  public let features: [String]
  /// Preferences among instructions, in LLVM's notation, `+a` or `-b`.
  public let tuning: [String]
  /// Names of processors that stand for many, in ascending order, for help texts.
  public let levels: [String]
  /// The instructions of a processor that has all of `features`.
  let instructions: MachineInstructions
  /// How object files name the processor.
  package let elfMachine: ElfMachine
  /// The linker's name for the format of its output (`-m`).
  public let linkerEmulation: String

  public enum ByteOrder: Sendable, Hashable { case little, big }

  /// All targets. No two of them may have a baseline of the same name, because `--cpu` names it without its target.
  public static let all: [Target] = [.x64, .aarch64, .riscv64]

  /// The machine that this compiler runs on.
  public static var host: Target {
    #if arch(x86_64)
      .x64
    #elseif arch(arm64)
      .aarch64
    #elseif arch(riscv64)
      .riscv64
    #endif
  }

  /// Reads the names of features from a table that ends with NULL.
  package static func names(_ row: @escaping (UInt32) -> UnsafePointer<CChar>?) -> [String] {
    sequence(state: UInt32(0)) { position in
      defer { position += 1 }
      return row(position).map { String(cString: $0) }
    }.map { $0 }
  }

  /// Where the runtime's archive is, below a directory for all targets.
  public var runtimeArchive: String { "\(name)/libswasm_rt.a" }
}

extension Target: CustomStringConvertible {
  public var description: String { name }
}

/// How many registers of each kind: integers and addresses take general ones, floats and vectors take vector ones.
public struct RegisterCounts: Sendable, Hashable {
  public var general: Int
  public var vector: Int
  /// The most values in registers, of both kinds together.
  public var most: Int
  /// Whether one vector register holds a value of type v128. If not, such values go through slots.
  public let holdsV128: Bool

  public init(general: Int, vector: Int, most: Int? = nil, holdsV128: Bool = true) {
    self.general = general
    self.vector = vector
    self.most = most ?? general + vector
    self.holdsV128 = holdsV128
  }

  /// Takes a general register; false if none is left.
  public mutating func takeGeneral() -> Bool { take(\.general) }

  /// Takes a vector register; false if none is left.
  public mutating func takeVector() -> Bool { take(\.vector) }

  private mutating func take(_ kind: WritableKeyPath<RegisterCounts, Int>) -> Bool {
    guard most > 0, self[keyPath: kind] > 0 else { return false }
    most -= 1
    self[keyPath: kind] -= 1
    return true
  }
}
