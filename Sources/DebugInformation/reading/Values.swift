// The values of attributes, from all forms of DWARF 2 to 5. DWARF 5, section 7.5.6.

import ObjectFile

package enum DebugValue: Equatable {
  case address(UInt64)
  case unsigned(UInt64)
  /// A number of so many bytes. Only the attribute tells whether it has a sign.
  case fixed(UInt64, bytes: Int)
  case signed(Int64)
  case flag(Bool)
  /// A string whose bytes are here, without the zero at its end.
  case string(Range<Int>)
  /// A string of .debug_str, by its offset there.
  case sharedString(UInt64)
  /// A string of .debug_line_str, by its offset there.
  case lineString(UInt64)
  /// The offset of an entry in .debug_info.
  case reference(Int)
  case block(Range<Int>)
  case expression(Range<Int>)
  /// An offset in the section to which the attribute refers.
  case sectionOffset(UInt64)
  /// The number of a list of ranges or locations.
  case listIndex(UInt64)
  /// What is in another file.
  case elsewhere
}

package struct DebugAttribute {
  package let name: UInt16
  package let value: DebugValue
}

/// What the forms of a unit depend on.
struct UnitFormat {
  var unitOffset = 0
  var version: UInt16 = 4
  /// The bytes of offsets in sections: 4 or 8.
  var offsetBytes = 4
  var addressBytes = 4
  var strOffsetsBase: UInt64 = 8
  var addrBase: UInt64 = 8
  var rnglistsBase: UInt64 = 0
  var loclistsBase: UInt64 = 0
}

struct ValueReader {
  let sections: DebugSections
  var format: UnitFormat

  func read(_ attribute: AttributeForm, _ reader: inout ByteReader) throws(ObjectFormatError)
    -> DebugValue
  {
    if attribute.form == Form.implicitConst { return .signed(attribute.implicit) }
    if attribute.form != Form.indirect { return try read(attribute.form, attribute.name, &reader) }
    let form = UInt16(clamping: try reader.uleb128())
    guard form != Form.implicitConst, form != Form.indirect else {
      throw ObjectFormatError(message: "an indirect form of an indirect form")
    }
    return try read(form, attribute.name, &reader)
  }

  /// Passes over a value.
  func skip(_ form: UInt16, _ reader: inout ByteReader) throws(ObjectFormatError) {
    switch form {
    case Form.udata, Form.sdata, Form.refUdata, Form.strx, Form.addrx, Form.loclistx,
      Form.rnglistx:
      try reader.skipLEB128()
    case Form.block1: try reader.skip(reader.fixed(1))
    case Form.block2: try reader.skip(reader.fixed(2))
    case Form.block4: try reader.skip(reader.fixed(4))
    case Form.block, Form.exprloc: try reader.skip(reader.uleb128())
    case Form.string: _ = try reader.string()
    case Form.refAddr:
      try reader.skip(UInt64(format.version <= 2 ? format.addressBytes : format.offsetBytes))
    case Form.indirect:
      let form = UInt16(clamping: try reader.uleb128())
      guard form != Form.implicitConst, form != Form.indirect else {
        throw ObjectFormatError(message: "an indirect form of an indirect form")
      }
      try skip(form, &reader)
    default:
      var size = ValuesSize()
      guard size.add(form) else {
        throw ObjectFormatError(message: "an attribute has the unknown form \(form)")
      }
      try reader.skip(UInt64(size.bytes(in: format)))
    }
  }

  private func read(_ form: UInt16, _ name: UInt16, _ reader: inout ByteReader)
    throws(ObjectFormatError) -> DebugValue
  {
    switch form {
    case Form.addr: return .address(try reader.fixed(format.addressBytes))
    case Form.addrx: return try address(reader.uleb128())
    case Form.addrx1: return try address(reader.fixed(1))
    case Form.addrx2: return try address(reader.fixed(2))
    case Form.addrx3: return try address(reader.fixed(3))
    case Form.addrx4: return try address(reader.fixed(4))
    case Form.data1: return .fixed(try reader.fixed(1), bytes: 1)
    case Form.data2: return .fixed(try reader.fixed(2), bytes: 2)
    case Form.data4: return try number(4, name, &reader)
    case Form.data8: return try number(8, name, &reader)
    case Form.udata: return .unsigned(try reader.uleb128())
    case Form.sdata: return .signed(try reader.sleb128())
    case Form.flag: return .flag(try reader.byte() != 0)
    case Form.flagPresent: return .flag(true)
    case Form.secOffset: return .sectionOffset(try reader.fixed(format.offsetBytes))
    case Form.loclistx, Form.rnglistx: return .listIndex(try reader.uleb128())
    case Form.block1: return .block(try reader.bytes(ofCount: reader.fixed(1)))
    case Form.block2: return .block(try reader.bytes(ofCount: reader.fixed(2)))
    case Form.block4: return .block(try reader.bytes(ofCount: reader.fixed(4)))
    case Form.block: return .block(try reader.bytes(ofCount: reader.uleb128()))
    case Form.data16: return .block(try reader.bytes(ofCount: 16))
    case Form.exprloc: return .expression(try reader.bytes(ofCount: reader.uleb128()))
    default: return try readStringOrReference(form, &reader)
    }
  }

  private func readStringOrReference(_ form: UInt16, _ reader: inout ByteReader)
    throws(ObjectFormatError) -> DebugValue
  {
    switch form {
    case Form.string: return .string(try reader.string())
    case Form.strp: return try shared(reader.fixed(format.offsetBytes))
    case Form.lineStrp: return try lineString(reader.fixed(format.offsetBytes))
    case Form.strx: return try indexed(reader.uleb128())
    case Form.strx1: return try indexed(reader.fixed(1))
    case Form.strx2: return try indexed(reader.fixed(2))
    case Form.strx3: return try indexed(reader.fixed(3))
    case Form.strx4: return try indexed(reader.fixed(4))
    case Form.ref1: return reference(try reader.fixed(1))
    case Form.ref2: return reference(try reader.fixed(2))
    case Form.ref4: return reference(try reader.fixed(4))
    case Form.ref8: return reference(try reader.fixed(8))
    case Form.refUdata: return reference(try reader.uleb128())
    case Form.refAddr:
      let size = format.version <= 2 ? format.addressBytes : format.offsetBytes
      return .reference(Int(clamping: try reader.fixed(size)))
    case Form.refSig8, Form.refSup8: reader.position = try reader.bytes(ofCount: 8).upperBound
    case Form.refSup4: reader.position = try reader.bytes(ofCount: 4).upperBound
    case Form.strpSup:
      reader.position = try reader.bytes(ofCount: UInt64(format.offsetBytes)).upperBound
    default: throw ObjectFormatError(message: "an attribute has the unknown form \(form)")
    }
    return .elsewhere
  }

  /// Before DWARF 4, offsets of lists are numbers of 4 or 8 bytes.
  private func number(_ size: Int, _ name: UInt16, _ reader: inout ByteReader)
    throws(ObjectFormatError) -> DebugValue
  {
    let value = try reader.fixed(size)
    let isOffset = format.version < 4 && size == format.offsetBytes
    switch name {
    case Attribute.location, Attribute.ranges, Attribute.stmtList, Attribute.frameBase:
      return isOffset ? .sectionOffset(value) : .fixed(value, bytes: size)
    default: return .fixed(value, bytes: size)
    }
  }

  private func reference(_ offset: UInt64) -> DebugValue {
    .reference(
      Int(clamping: UInt64(format.unitOffset).addingReportingOverflow(offset).partialValue))
  }

  private func address(_ index: UInt64) throws(ObjectFormatError) -> DebugValue {
    .address(try sections.address(index, format))
  }

  private func indexed(_ index: UInt64) throws(ObjectFormatError) -> DebugValue {
    try shared(
      sections.element(
        index, ofBytes: format.offsetBytes, .strOffsets, base: format.strOffsetsBase))
  }

  private func shared(_ offset: UInt64) throws(ObjectFormatError) -> DebugValue {
    guard offset < UInt64(sections[.str].count) else {
      throw ObjectFormatError(message: "a string is beyond .debug_str")
    }
    return .sharedString(offset)
  }

  private func lineString(_ offset: UInt64) throws(ObjectFormatError) -> DebugValue {
    guard offset < UInt64(sections[.lineStr].count) else {
      throw ObjectFormatError(message: "a string is beyond .debug_line_str")
    }
    return .lineString(offset)
  }
}

extension DebugSections {
  func address(_ index: UInt64, _ format: UnitFormat) throws(ObjectFormatError) -> UInt64 {
    try element(index, ofBytes: format.addressBytes, .addr, base: format.addrBase)
  }

  /// The bytes of a string.
  package func string(_ value: DebugValue) -> ArraySlice<UInt8>? {
    switch value {
    case .string(let range): return bytes[range]
    case .sharedString(let offset): return string(.str, at: offset)
    case .lineString(let offset): return string(.lineStr, at: offset)
    default: return nil
    }
  }

  private func string(_ section: Section, at offset: UInt64) -> ArraySlice<UInt8>? {
    guard var reader = try? reader(section, at: offset), let range = try? reader.string() else {
      return nil
    }
    return bytes[range]
  }
}
