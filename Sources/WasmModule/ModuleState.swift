// A module that begins where an instance of it once was: its memories, globals and tables have the values of that
// moment, and no start function runs. All indices and all offsets of code stay.

/// What an instance keeps between calls. Only items that the module itself defines have a state.
public struct ModuleState: Sendable {
  public struct Memory: Sendable {
    /// The size in bytes, a multiple of the page size.
    public var byteCount: UInt64
    /// The bytes that may not be zero, in ascending order, without overlaps.
    public var runs: [(offset: UInt64, bytes: [UInt8])]

    public init(byteCount: UInt64, runs: [(offset: UInt64, bytes: [UInt8])]) {
      self.byteCount = byteCount
      self.runs = runs
    }
  }

  public enum Reference: Sendable, Hashable {
    case null
    case function(FunctionIndex)
    /// An exception, or something of the host.
    case other
  }

  public struct Global: Sendable {
    /// The bits of a number or vector, low bits first.
    public var low, high: UInt64
    /// The value of a global with a reference.
    public var reference: Reference

    public init(low: UInt64, high: UInt64, reference: Reference) {
      self.low = low
      self.high = high
      self.reference = reference
    }
  }

  public var memories: [Memory] = []
  public var globals: [Global] = []
  public var tables: [[Reference]] = []
  /// By segment: whether it was dropped.
  public var droppedElements: [Bool] = []
  public var droppedData: [Bool] = []

  public init() {}
}

/// Why a state cannot become part of a module.
public struct ModuleStateError: Error, Sendable {
  public let message: String
}

extension Module {
  /// The module with `state` as its initial state. The result must be validated again.
  ///
  /// - Parameter exports: The exports of the result.
  /// - Throws: `ModuleStateError` if the state has references that no module can write down, or has too many bytes.
  public func beginning(with state: ModuleState, exports: [Export]) throws(ModuleStateError)
    -> Module
  {
    guard state.memories.count == memories.defined.count,
      state.globals.count == globals.defined.count,
      state.tables.count == tables.defined.count, state.droppedData.count == data.count,
      state.droppedElements.count == elements.count
    else { throw ModuleStateError(message: "the state is of another module") }
    var writer = StateWriter(self)
    try writer.write(state)
    var result = writer.module(exports: exports)
    do throws(WasmError) {
      try result.declare(like: self)
    } catch {
      throw ModuleStateError(message: error.message)
    }
    return result
  }

  /// Declares the functions that `original` declares in exports and initialisers which this module does not have. Bodies
  /// may take references to them.
  private mutating func declare(like original: Module) throws(WasmError) {
    let before = try ModuleValidator.declaredFunctions(of: original)
    let now = try ModuleValidator.declaredFunctions(of: self)
    let missing = functions.indices.filter { before[$0.int] && !now[$0.int] }
    guard !missing.isEmpty else { return }
    elements.append(
      ElementSegment(
        mode: .declarative, type: ReferenceType(isNullable: true, heap: .function),
        items: .functions(missing), origin: 0))
  }
}

/// Appends what the file does not have, and refers to it.
private struct StateWriter {
  private let original: Module
  private var added: [UInt8] = []
  private var globals: [(GlobalIndex, Module.Global)] = []
  private var tables: [(TableIndex, Module.Table)] = []
  private var memories: [(MemoryIndex, Module.Memory)] = []
  private var elements: [ElementSegment] = []
  private var data: [DataSegment] = []

  init(_ module: Module) { original = module }

  mutating func write(_ state: ModuleState) throws(ModuleStateError) {
    keepSegments(state)
    for (position, global) in state.globals.enumerated() {
      try write(global, at: original.globals.definedIndex(position))
    }
    for (position, table) in state.tables.enumerated() {
      try write(table, at: original.tables.definedIndex(position))
    }
    for (position, memory) in state.memories.enumerated() {
      try write(memory, at: original.memories.definedIndex(position))
    }
    guard original.bytes.count + added.count <= ImplementationLimits.moduleBytes,
      data.count <= ImplementationLimits.dataSegments,
      elements.count <= ImplementationLimits.elementSegments
    else {
      throw ModuleStateError(
        message: "the initialised module would be larger than a module may be")
    }
  }

  func module(exports: [Export]) -> Module {
    let file = original.bytes.withBytes(0..<original.bytes.count) { [UInt8]($0) }
    var result = Module(bytes: ModuleBytes(file + added), replacing: original)
    for (index, global) in globals { result.globals[index] = global }
    for (index, table) in tables { result.tables[index] = table }
    for (index, memory) in memories { result.memories[index] = memory }
    result.elements = IndexSpace()
    for segment in elements { result.elements.append(segment) }
    result.data = IndexSpace()
    for segment in data { result.data.append(segment) }
    if result.declaredDataCount != nil { result.declaredDataCount = UInt32(data.count) }
    result.exports = exports
    result.start = nil
    return result
  }

  // MARK: Segments

  /// Active segments were copied, and dropped ones are empty. Both keep their index. Functions that they name stay
  /// declared.
  private mutating func keepSegments(_ state: ModuleState) {
    for (segment, isDropped) in zip(original.elements, state.droppedElements) {
      var mode = segment.mode
      if case .active = mode { mode = .declarative } else if isDropped { mode = .declarative }
      elements.append(
        ElementSegment(mode: mode, type: segment.type, items: segment.items, origin: segment.origin)
      )
    }
    for (segment, isDropped) in zip(original.data, state.droppedData) {
      var isEmpty = isDropped
      if case .active = segment.mode { isEmpty = true }
      let start = segment.range.lowerBound
      data.append(
        DataSegment(
          mode: .passive, range: isEmpty ? start..<start : segment.range, origin: segment.origin))
    }
  }

  // MARK: Globals

  /// A global that cannot change has its value already.
  private mutating func write(_ state: ModuleState.Global, at index: GlobalIndex)
    throws(ModuleStateError)
  {
    let global = original.globals[index]
    guard global.type.isMutable else { return }
    let initializer: ConstantExpression
    switch global.type.value {
    case .i32:
      initializer = number(0x41, UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: state.low))))
    case .i64: initializer = number(0x42, state.low)
    case .f32: initializer = expression([0x43], bytes: state.low, count: 4)
    case .f64: initializer = expression([0x44], bytes: state.low, count: 8)
    case .v128:
      let start = end
      added += [0xfd, 0x0c]
      for word in [state.low, state.high] { append(word, count: 8) }
      added.append(0x0b)
      initializer = ConstantExpression(range: start..<end)
    case .reference(let type):
      guard let kept = reference(state.reference, type) else {
        throw ModuleStateError(
          message:
            "global \(index) holds a reference of the host or an exception, which cannot be kept")
      }
      initializer = kept
    }
    globals.append(
      (index, Module.Global(type: global.type, initializer: initializer, origin: global.origin)))
  }

  private mutating func reference(_ value: ModuleState.Reference, _ type: ReferenceType)
    -> ConstantExpression?
  {
    let start = end
    switch value {
    case .other: return nil
    case .function(let index):
      added.append(0xd2)
      appendSigned(Int64(index.raw), isUnsigned: true)
    case .null:
      added.append(0xd0)
      switch type.heap {
      case .function: added.append(0x70)
      case .extern: added.append(0x6f)
      case .exception: added.append(0x69)
      case .noFunction: added.append(0x73)
      case .noExtern: added.append(0x72)
      case .noException: added.append(0x74)
      case .concrete(let index): appendSigned(Int64(index.raw))
      }
    }
    added.append(0x0b)
    return ConstantExpression(range: start..<end)
  }

  // MARK: Tables and memories

  /// The most frequent element becomes the initial value of all. Segments have the others.
  private mutating func write(_ state: [ModuleState.Reference], at index: TableIndex)
    throws(ModuleStateError)
  {
    let table = original.tables[index]
    let element = table.type.element
    let initial = mostFrequent(of: state)
    let limits = Limits(minimum: UInt64(state.count), maximum: table.type.limits.maximum)
    let type = TableType(element: element, limits: limits, is64: table.type.is64)
    // Null is the initial value of a table without one. A table that may not contain null always has one.
    let initializer =
      initial == .null ? nil : try expression(of: initial ?? .null, element, in: index)
    tables.append(
      (
        index,
        Module.Table(
          type: type, initializer: initial == nil ? table.initializer : initializer,
          origin: table.origin)
      ))
    for range in joined(ranges(of: state, without: initial)) {
      try appendElements(state[range], index, at: range.lowerBound, table)
    }
  }

  private func ranges(
    of state: [ModuleState.Reference], without initial: ModuleState.Reference?
  ) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var position = 0
    while position < state.count {
      let start = position
      while position < state.count, state[position] != initial { position += 1 }
      if start < position { result.append(start..<position) }
      position += 1
    }
    return result
  }

  private func mostFrequent(of state: [ModuleState.Reference]) -> ModuleState.Reference? {
    var counts: [ModuleState.Reference: Int] = [:]
    for element in state { counts[element, default: 0] += 1 }
    // Equal counts: the one that comes first in the table, so that the same state gives the same module.
    let most = counts.values.max()
    return state.first { counts[$0] == most }
  }

  private mutating func appendElements(
    _ values: ArraySlice<ModuleState.Reference>, _ index: TableIndex, at position: Int,
    _ table: Module.Table
  ) throws(ModuleStateError) {
    let functions = values.compactMap { value -> FunctionIndex? in
      if case .function(let function) = value { function } else { nil }
    }
    var items = ElementSegment.Items.functions(functions)
    if functions.count < values.count {
      var known: [ModuleState.Reference: ConstantExpression] = [:]
      var expressions: [ConstantExpression] = []
      for value in values {
        if known[value] == nil {
          known[value] = try expression(of: value, table.type.element, in: index)
        }
        if let expression = known[value] { expressions.append(expression) }
      }
      items = .expressions(expressions)
    }
    let offset = number(table.type.is64 ? 0x42 : 0x41, UInt64(position))
    elements.append(
      ElementSegment(
        mode: .active(table: index, offset: offset), type: table.type.element, items: items,
        origin: table.origin))
  }

  private mutating func expression(
    of value: ModuleState.Reference, _ type: ReferenceType, in index: TableIndex
  ) throws(ModuleStateError) -> ConstantExpression {
    if let expression = reference(value, type) { return expression }
    throw ModuleStateError(
      message: "table \(index) holds a reference of the host or an exception, which cannot be kept")
  }

  private mutating func write(_ state: ModuleState.Memory, at index: MemoryIndex)
    throws(ModuleStateError)
  {
    let memory = original.memories[index]
    let old = memory.type
    let limits = Limits(minimum: state.byteCount >> old.pageLog2, maximum: old.limits.maximum)
    memories.append(
      (
        index,
        Module.Memory(
          type: MemoryType(
            limits: limits, is64: old.is64, isShared: old.isShared, pageLog2: old.pageLog2),
          origin: memory.origin)
      ))
    for run in try joined(state.runs) {
      let isSigned32 = !old.is64
      let address =
        isSigned32
        ? UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: run.offset))) : run.offset
      let offset = number(old.is64 ? 0x42 : 0x41, address)
      let start = end
      added += run.bytes
      data.append(
        DataSegment(
          mode: .active(memory: index, offset: offset), range: start..<end, origin: memory.origin))
    }
  }

  // MARK: Runs

  /// Each run costs as much as some hundred bytes when the program starts, and time to compile.
  private static let mostRuns = 10_000

  /// At most `mostRuns` ranges, which contain these. Those with the smallest gaps between them become one.
  /// - Parameter ranges: In ascending order, without overlaps.
  private func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
    let most = Self.mostRuns
    guard ranges.count > most else { return ranges }
    let gaps = zip(ranges.dropFirst(), ranges).map { $0.lowerBound - $1.upperBound }
    let longest = gaps.sorted()[gaps.count - most]
    var result: [Range<Int>] = []
    for range in ranges {
      if let last = result.last, range.lowerBound - last.upperBound <= longest {
        result[result.count - 1] = last.lowerBound..<range.upperBound
      } else {
        result.append(range)
      }
    }
    return result
  }

  private func joined(_ runs: [(offset: UInt64, bytes: [UInt8])]) throws(ModuleStateError) -> [(
    offset: UInt64, bytes: [UInt8]
  )] {
    guard runs.count > Self.mostRuns else { return runs }
    let ranges = runs.map { Int($0.offset)..<(Int($0.offset) + $0.bytes.count) }
    let wanted = joined(ranges)
    guard wanted.reduce(0, { $0 + $1.count }) <= ImplementationLimits.moduleBytes else {
      throw ModuleStateError(
        message: """
          a memory has more than \(Self.mostRuns) parts that are not zero, far from each other
          """)
    }
    var next = runs.startIndex
    return wanted.map { range in
      var bytes: [UInt8] = []
      while next < runs.endIndex, ranges[next].upperBound <= range.upperBound {
        let gap = ranges[next].lowerBound - range.lowerBound - bytes.count
        bytes += [UInt8](repeating: 0, count: gap)
        bytes += runs[next].bytes
        next += 1
      }
      return (UInt64(range.lowerBound), bytes)
    }
  }

  // MARK: Bytes

  private var end: Int { original.bytes.count + added.count }

  /// `i32.const` or `i64.const` of the signed number with these bits.
  private mutating func number(_ opcode: UInt8, _ bits: UInt64) -> ConstantExpression {
    let start = end
    added.append(opcode)
    appendSigned(Int64(bitPattern: bits))
    added.append(0x0b)
    return ConstantExpression(range: start..<end)
  }

  private mutating func expression(_ opcode: [UInt8], bytes: UInt64, count: Int)
    -> ConstantExpression
  {
    let start = end
    added += opcode
    append(bytes, count: count)
    added.append(0x0b)
    return ConstantExpression(range: start..<end)
  }

  private mutating func append(_ bits: UInt64, count: Int) {
    for byte in 0..<count { added.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(byte)))) }
  }

  /// LEB128.
  /// - Parameter isUnsigned: Whether no bit for the sign is needed.
  private mutating func appendSigned(_ value: Int64, isUnsigned: Bool = false) {
    var rest = value
    while true {
      let byte = UInt8(truncatingIfNeeded: rest & 0x7f)
      rest >>= 7
      let isLast =
        isUnsigned ? rest == 0 : (rest == 0 && byte & 0x40 == 0) || (rest == -1 && byte & 0x40 != 0)
      added.append(isLast ? byte : byte | 0x80)
      if isLast { return }
    }
  }
}
