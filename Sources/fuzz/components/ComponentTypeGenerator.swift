// Makes random types of the component model, and random values of them.

import ComponentLinking
import TestSupport

struct ComponentTypeGenerator {
  var random: SeededRandom
  /// Whether types may have handles. Handles of borrowed resources are allowed in parameters only.
  let hasHandles: Bool

  mutating func signature() -> ComponentSignature {
    let count = random.pick([1, 1, 1, 2, 2, 3, 4, 6, 12, 17])
    let depth = count > 4 ? 1 : 3
    var parameters: [ComponentType] = []
    var parts = 0
    while parameters.count < count, parts < 60 {
      let type = type(depth: depth)
      if type.flat.count > 40 { continue }
      parts += type.flat.count
      parameters.append(Self.scriptable(type))
    }
    return ComponentSignature(parameters: random.below(40) == 0 ? [] : parameters)
  }

  /// Puts a float into a tuple. wasmtime reads a bare `(f32.const …)` in a script as an argument of a core function,
  /// and so cannot pass it to a component.
  private static func scriptable(_ type: ComponentType) -> ComponentType {
    switch type {
    case .scalar(.f32), .scalar(.f64): .tuple([type])
    default: type
    }
  }

  private mutating func type(depth: Int) -> ComponentType {
    if depth == 0 || random.below(4) == 0 { return leaf() }
    switch random.below(9) {
    case 0, 1: return .list(type(depth: depth - 1))
    case 2: return .tuple(fields(depth: depth - 1))
    case 3, 4: return .record(fields(depth: depth - 1))
    case 5, 6:
      return .variant(
        (0..<1 + random.below(5)).map { _ in
          random.below(4) == 0 ? nil : type(depth: depth - 1)
        })
    case 7: return .option(type(depth: depth - 1))
    default:
      return .result(
        random.below(4) == 0 ? nil : type(depth: depth - 1),
        random.below(4) == 0 ? nil : type(depth: depth - 1))
    }
  }

  private mutating func fields(depth: Int) -> [ComponentType] {
    (0..<1 + random.below(5)).map { _ in type(depth: depth) }
  }

  private mutating func leaf() -> ComponentType {
    if hasHandles, random.below(3) == 0 { return random.below(2) == 0 ? .own : .borrow }
    switch random.below(12) {
    case 0, 1, 2: return .string
    case 3: return .flags(1 + random.below(32))
    case 4: return .enumeration(random.below(10) == 0 ? 300 : 1 + random.below(9))
    default: return .scalar(random.pick(ComponentType.Scalar.allCases))
    }
  }

  // MARK: Values

  /// A value as the host passes it: a handle is a number.
  mutating func value(_ type: ComponentType) -> ComponentValue {
    switch type {
    case .scalar(let scalar): return self.scalar(scalar)
    case .own, .borrow: return .unsigned(random.next() >> 32)
    case .string: return string()
    case .list(let element):
      let isLong = element.bytes <= 8 && !element.hasPointer && random.below(12) == 0
      let count = isLong ? 100 + random.below(200) : random.below(4)
      return .list((0..<count).map { _ in value(element) })
    case .tuple(let fields): return .tuple(fields.map { value($0) })
    case .record(let fields):
      return .record(
        fields.enumerated().map { .init(name: Labels.field($0), value: value($1)) })
    case .variant(let cases):
      let position = random.below(cases.count)
      return .variant(Labels.choice(position), cases[position].map { value($0) })
    case .enumeration(let count): return .variant(Labels.choice(random.below(count)), nil)
    case .flags(let count):
      let bits = random.next()
      return .flags((0..<count).filter { bits >> UInt64($0) & 1 == 1 }.map(Labels.flag))
    case .option(let some): return .option(random.below(2) == 0 ? nil : value(some))
    case .result(let ok, let error):
      let isOK = random.below(2) == 0
      return .result(isOK: isOK, (isOK ? ok : error).map { value($0) })
    }
  }

  private mutating func scalar(_ scalar: ComponentType.Scalar) -> ComponentValue {
    let bits = random.below(4) == 0 ? random.pick([0, 1, 1 << 63, .max]) : random.next()
    let shift = 64 - 8 * UInt64(scalar.bytes)
    switch scalar {
    case .bool: return .bool(bits & 1 == 1)
    case .u8, .u16, .u32, .u64: return .unsigned(bits >> shift)
    case .s8, .s16, .s32, .s64: return .signed(Int64(bitPattern: bits) >> Int64(shift))
    case .f32:
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: bits))
      return .f32(bits: value.isNaN ? 0x7fc0_0000 : value.bitPattern)
    case .f64:
      let value = Double(bitPattern: bits)
      return .f64(bits: value.isNaN ? 0x7ff8_0000_0000_0000 : value.bitPattern)
    case .char: return .char(character(kinds: 4))
    }
  }

  private mutating func string() -> ComponentValue {
    // Most characters are ASCII. With `kinds` 1 all are, with 2 all are Latin-1.
    let kinds = 1 + random.below(4)
    let count = random.below(20) == 0 ? 200 + random.below(200) : random.below(30)
    var text = String.UnicodeScalarView()
    for _ in 0..<count { text.append(character(kinds: random.below(8) == 0 ? kinds : 1)) }
    return .string(String(text))
  }

  /// - Parameter kinds: 1: ASCII, 2: Latin-1, 3: what has one unit in UTF-16, 4: all.
  private mutating func character(kinds: Int) -> Unicode.Scalar {
    let limit = [0x80, 0x100, 0x1_0000, 0x11_0000][kinds - 1]
    while true {
      if let scalar = Unicode.Scalar(UInt32(random.below(limit))) { return scalar }
    }
  }
}

/// The names of parts of generated types.
enum Labels {
  static func field(_ position: Int) -> String { "f\(position)" }
  static func choice(_ position: Int) -> String { "c\(position)" }
  static func flag(_ position: Int) -> String { "g\(position)" }
  static func parameter(_ position: Int) -> String { "p\(position)" }
}
