// Values of wasm in an array of swasm_value. Only this file knows where the value at a position is, and only this file
// loads and stores it. All types have the same stride, vectors too, so the position alone gives the address.
//
// Two kinds of values do not go through here:
// - A global's cell is one swasm_value, but it is aligned for its type. The optimiser knows that its accesses touch
//   nothing else (LowerVariable).
// - Locals in a function's frame (LocalSlots) are packed by size: only the function sees them, and there may be very
//   many. Their accesses are volatile.
import LLVMKit

struct ValueSlots {
  let start: LLVMValue
  /// Bytes from `start` to the first value.
  private let header: UInt64
  /// The alignment that every access may assume.
  private let alignment: UInt32
  /// The kind of memory for LLVM's alias analysis; nil if LLVM is told nothing.
  private let tbaa: (kind: LLVMMetadataKind, tag: LLVMMetadata)?

  /// The slots of a program, which `swasm_instance.results` points to: arguments and results that do not fit registers.
  /// - Parameter metadata: The metadata of the instance whose code accesses them; nil if it is no instance's code.
  init(ofProgramAt start: LLVMValue, metadata: ModuleMetadata?) {
    self.start = start
    header = 0
    alignment = 4
    tbaa = metadata.map { ($0.tbaa, $0.instance) }
  }

  /// An array that C code handed over.
  init(ofHostAt start: LLVMValue) {
    self.start = start
    header = 0
    alignment = 4
    tbaa = nil
  }

  /// The values of an exception, which follow the structure.
  init(of exception: LLVMValue) {
    start = exception
    header = ABI.exceptionValues
    alignment = 8
    tbaa = nil
  }

  /// The size of `count` values in bytes.
  static func bytes(_ count: Int) -> UInt64 { UInt64(count) * ABI.valueStride }

  func load(_ type: LLVMType, at position: Int, _ builder: borrowing LLVMBuilder) -> LLVMValue {
    let value = builder.load(type, address(position, builder), alignment: alignment)
    if let tbaa { value.setMetadata(tbaa.kind, tbaa.tag) }
    return value
  }

  func store(_ value: LLVMValue, at position: Int, _ builder: borrowing LLVMBuilder) {
    let store = builder.store(value, address(position, builder), alignment: alignment)
    if let tbaa { store.setMetadata(tbaa.kind, tbaa.tag) }
  }

  private func address(_ position: Int, _ builder: borrowing LLVMBuilder) -> LLVMValue {
    builder.field(start, at: header + Self.bytes(position))
  }
}

extension ProgramLowering {
  /// The slots of the program whose state is at `state`. Their address is known if the state is a symbol.
  /// - Parameters:
  ///   - isLoaded: Whether the address is read from the state even if it is known.
  ///   - metadata: The metadata of the instance whose code accesses them; nil if it is no instance's code.
  func slots(
    of state: LLVMValue, _ builder: borrowing LLVMBuilder, isLoaded: Bool = false,
    metadata: ModuleMetadata? = nil
  ) -> ValueSlots {
    guard options.product.passesState || isLoaded else {
      return ValueSlots(
        ofProgramAt: builder.field(state, at: layout.slots), metadata: metadata)
    }
    let field = builder.field(state, at: ABI.instanceResults)
    let start = builder.load(types.pointer, field, alignment: 8, "slots")
    if let metadata { start.setMetadata(metadata.invariantLoad, metadata.empty) }
    return ValueSlots(ofProgramAt: start, metadata: metadata)
  }
}
