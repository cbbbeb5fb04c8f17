// The kinds of output of a compilation, each with the tools that it needs.

import System
import Targets

enum Output: Sendable {
  /// A static executable: the objects and the runtime, linked.
  case executable(linker: Linker, runtime: HostString)
  /// One relocatable object, which still needs the runtime.
  case object(linker: Linker)
  /// Assembly, or IR as text or bitcode: the code generator's output as it is.
  case code

  /// Throws when a tool is missing.
  init(_ emit: Emit, for target: Target, from installation: Installation)
    throws(DriverError)
  {
    switch emit {
    case .exe:
      self = .executable(
        linker: Linker(path: try installation.linker(), target: target),
        runtime: try installation.runtimeArchive(target))
    case .obj: self = .object(linker: Linker(path: try installation.linker(), target: target))
    case .asm, .llvmIR, .loweredIR, .llvmBC: self = .code
    }
  }
}
