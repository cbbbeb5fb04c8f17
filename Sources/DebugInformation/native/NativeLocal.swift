// Where a local of a function is in machine code, as LLVM says it.

import ObjectFile

package struct NativeLocal: Sendable {
  enum Place: Sendable {
    case register(UInt64)
    /// In memory: operations that push the address.
    case memory([UInt8])
    /// Operations that push the value.
    case value([UInt8])
  }

  /// The number of the local in its function.
  let index: Int
  let bytes: UInt64
  /// Where it is in which code; nil: in all of its function.
  let places: [(range: Range<UInt64>?, place: Place)]

  init(index: Int, bytes: UInt64, places: [(range: Range<UInt64>?, place: Place)]) {
    self.index = index
    self.bytes = bytes
    self.places = places
  }

  /// A local of 4 bytes that is in a register everywhere.
  package init(index: Int, register: UInt64) {
    self.init(index: index, bytes: 4, places: [(nil, .register(register))])
  }

  /// Operations that push the value at a place.
  func value(at place: Place) -> [UInt8] {
    switch place {
    case .register(let number): breg(number, 0)
    case .memory(let address): address + [Operation.derefSize, UInt8(truncatingIfNeeded: bytes)]
    case .value(let operations): operations
    }
  }
}

private func breg(_ number: UInt64, _ offset: Int64) -> [UInt8] {
  var result: [UInt8] = []
  if number < 32 {
    result.append(Operation.breg0 + UInt8(number))
  } else {
    result.append(Operation.bregx)
    result.append(uleb128: number)
  }
  result.append(sleb128: offset)
  return result
}

extension NativeLocal.Place {
  /// What an expression of LLVM says. nil if it says something that is not understood here.
  /// - Parameter frameBase: The expression for the base of the function's frame.
  init?(_ expression: ArraySlice<UInt8>, frameBase: ArraySlice<UInt8>?) {
    guard let place = try? Self.read(Array(expression), frameBase.map { Array($0) }) else {
      return nil
    }
    self = place
  }

  private static func read(_ expression: [UInt8], _ frameBase: [UInt8]?)
    throws(ObjectFormatError) -> NativeLocal.Place?
  {
    var reader = ByteReader(expression)
    var result: [UInt8] = []
    while reader.position < reader.end {
      let start = reader.position
      let code = try reader.byte()
      switch code {
      case Operation.reg0..<Operation.breg0 where expression.count == 1:
        return .register(UInt64(code - Operation.reg0))
      case Operation.regx:
        let number = try reader.uleb128()
        return start == 0 && reader.position == reader.end ? .register(number) : nil
      case Operation.breg0..<Operation.regx, 0x11: _ = try reader.sleb128()
      case Operation.bregx:
        _ = try reader.uleb128()
        _ = try reader.sleb128()
      case Operation.constu, Operation.plusUconst: _ = try reader.uleb128()
      case Operation.fbreg:
        guard let base = Self.base(frameBase, try reader.sleb128()) else { return nil }
        result += base
        continue
      case Operation.stackValue:
        return reader.position == reader.end ? .value(result) : nil
      case 0x08, 0x09: reader.position = try reader.bytes(ofCount: 1).upperBound
      case 0x0a, 0x0b: reader.position = try reader.bytes(ofCount: 2).upperBound
      case 0x0c, 0x0d: reader.position = try reader.bytes(ofCount: 4).upperBound
      case 0x0e, 0x0f: reader.position = try reader.bytes(ofCount: 8).upperBound
      case Operation.deref, 0x12...0x14, 0x16, 0x17, 0x19...0x22, 0x24...0x27, 0x30...0x4f: break
      default: return nil
      }
      result += expression[start..<reader.position]
    }
    return result.isEmpty ? nil : .memory(result)
  }

  /// The base of the frame and an offset.
  private static func base(_ expression: [UInt8]?, _ offset: Int64) -> [UInt8]? {
    guard let expression, let code = expression.first, expression.count == 1 else { return nil }
    if code == Operation.callFrameCFA {
      var result = [Operation.callFrameCFA, 0x11]
      result.append(sleb128: offset)
      return result + [Operation.plus]
    }
    guard (Operation.reg0..<Operation.breg0).contains(code) else { return nil }
    return breg(UInt64(code - Operation.reg0), offset)
  }
}

extension NativeLocal {
  /// Reads a variable of a function or of what is inlined into it. nil if nothing is known of it.
  init?(
    _ attributes: DebugAttributes, _ unit: DebugUnit, _ sections: DebugSections,
    frameBase: ArraySlice<UInt8>?, storesEarly: Bool, _ budget: WorkBudget
  ) throws(ObjectFormatError) {
    var described = attributes
    if case .reference(let offset) = attributes[Attribute.abstractOrigin],
      let origin = unit.position(ofEntryAt: offset)
    {
      described = unit.attributes(of: unit.entries[origin])
    }
    guard let name = described[Attribute.name].flatMap(sections.string),
      let index = Int(String(decoding: name, as: UTF8.self)),
      case .reference(let offset) = described[Attribute.type],
      let type = unit.position(ofEntryAt: offset),
      let bytes = unit.attributes(of: unit.entries[type]).number(Attribute.byteSize), bytes <= 8
    else { return nil }
    var places: [(range: Range<UInt64>?, place: Place)] = []
    for location in try unit.locations(attributes[Attribute.location], of: sections, budget) {
      let expression = sections.bytes[location.expression]
      if let place = Place(expression, frameBase: frameBase) {
        places.append((location.range, place))
      }
    }
    if storesEarly { Self.fillGaps(&places) }
    self.init(index: index, bytes: bytes, places: places)
  }

  /// Where a local is stored right after it is set, LLVM says so only from the end of the block on. Before that, the
  /// register in which it was too may be in use for something else.
  private static func fillGaps(_ places: inout [(range: Range<UInt64>?, place: Place)]) {
    places.sort { ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0) }
    for position in places.indices.dropFirst() {
      guard case .register = places[position - 1].place, case .memory = places[position].place,
        let before = places[position - 1].range, let range = places[position].range,
        before.upperBound < range.lowerBound
      else { continue }
      places[position].range = before.upperBound..<range.upperBound
    }
  }
}
