// Reads the state that a program wrote after it had initialised itself (runtime-c/src/snapshot.c has the format). The
// program is the user's, so nothing that it wrote is trusted.

import ObjectFile
import WasmModule

struct StateReader {
  private var reader: ByteReader
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    reader = ByteReader(bytes)
  }

  /// - Returns: The state, and the bits of the initialiser's result.
  mutating func state(of module: Module) throws(ObjectFormatError) -> (ModuleState, result: UInt64)
  {
    var state = ModuleState()
    guard try word() == 0x706e_736d_7361_7773 else {  // swasmsnp
      throw ObjectFormatError(message: "it does not begin as a state does")
    }
    let result = try word()
    for _ in 0..<(try count(module.memories.defined.count)) { state.memories.append(try memory()) }
    for _ in 0..<(try count(module.globals.defined.count)) {
      let reference = try reference(module)
      state.globals.append(.init(low: try word(), high: try word(), reference: reference))
    }
    for _ in 0..<(try count(module.tables.defined.count)) {
      var table: [ModuleState.Reference] = []
      for _ in 0..<(try word()) { table.append(try reference(module)) }
      state.tables.append(table)
    }
    let elements = try count(module.elements.count)
    let data = try count(module.data.count)
    for _ in 0..<elements { state.droppedElements.append(try reader.byte() != 0) }
    for _ in 0..<data { state.droppedData.append(try reader.byte() != 0) }
    return (state, result)
  }

  private mutating func word() throws(ObjectFormatError) -> UInt64 { try reader.fixed(8) }

  private mutating func count(_ expected: Int) throws(ObjectFormatError) -> Int {
    guard try word() == UInt64(expected) else {
      throw ObjectFormatError(message: "it is the state of another module")
    }
    return expected
  }

  private mutating func memory() throws(ObjectFormatError) -> ModuleState.Memory {
    var memory = ModuleState.Memory(byteCount: try word(), runs: [])
    guard memory.byteCount <= 1 << 62 else {
      throw ObjectFormatError(message: "a memory is larger than any can be")
    }
    while true {
      let offset = try word()
      let length = try word()
      if length == 0 { return memory }
      let start = reader.position
      guard length <= UInt64(bytes.count - start), length <= memory.byteCount,
        offset <= memory.byteCount - length
      else { throw ObjectFormatError(message: "a memory has a part outside of itself") }
      reader.position += Int(length)
      append(bytes[start..<reader.position], at: offset, to: &memory)
    }
  }

  /// Leaves out zeros at both ends, because a memory begins with them.
  private func append(
    _ run: ArraySlice<UInt8>, at offset: UInt64, to memory: inout ModuleState.Memory
  ) {
    guard let first = run.firstIndex(where: { $0 != 0 }),
      let last = run.lastIndex(where: { $0 != 0 })
    else { return }
    memory.runs.append((offset + UInt64(first - run.startIndex), Array(run[first...last])))
  }

  private mutating func reference(_ module: Module) throws(ObjectFormatError)
    -> ModuleState.Reference
  {
    switch try word() {
    case 0: return .null
    case let number where number <= UInt64(module.functions.count):
      return .function(FunctionIndex(UInt32(number - 1)))
    default: return .other
    }
  }
}
