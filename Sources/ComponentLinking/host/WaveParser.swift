// Reads WAVE text as values of known types: the arguments of a call, as `f(1, "two", {x: 3})`.
// Spec: the component model's WAVE text format.

import WasmComponent

public struct WaveError: Error, Equatable, Sendable {
  /// One sentence without a final stop.
  public let message: String
}

struct WaveParser {
  private let types: ComponentTypes
  let text: [Unicode.Scalar]
  var position = 0

  init(_ text: String, _ types: ComponentTypes) {
    self.types = types
    self.text = Array(text.unicodeScalars)
  }

  /// Reads `(value, value …)` up to the end of the text.
  mutating func arguments(_ parameters: [Labelled<ComponentValueType>]) throws(WaveError)
    -> [ComponentValue]
  {
    try expect("(")
    var values: [ComponentValue] = []
    while !take(")") {
      guard values.count < parameters.count else {
        throw fail("too many arguments: the function has \(parameters.count) parameters")
      }
      values.append(try value(parameters[values.count].value))
      if take(",") { continue }
      try expect(")")
      break
    }
    skipSpace()
    guard position == text.count else { throw fail("text after the arguments") }
    guard values.count == parameters.count else {
      throw fail("too few arguments: \(parameters[values.count].label) is missing")
    }
    return values
  }

  // MARK: Values

  private mutating func value(_ type: ComponentValueType) throws(WaveError) -> ComponentValue {
    let shape = types.shape(type)
    switch shape {
    case .primitive(let type): return try primitive(type)
    case .list(let element): return .list(try sequence("[", "]", element))
    case .fixedLengthList(let element, let length):
      let values = try sequence("[", "]", element)
      guard values.count == Int(length) else { throw fail("the list must have \(length) elements") }
      return .list(values)
    case .map(let key, let value):
      var entries: [ComponentValue] = []
      try items("[", "]") { (parser) throws(WaveError) in
        entries.append(.tuple(try parser.tuple([key, value])))
      }
      return .list(entries)
    case .tuple(let fields): return .tuple(try tuple(fields))
    case .record(let fields): return .record(try record(fields))
    case .flags(let labels): return .flags(try flags(labels))
    case .enumeration(let labels):
      let label = try self.label()
      guard labels.contains(label) else { throw fail("no case is named \(label)") }
      return .variant(label, nil)
    case .variant(let cases):
      let label = try self.label()
      guard let found = cases.first(where: { $0.label == label }) else {
        throw fail("no case is named \(label)")
      }
      return .variant(label, try payload(found.value))
    case .option(let type): return try option(type)
    case .result(let ok, let error): return try result(ok, error)
    case .own, .borrow, .stream, .future: throw fail("a \(shape.name) cannot be written as text")
    }
  }

  private mutating func payload(_ type: ComponentValueType?) throws(WaveError) -> ComponentValue? {
    guard let type else { return nil }
    try expect("(")
    let value = try value(type)
    try expect(")")
    return value
  }

  private mutating func option(_ type: ComponentValueType) throws(WaveError) -> ComponentValue {
    let start = position
    switch try? word() {
    case "none": return .option(nil)
    case "some" where peek("("): return .option(try payload(type))
    default:
      position = start
      return .option(try value(type))
    }
  }

  private mutating func result(_ ok: ComponentValueType?, _ error: ComponentValueType?)
    throws(WaveError) -> ComponentValue
  {
    let start = position
    switch try? word() {
    case "ok": return .result(isOK: true, try payload(ok))
    case "err": return .result(isOK: false, try payload(error))
    default:
      position = start
      // The value of `ok` may stand alone.
      guard let ok else { throw fail("a result is ok or err") }
      return .result(isOK: true, try value(ok))
    }
  }

  private mutating func tuple(_ fields: [ComponentValueType]) throws(WaveError) -> [ComponentValue]
  {
    try expect("(")
    var values: [ComponentValue] = []
    for (position, field) in fields.enumerated() {
      if position > 0 { try expect(",") }
      values.append(try value(field))
    }
    _ = take(",")
    try expect(")")
    return values
  }

  /// Reads fields in any order. A field of type option may be left out, and is `none` then. `{:}` leaves out all
  /// fields.
  private mutating func record(_ fields: [Labelled<ComponentValueType>]) throws(WaveError)
    -> [ComponentValue.Field]
  {
    var given: [ComponentValue.Field] = []
    try items("{", "}") { (parser) throws(WaveError) in
      if given.isEmpty, parser.take(":") { return }
      let label = try parser.label()
      guard let field = fields.first(where: { $0.label == label }) else {
        throw parser.fail("no field is named \(label)")
      }
      guard !given.contains(where: { $0.name == label }) else {
        throw parser.fail("the field \(label) is given twice")
      }
      try parser.expect(":")
      given.append(.init(name: label, value: try parser.value(field.value)))
    }
    for field in fields where !given.contains(where: { $0.name == field.label }) {
      guard case .option = types.shape(field.value) else {
        throw fail("the field \(field.label) is missing")
      }
      given.append(.init(name: field.label, value: .option(nil)))
    }
    return given
  }

  private mutating func flags(_ labels: [String]) throws(WaveError) -> [String] {
    var given: [String] = []
    try items("{", "}") { (parser) throws(WaveError) in
      let label = try parser.label()
      guard labels.contains(label) else { throw parser.fail("no flag is named \(label)") }
      given.append(label)
    }
    return given
  }

  private mutating func sequence(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ element: ComponentValueType
  ) throws(WaveError) -> [ComponentValue] {
    var values: [ComponentValue] = []
    try items(open, close) { (parser) throws(WaveError) in
      values.append(try parser.value(element))
    }
    return values
  }

  private mutating func items(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar,
    _ item: (inout WaveParser) throws(WaveError) -> Void
  ) throws(WaveError) {
    try expect(open)
    while !take(close) {
      try item(&self)
      if take(",") { continue }
      try expect(close)
      return
    }
  }

  // MARK: Scalars

  private mutating func primitive(_ type: PrimitiveType) throws(WaveError) -> ComponentValue {
    switch type {
    case .bool:
      switch try label() {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case let label: throw fail("a bool is true or false, not \(label)")
      }
    case .u8: return .unsigned(UInt64(try integer(UInt8.self, type)))
    case .u16: return .unsigned(UInt64(try integer(UInt16.self, type)))
    case .u32: return .unsigned(UInt64(try integer(UInt32.self, type)))
    case .u64: return .unsigned(try integer(UInt64.self, type))
    case .s8: return .signed(Int64(try integer(Int8.self, type)))
    case .s16: return .signed(Int64(try integer(Int16.self, type)))
    case .s32: return .signed(Int64(try integer(Int32.self, type)))
    case .s64: return .signed(try integer(Int64.self, type))
    case .f32:
      guard let value = Float(number()) else { throw fail("no number of type f32") }
      return .f32(bits: value.bitPattern)
    case .f64:
      guard let value = Double(number()) else { throw fail("no number of type f64") }
      return .f64(bits: value.bitPattern)
    case .char:
      let scalars = try quoted("'")
      guard let scalar = scalars.first, scalars.count == 1 else {
        throw fail("a char must have exactly one character")
      }
      return .char(scalar)
    case .string:
      var text = String.UnicodeScalarView()
      text.append(contentsOf: startsLines() ? try lines() : try quoted("\""))
      return .string(String(text))
    case .errorContext: throw fail("an error context cannot be written as text")
    }
  }

  private mutating func number() -> String {
    skipSpace()
    var digits = String.UnicodeScalarView()
    while position < text.count, !",)]} \t\r\n".unicodeScalars.contains(text[position]) {
      digits.append(text[position])
      position += 1
    }
    return String(digits)
  }

  private mutating func integer<Number: FixedWidthInteger>(
    _: Number.Type, _ type: PrimitiveType
  ) throws(WaveError) -> Number {
    let start = position
    guard let value = Number(number()) else {
      position = start
      throw fail("no number of type \(type)")
    }
    return value
  }

  private mutating func quoted(_ quote: Unicode.Scalar) throws(WaveError) -> [Unicode.Scalar] {
    try expect(quote)
    var result: [Unicode.Scalar] = []
    while position < text.count {
      let scalar = text[position]
      position += 1
      if scalar == quote { return result }
      result.append(scalar == "\\" ? try escape() : scalar)
    }
    throw fail("the closing quote \(quote) is missing")
  }

  mutating func escape() throws(WaveError) -> Unicode.Scalar {
    guard position < text.count else { throw fail("an escape is not complete") }
    let scalar = text[position]
    position += 1
    switch scalar {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "\\", "'", "\"": return scalar
    case "u":
      try expect("{")
      var digits = ""
      while position < text.count, text[position] != "}" {
        digits.unicodeScalars.append(text[position])
        position += 1
      }
      try expect("}")
      guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
        throw fail("\\u{\(digits)} is no character")
      }
      return scalar
    default: throw fail("the escape \\\(scalar) does not exist")
    }
  }

  // MARK: Text

  /// A name. After `%` it is no keyword.
  private mutating func label() throws(WaveError) -> String {
    _ = take("%")
    return try word()
  }

  private mutating func word() throws(WaveError) -> String {
    skipSpace()
    var label = String.UnicodeScalarView()
    while position < text.count, text[position].isASCII,
      text[position].properties.isAlphabetic || text[position] == "-"
        || ("0"..."9").contains(text[position])
    {
      label.append(text[position])
      position += 1
    }
    if label.isEmpty { throw fail("a name is missing") }
    return String(label)
  }

  /// Skips blanks, and comments from `//` to the end of their line.
  mutating func skipSpace() {
    while position < text.count {
      if " \t\r\n".unicodeScalars.contains(text[position]) {
        position += 1
      } else if text[position...].starts(with: "//".unicodeScalars) {
        while position < text.count, text[position] != "\n" { position += 1 }
      } else {
        return
      }
    }
  }

  private mutating func peek(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    return position < text.count && text[position] == scalar
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek(scalar) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(WaveError) {
    guard take(scalar) else { throw fail("a \(scalar) is missing") }
  }

  func fail(_ message: String) -> WaveError {
    WaveError(message: "\(message), at character \(min(position, text.count) + 1) of the arguments")
  }
}
