// What an executable needs to write a core dump after a trap: a file name, and facts about its instances. coredump.c of the
// runtime declares the symbols.

import ObjectFile
import System
import WasmModule
import WasmProgram

struct CoreDumpTarget: Sendable {
  /// Empty if only SWASM_COREDUMP names a file.
  let path: HostString
  /// For each instance four fields: where the bodies of its functions begin and end, the number of its globals (u64 each),
  /// and the types of the globals as bytes of the binary format.
  let instances: [UInt8]

  init(path: HostString, _ program: Program) {
    self.path = path
    var bytes: [UInt8] = []
    for instance in program.instances {
      let bodies = instance.module.functions.defined.compactMap(\.body?.range)
      bytes.append(littleEndian: UInt64(bodies.map(\.lowerBound).min() ?? 0))
      bytes.append(littleEndian: UInt64(bodies.map(\.upperBound).max() ?? 0))
      let globals = instance.module.globals.defined.map(\.type.value)
      bytes.append(littleEndian: UInt64(globals.count))
      bytes += globals.map(Self.byte)
    }
    instances = bytes
  }

  /// Spec: Binary Format, Types. References to functions of a type are shown as those to any function.
  private static func byte(_ type: ValueType) -> UInt8 {
    switch type {
    case .i32: 0x7f
    case .i64: 0x7e
    case .f32: 0x7d
    case .f64: 0x7c
    case .v128: 0x7b
    case .reference(let reference):
      switch reference.heap {
      case .function, .noFunction, .concrete: 0x70
      case .extern, .noExtern: 0x6f
      case .exception, .noException: 0x69
      }
    }
  }
}
