// From the debug information of the program's modules, and LLVM's of the objects, to native debug information.
//
// The native information is a rewritten copy of the module's: the same entries, with native addresses. Only functions
// change their form, because LLVM inlines them into each other: FunctionWriter.swift.

import ObjectFile

/// An instance of the program.
package struct DebugInstance {
  /// nil if its module has none that can be used.
  package let information: GuestDebugInformation?
  /// Where the state of the program has the address of the memory that the instance's data is in. nil if it has none.
  package let memory: Int64?
  /// Where it has the values of globals.
  package let globals: [Int64?]
  /// The size of a guest address.
  package let pointerBytes: UInt64

  package init(
    _ information: GuestDebugInformation?, memory: Int64?, globals: [Int64?] = [],
    pointerBytes: UInt64 = 4
  ) {
    self.information = information
    self.memory = memory
    self.globals = globals
    self.pointerBytes = pointerBytes
  }
}

/// - Parameter place: What a line of an object means.
package func translate(
  _ instances: [DebugInstance], _ objects: [NativeObject],
  place: @escaping (_ object: Int, _ line: UInt32) -> CodePlace?
) throws(ObjectFormatError) -> DebugOutput {
  let guests = instances.map(\.information)
  var scopes = [[CodeScope]](repeating: [], count: instances.count)
  for (number, object) in objects.enumerated() {
    let ofObject = CodeScopes(object, guests) { place(number, $0) }
    for function in object.functions {
      if let scope = ofObject.scope(function) { scopes[scope.instance].append(scope) }
    }
  }
  let writer = DebugWriter()
  for (number, instance) in instances.enumerated() {
    guard let guest = instance.information, !scopes[number].isEmpty else { continue }
    var units = try UnitWriter(writer, guest, instance, number: number, scopes[number])
    try units.write()
  }
  writer.addOwnUnit(memory: instances.reversed().lazy.compactMap(\.memory).first)
  return writer.finish()
}

/// What is written so far.
final class DebugWriter {
  var entries = EntryWriter()
  var ranges = RangeWriter()
  var locations = LocationWriter()
  var line = DebugSectionContents()
  var lineStrings = LineStrings()
  var strings = SharedStrings()

  /// References to entries that are not written lead to the entry with this number.
  static let missing = -1
  private static let byte = -2
  private static let pointer = -3

  /// Adds a unit of our own. It has a variable with the native address of the memory, `swasm_memory`.
  func addOwnUnit(memory place: Int64?) {
    entries.beginUnit()
    var unit = entries.begin(Tag.compileUnit)
    unit.add(Attribute.name, string: "swasm".utf8)
    unit.add(Attribute.producer, string: "swasmc".utf8)
    unit.add(Attribute.language, unsigned: 0x0c)  // DW_LANG_C99
    entries.add(unit, hasChildren: true)
    if let place { addMemory(at: place) }
    var missing = entries.begin(Tag.unspecifiedType)
    missing.add(Attribute.name, string: "unknown".utf8)
    entries.add(missing, hasChildren: false, as: Self.missing)
    entries.endChildren()
    entries.endUnit()
  }

  private func addMemory(at place: Int64) {
    var byte = entries.begin(Tag.baseType)
    byte.add(Attribute.name, string: "unsigned char".utf8)
    byte.add(Attribute.byteSize, unsigned: 1)
    byte.add(Attribute.encoding, unsigned: 8)  // DW_ATE_unsigned_char
    entries.add(byte, hasChildren: false, as: Self.byte)
    var pointer = entries.begin(Tag.pointerType)
    pointer.add(Attribute.byteSize, unsigned: 8)
    pointer.add(Attribute.type, reference: Self.byte)
    entries.add(pointer, hasChildren: false, as: Self.pointer)
    var location = DebugSectionContents()
    location.bytes.append(Operation.addr)
    location.append(.state, addend: place)
    var variable = entries.begin(Tag.variable)
    variable.add(Attribute.name, string: "swasm_memory".utf8)
    variable.add(Attribute.type, reference: Self.pointer)
    variable.addFlag(Attribute.external)
    variable.add(Attribute.location, expression: location)
    entries.add(variable, hasChildren: false)
  }

  func finish() -> DebugOutput {
    entries.finish(missing: Self.missing)
    ranges.finish()
    locations.finish()
    var output = DebugOutput()
    output.info = entries.info
    output.abbrev = entries.abbrev
    output.line = line
    output.lineStr = lineStrings.contents
    output.str = strings.contents
    output.rnglists = ranges.contents
    output.loclists = locations.contents
    return output
  }
}
