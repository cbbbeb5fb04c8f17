// The attributes of an entry. Most entries are never looked at, and of most others only one attribute is needed. So
// values are read when somebody asks, and those before them are passed over.

import ObjectFile

package struct DebugAttributes: Sequence {
  let unit: DebugUnit
  /// The positions of the forms in the unit's abbreviations.
  let forms: Range<Int>
  /// Where the first value is in the bytes.
  let start: Int

  /// The value of an attribute; nil if the entry has none.
  package subscript(_ name: UInt16) -> DebugValue? {
    let attributes = unit.abbreviations.attributes
    guard let position = forms.first(where: { attributes[$0].name == name }) else { return nil }
    var reader = unit.reader(at: start)
    for before in forms.lowerBound..<position {
      guard (try? unit.values.skip(attributes[before].form, &reader)) != nil else { return nil }
    }
    return try? unit.values.read(attributes[position], &reader)
  }

  package func number(_ name: UInt16) -> UInt64? {
    switch self[name] {
    case .unsigned(let value), .fixed(let value, _): value
    case .signed(let value): value >= 0 ? UInt64(value) : nil
    default: nil
    }
  }

  /// A number of 32 bits; 0 if there is none.
  func small(_ name: UInt16) -> UInt32 { number(name).flatMap { UInt32(exactly: $0) } ?? 0 }

  package func makeIterator() -> Iterator {
    Iterator(unit: unit, forms: forms, reader: unit.reader(at: start))
  }

  /// Ends at the first value that is malformed.
  package struct Iterator: IteratorProtocol {
    fileprivate let unit: DebugUnit
    fileprivate var forms: Range<Int>
    fileprivate var reader: ByteReader

    package mutating func next() -> DebugAttribute? {
      guard let position = forms.first else { return nil }
      let attribute = unit.abbreviations.attributes[position]
      guard let value = try? unit.values.read(attribute, &reader) else { return nil }
      forms = position + 1..<forms.upperBound
      return DebugAttribute(name: attribute.name, value: value)
    }
  }
}
