// Translates where variables are, and writes lists of .debug_loclists. DWARF 5, section 7.29.
//
// The guest's addresses are offsets in its memory. The address of the memory is in the state of the program, at a place
// that the linker knows.

import ObjectFile

struct LocationWriter {
  private(set) var contents = DebugSectionContents()
  private let start: Int

  init() {
    start = DebugOutput.beginLists(&contents)
  }

  /// Returns the offset of the list.
  mutating func add(_ locations: [(range: Range<UInt64>, expression: DebugSectionContents)]) -> Int
  {
    let offset = contents.bytes.count
    var base: UInt64?
    for location in locations {
      let start = sectionStart(location.range.lowerBound)
      if base != start {
        contents.bytes.append(ListEntry.baseAddress + 1)
        contents.append(address: start)
        base = start
      }
      contents.bytes.append(ListEntry.offsetPair)
      contents.bytes.append(uleb128: location.range.lowerBound - start)
      contents.bytes.append(uleb128: location.range.upperBound - start)
      contents.bytes.append(uleb128: UInt64(location.expression.bytes.count))
      contents.append(location.expression)
    }
    contents.bytes.append(ListEntry.endOfList)
    return offset
  }

  mutating func finish() { DebugOutput.endLength(&contents, from: start) }
}

/// Writes a native expression.
struct ExpressionTranslation {
  let sections: DebugSections
  let instance: DebugInstance
  /// The locals whose places are known, and these places.
  var locals: [Int: (local: NativeLocal, place: NativeLocal.Place)] = [:]
  /// What gives the base of the function's frame.
  var frameBase: [GuestOperation] = []

  private static let mask: [UInt8] = [0x0c, 0xff, 0xff, 0xff, 0xff, 0x1a]  // const4u, and

  /// nil if a place is missing.
  func translate(_ operations: [GuestOperation]) -> DebugSectionContents? {
    var result = DebugSectionContents()
    var part: [GuestOperation] = []
    var isInPieces = false
    for operation in operations {
      guard case .piece(let bytes) = operation else {
        part.append(operation)
        continue
      }
      isInPieces = true
      // A piece without a place is one that the compiler did not keep.
      if !part.isEmpty {
        guard let translated = translatePart(part) else { return nil }
        result.append(translated)
      }
      result.bytes.append(Operation.piece)
      result.bytes.append(uleb128: bytes)
      part = []
    }
    if isInPieces { return part.isEmpty ? result : nil }
    return translatePart(part)
  }

  /// Translates what is not divided into pieces.
  private func translatePart(_ operations: [GuestOperation]) -> DebugSectionContents? {
    var result = DebugSectionContents()
    if operations.count == 1, case .implicitValue(let range) = operations[0] {
      result.bytes += sections.bytes[range]
      return result
    }
    if let local = Self.onlyLocal(operations) {
      guard let (_, place) = locals[local] else { return nil }
      result.bytes = bytes(of: place)
      return result
    }
    var isValue = false
    for operation in operations {
      guard !isValue else { return nil }
      if operation == .stackValue {
        isValue = true
      } else if !append(operation, to: &result) {
        return nil
      }
    }
    if isValue {
      result.bytes.append(Operation.stackValue)
    } else if !appendNativeAddress(to: &result) {
      return nil
    }
    return result
  }

  /// The local of a variable that is in one.
  private static func onlyLocal(_ operations: [GuestOperation]) -> Int? {
    guard case .local(let local) = operations.first else { return nil }
    return operations.count == 1 || operations[1...] == [.stackValue] ? local : nil
  }

  private func bytes(of place: NativeLocal.Place) -> [UInt8] {
    switch place {
    case .register(let number):
      if number < 32 { return [Operation.reg0 + UInt8(number)] }
      var result = [Operation.regx]
      result.append(uleb128: number)
      return result
    case .memory(let address): return address
    case .value(let operations): return operations + [Operation.stackValue]
    }
  }

  private func append(_ operation: GuestOperation, to result: inout DebugSectionContents) -> Bool {
    switch operation {
    case .local(let local):
      guard let (local, place) = locals[local] else { return false }
      result.bytes += local.value(at: place)
    case .global(let global):
      guard instance.globals.indices.contains(global), let cell = instance.globals[global] else {
        return false
      }
      result.bytes.append(Operation.addr)
      result.append(.state, addend: cell)
      result.bytes += [Operation.derefSize, UInt8(instance.pointerBytes)]
    case .frameBase(let offset):
      for operation in frameBase where operation != .stackValue {
        if case .frameBase = operation { return false }
        if !append(operation, to: &result) { return false }
      }
      if frameBase.isEmpty { return false }
      result.bytes.append(0x11)  // DW_OP_consts
      result.bytes.append(sleb128: offset)
      result.bytes.append(Operation.plus)
    case .address(let address):
      result.bytes.append(Operation.constu)
      result.bytes.append(uleb128: address)
    case .load(let bytes):
      guard appendNativeAddress(to: &result) else { return false }
      result.bytes += [Operation.derefSize, bytes ?? UInt8(instance.pointerBytes)]
    case .plain(let range): result.bytes += sections.bytes[range]
    case .stackValue, .piece, .implicitValue: return false
    }
    return true
  }

  /// Turns the guest address on the stack into a native one.
  private func appendNativeAddress(to result: inout DebugSectionContents) -> Bool {
    guard let memory = instance.memory else { return false }
    if instance.pointerBytes == 4 { result.bytes += Self.mask }
    result.bytes.append(Operation.addr)
    result.append(.state, addend: memory)
    result.bytes += [Operation.deref, Operation.plus]
    return true
  }
}
