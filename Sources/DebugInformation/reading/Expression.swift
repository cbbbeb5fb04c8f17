// The expressions of the module's variables. DWARF 5, section 2.5, and the operation for WebAssembly, whose operands
// are a local, a global or an operand of the stack.

import ObjectFile

enum GuestOperation: Equatable {
  /// Pushes a local of the function, or says that the variable is there.
  case local(Int)
  case global(Int)
  /// Pushes the base of the function's frame in memory and this offset.
  case frameBase(Int64)
  /// Pushes an address in memory.
  case address(UInt64)
  /// Loads so many bytes from an address; nil: the bytes of an address.
  case load(bytes: UInt8?)
  /// The result is the variable's value, and not its address.
  case stackValue
  /// The variable's value is part of the expression: the operation as it is.
  case implicitValue(Range<Int>)
  /// What came since the last piece is so many bytes of the variable.
  case piece(bytes: UInt64)
  /// An operation without addresses, as it is.
  case plain(Range<Int>)
}

extension DebugUnit {
  /// More operations than compilers write. Many variables may share one expression.
  private static let mostOperations = 64

  /// The operations of an expression. nil if one of them cannot be translated, or if there are too many.
  func operations(_ expression: Range<Int>, of sections: DebugSections) -> [GuestOperation]? {
    var reader = ByteReader(sections.bytes, expression)
    var result: [GuestOperation] = []
    while reader.position < reader.end {
      guard result.count < Self.mostOperations, let operation = try? operation(&reader, sections)
      else { return nil }
      result.append(operation)
    }
    return result
  }

  private func operation(_ reader: inout ByteReader, _ sections: DebugSections)
    throws(ObjectFormatError) -> GuestOperation?
  {
    let start = reader.position
    let code = try reader.byte()
    switch code {
    case Operation.addr: return .address(try reader.fixed(format.addressBytes))
    case Operation.addrx: return .address(try sections.address(reader.uleb128(), format))
    case Operation.deref: return .load(bytes: nil)
    case Operation.derefSize: return .load(bytes: try reader.byte())
    case Operation.fbreg: return .frameBase(try reader.sleb128())
    case Operation.stackValue: return .stackValue
    case Operation.wasmLocation: return try wasmLocation(&reader)
    case Operation.piece: return .piece(bytes: try reader.uleb128())
    case Operation.implicitValue:
      reader.position = try reader.bytes(ofCount: reader.uleb128()).upperBound
      return .implicitValue(start..<reader.position)
    case 0x08, 0x09, 0x15: reader.position = try reader.bytes(ofCount: 1).upperBound
    case 0x0a, 0x0b: reader.position = try reader.bytes(ofCount: 2).upperBound
    case 0x0c, 0x0d: reader.position = try reader.bytes(ofCount: 4).upperBound
    case 0x0e, 0x0f: reader.position = try reader.bytes(ofCount: 8).upperBound
    case Operation.constu, 0x11, Operation.plusUconst: _ = try reader.uleb128()
    // Stack and arithmetic, comparisons, literals, nop. No jumps, because their distances change.
    case 0x12...0x14, 0x16, 0x17, 0x19...0x22, 0x24...0x27, 0x29...0x2e, 0x30...0x4f, 0x96: break
    default: return nil
    }
    return .plain(start..<reader.position)
  }

  private func wasmLocation(_ reader: inout ByteReader) throws(ObjectFormatError)
    -> GuestOperation?
  {
    switch try reader.byte() {
    case 0: return .local(Int(clamping: try reader.uleb128()))
    case 1: return .global(Int(clamping: try reader.uleb128()))
    case 3: return .global(Int(clamping: try reader.fixed(4)))
    default: return nil  // an operand of the stack
    }
  }
}

extension GuestDebugInformation {
  /// For each function, by the address where its code begins: the locals that its variables need, so many at most. The
  /// local with the base of the frame comes first.
  package func followedLocals(most: Int) throws(ObjectFormatError) -> [UInt64: [Int]] {
    var result: [UInt64: [Int]] = [:]
    for function in functions {
      let unit = units[function.index.unit]
      let entry = unit.entries[function.index.entry]
      var found: [Int] = []
      try addLocals(unit.attributes(of: entry)[Attribute.frameBase], unit, most, to: &found)
      var position = function.index.entry + 1
      while position < Int(entry.end), found.count < most {
        let part = unit.entries[position]
        // The variables of a function within this one are looked at once, for that function.
        position = part.tag == Tag.subprogram ? Int(part.end) : position + 1
        guard part.tag == Tag.variable || part.tag == Tag.formalParameter else { continue }
        try addLocals(unit.attributes(of: part)[Attribute.location], unit, most, to: &found)
      }
      if !found.isEmpty { result[function.range.lowerBound] = found }
    }
    return result
  }

  private func addLocals(
    _ value: DebugValue?, _ unit: DebugUnit, _ most: Int, to found: inout [Int]
  )
    throws(ObjectFormatError)
  {
    for location in try unit.locations(value, of: sections, budget) {
      for case .local(let local) in unit.operations(location.expression, of: sections) ?? []
      where found.count < most && !found.contains(local) {
        found.append(local)
      }
    }
  }
}
