// Tables, and memory instructions other than accesses.
// Spec: Validation, Table Instructions and Memory Instructions.

extension FunctionValidator {
  mutating func table(_ index: UInt32) throws(WasmError) -> FlatTable {
    guard Int(index) < facts.tables.count else { throw invalid("unknown table \(index)") }
    return facts.tables[Int(index)]
  }

  /// The table of an instruction that may change it.
  private mutating func writtenTable(_ index: UInt32) throws(WasmError) -> FlatTable {
    let table = try table(index)
    facts.isTableWritten[Int(index)] = true
    return table
  }

  private mutating func elementType(_ index: UInt32) throws(WasmError) -> OperandType {
    guard Int(index) < facts.elements.count else {
      throw invalid("unknown elem segment \(index)")
    }
    return facts.elements[Int(index)]
  }

  mutating func table(_ operation: TableOperation) throws(WasmError) {
    switch operation {
    case .get:
      let table = try table(instruction.index)
      try pop(table.address)
      push(table.element)
    case .set:
      let table = try writtenTable(instruction.index)
      try pop(table.element)
      try pop(table.address)
    case .size: push(try table(instruction.index).address)
    case .grow:
      let table = try writtenTable(instruction.index)
      try pop(table.address)
      try pop(table.element)
      push(table.address)
    case .fill:
      let table = try writtenTable(instruction.index)
      try pop(table.address)
      try pop(table.element)
      try pop(table.address)
    case .copy: try tableCopy()
    case .initialize: try tableInit()
    case .elemDrop: _ = try elementType(instruction.index)
    }
  }

  private mutating func tableCopy() throws(WasmError) {
    let destination = try writtenTable(instruction.index)
    let source = try table(instruction.index2)
    guard source.element.matches(destination.element) else {
      throw mismatch(destination.element, source.element)
    }
    try pop(smaller(destination.address, source.address))
    try pop(source.address)
    try pop(destination.address)
  }

  private mutating func tableInit() throws(WasmError) {
    let table = try writtenTable(instruction.index2)
    let element = try elementType(instruction.index)
    guard element.matches(table.element) else { throw mismatch(table.element, element) }
    try pop(.i32)
    try pop(.i32)
    try pop(table.address)
  }

  mutating func memory(_ operation: MemoryOperation) throws(WasmError) {
    switch operation {
    case .size: push(try memoryAddress(instruction.index))
    case .grow:
      let address = try memoryAddress(instruction.index)
      try pop(address)
      push(address)
    case .fill:
      let address = try memoryAddress(instruction.index)
      try pop(address)
      try pop(.i32)
      try pop(address)
    case .copy:
      let destination = try memoryAddress(instruction.index)
      let source = try memoryAddress(instruction.index2)
      try pop(smaller(destination, source))
      try pop(source)
      try pop(destination)
    case .initialize:
      let address = try memoryAddress(instruction.index2)
      try checkData(instruction.index)
      try pop(.i32)
      try pop(.i32)
      try pop(address)
    case .dataDrop: try checkData(instruction.index)
    }
  }

  /// The type of a length between two memories or tables: the smaller of their index types.
  private mutating func smaller(_ first: OperandType, _ second: OperandType) -> OperandType {
    first == .i64 && second == .i64 ? .i64 : .i32
  }

  private mutating func checkData(_ index: UInt32) throws(WasmError) {
    guard let count = facts.declaredDataCount else {
      throw .malformed("data count section required", at: instruction.offset)
    }
    guard index < count else { throw invalid("unknown data segment \(index)") }
  }
}
