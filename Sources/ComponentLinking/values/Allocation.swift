// Writes the checks of addresses that either side gives: ranges of the source, and what `realloc` of the destination
// returns. All sums are in 64 bits. Spec: CanonicalABI.md, Canonical ABI Options, Loading, Storing.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

/// The reasons for which adapters of calls may trap.
enum CallTraps {
  static let all: [ComponentTrap] = ComponentTrap.allCases
}

extension AdapterModule {
  /// Traps unless `bytes` (an i64) from `address` on are in the memory.
  func checkRange(
    _ address: Local, bytes: Local, memory: Int, pageLog2: UInt8, _ reason: ComponentTrap,
    _ f: FunctionWriter
  ) {
    f.get(address)
    f.op(.i64ExtendI32)
    f.get(bytes)
    f.op(.i64Add)
    f.memorySize(memory)
    f.op(.i64ExtendI32)
    f.i64(Int64(pageLog2))
    f.op(.i64ShiftLeft)
    f.op(.i64Greater)
    trapIfTrue(reason, f)
  }

  func checkAlignment(
    _ address: Local, _ alignment: UInt64, _ reason: ComponentTrap, _ f: FunctionWriter
  ) {
    if alignment == 1 { return }
    f.get(address)
    f.u32(UInt32(truncatingIfNeeded: alignment) - 1)
    f.op(.i32And)
    trapIfTrue(reason, f)
  }

  /// The checks of an address that a side passes for a value of a known size.
  func checkPointer(
    _ address: Local, _ value: FieldOffsets, _ side: Side, _ f: FunctionWriter
  ) {
    let bytes = f.local(.i64)
    checkAlignment(address, value.alignment, .unalignedPointer, f)
    f.i64(Int64(value.bytes))
    f.set(bytes)
    checkRange(
      address, bytes: bytes, memory: side.requiredMemory, pageLog2: side.pageLog2,
      .pointerOutOfBounds, f)
  }
}

extension ValueCopier {
  /// The longest string or list in bytes. Spec: CanonicalABI.md, `MAX_STRING_BYTE_LENGTH`, `MAX_LIST_BYTE_LENGTH`.
  static let mostBytes: Int64 = (1 << 28) - 1

  /// Calls the destination's realloc with four operands on the stack (old address, old bytes, alignment, new bytes),
  /// and leaves the address that it returned, checked.
  func reallocate(_ f: FunctionWriter) { f.call(reallocation) }

  /// Allocates as many bytes as a local says.
  func allocate(alignment: UInt64, bytes: Local, _ f: FunctionWriter, into address: Local) {
    f.i32(0)
    f.i32(0)
    f.u32(UInt32(truncatingIfNeeded: alignment))
    f.get(bytes)
    reallocate(f)
    f.set(address)
  }

  /// (old address, old bytes, alignment, new bytes) → address
  private var reallocation: Int {
    helper("realloc", [.i32, .i32, .i32, .i32], [.i32]) { f in
      guard let realloc = to.realloc else { preconditionFailure("validation requires realloc") }
      let (address, bytes) = (f.local(), f.local(.i64))
      for parameter in f.parameters { f.get(parameter) }
      f.call(realloc)
      f.tee(address)
      f.get(f.parameters[2])
      f.i32(1)
      f.op(.i32Subtract)
      f.op(.i32And)
      module.trapIfTrue(.reallocUnaligned, f)
      f.get(f.parameters[3])
      f.op(.i64ExtendI32)
      f.set(bytes)
      module.checkRange(
        address, bytes: bytes, memory: to.requiredMemory, pageLog2: to.pageLog2,
        .reallocOutOfBounds, f)
      f.get(address)
    }
  }

  /// A function of this copier, which is written the first time that it is asked for.
  func helper(
    _ key: String, named name: String? = nil, _ parameters: [ValueType], _ results: [ValueType],
    _ body: (FunctionWriter) -> Void
  ) -> Int {
    if let known = helpers[key] { return known }
    let type = FunctionType(parameters: parameters, results: results)
    let index = module.writer.declareFunction(type, name: name ?? key)
    helpers[key] = index
    let f = FunctionWriter(type)
    body(f)
    module.writer.define(index, f)
    return index
  }
}
