// Writes the code that copies lists by vectors. It is for elements of which each byte can be lifted and lowered without
// regard to the others: numbers, bools, flags, enumerations of one byte, and padding, which becomes 0. A vector of 16
// bytes takes a load, a store, and at most four operations between them, however many fields it has.
//
// Nothing but the bytes of whole elements is read or written. What remains after the last whole group of vectors is
// left to the code that copies one field after another.
// Spec: CanonicalABI.md, Loading, Storing.

import WasmComponent
import WasmEncoding
import WasmModule

/// What becomes of one byte: `min(byte & kept, most)`. The byte is wrong if it is more than `valid`.
struct ByteRule: Equatable {
  var kept: UInt8 = 0xff
  var most: UInt8 = 0xff
  var valid: UInt8 = 0xff

  /// The destination may not see what the source has there.
  static let padding = ByteRule(kept: 0, most: 0)
  /// Each number but 0 is true.
  static let bool = ByteRule(most: 1)
}

extension ComponentTypes {
  /// A value of more bytes would make much code, and gains less.
  private static var mostRules: UInt64 { 256 }

  /// The rule for each byte of parts that lie one after another; nil if a byte depends on others, or if
  /// they have no bytes or more than `mostRules`.
  func byteRules(_ parts: [ComponentValueType]) -> [ByteRule]? {
    let value = FieldOffsets(parts, self)
    guard 1...Self.mostRules ~= value.bytes else { return nil }
    var rules: [ByteRule] = []
    for (part, offset) in zip(parts, value.offsets) {
      guard let more = byteRules(part) else { return nil }
      rules += Array(repeating: .padding, count: Int(offset) - rules.count) + more
    }
    return rules + Array(repeating: .padding, count: Int(value.bytes) - rules.count)
  }

  private func byteRules(_ type: ComponentValueType) -> [ByteRule]? {
    switch shape(type) {
    case .primitive(.bool): return [.bool]
    case .primitive(.char), .primitive(.string), .primitive(.errorContext): return nil
    case .primitive: return Array(repeating: ByteRule(), count: Int(layout(type).bytes))
    case .record(let fields): return byteRules(fields.map(\.value))
    case .tuple(let fields): return byteRules(fields)
    case .flags(let labels):
      return (0..<Int(layout(type).bytes)).map { byte in
        let bits = min(max(labels.count - 8 * byte, 0), 8)
        return ByteRule(kept: UInt8((1 << bits) - 1))
      }
    case .enumeration(let labels) where 1...256 ~= labels.count:
      return [ByteRule(valid: UInt8(labels.count - 1))]
    case .fixedLengthList(let element, let length):
      guard layout(type).bytes <= Self.mostRules, let rules = byteRules(element) else { return nil }
      return (0..<length).flatMap { _ in rules }
    case .enumeration, .variant, .list, .option, .result, .own, .borrow, .stream, .future, .map:
      return nil
    }
  }
}

/// Elements that are copied together by vectors. Two vectors may overlap; both then write the same.
struct ByteGroup {
  let elements: Int
  let bytes: Int
  /// The offset of each vector, and its 16 rules.
  let vectors: [(offset: Int, rules: [ByteRule])]

  private static let vectorBytes = 16
  /// A group gets more elements until it ends where a vector ends, unless it would have more vectors than this.
  private static let mostVectors = 16
  /// A group has at least this many vectors, so that most of the work is copying, not counting elements.
  private static let leastVectors = 8

  init(_ element: [ByteRule]) {
    let step = Self.vectorBytes
    var elements = 1
    while (elements * element.count) % step != 0 { elements += 1 }
    if elements * element.count > Self.mostVectors * step {
      // An element is longer than a vector here. The last vector of the group overlaps the one before.
      elements = 1
    }
    while elements * element.count < Self.leastVectors * step { elements *= 2 }
    bytes = elements * element.count
    self.elements = elements
    let all = (0..<elements).flatMap { _ in element }
    let last = bytes - step
    vectors = stride(from: 0, to: bytes, by: step).map { start in
      let offset = min(start, last)
      return (offset, Array(all[offset..<offset + step]))
    }
  }
}

extension ValueCopier {
  /// Copies elements while there are enough for a group. Changes the three locals.
  func copyGroups(
    _ group: ByteGroup, _ f: FunctionWriter, _ address: Local, _ target: Local, count: Local
  ) {
    let hasWrong = group.vectors.contains { $0.rules.contains { $0.valid != 0xff } }
    let wrong = hasWrong ? f.local(.v128) : nil
    f.block { done in
      f.loop { next in
        f.get(count)
        f.u32(UInt32(group.elements))
        f.op(.i32Less)
        f.branchIf(done)
        for vector in group.vectors { copyVector(vector, f, address, target, wrong) }
        for local in [address, target] { f.add(UInt32(group.bytes), to: local) }
        f.add(UInt32(bitPattern: -Int32(group.elements)), to: count)
        f.branch(next)
      }
    }
    guard let wrong else { return }
    // Neither side of the call runs during the loop, so a wrong value may be found after it.
    f.get(wrong)
    f.op(.v128AnyTrue)
    module.trapIfTrue(.invalidDiscriminant, f)
  }

  private func copyVector(
    _ vector: (offset: Int, rules: [ByteRule]), _ f: FunctionWriter, _ address: Local,
    _ target: Local, _ wrong: Local?
  ) {
    let offset = UInt32(vector.offset)
    f.get(target)
    f.get(address)
    f.access(.load, memory: from.requiredMemory, offset: offset)
    if let wrong, vector.rules.contains(where: { $0.valid != 0xff }) {
      let value = f.local(.v128)
      f.tee(value)
      f.v128(vector.rules.map(\.valid))
      f.op(.i8x16Greater)
      f.get(wrong)
      f.op(.v128Or)
      f.set(wrong)
      f.get(value)
    }
    let hasBools = vector.rules.contains(.bool)
    // `and` and `minimum` both clear padding, so `and` is left out if only padding needs it and `minimum` follows.
    if vector.rules.contains(where: { $0.kept != 0xff && !(hasBools && $0.most == 0) }) {
      f.v128(vector.rules.map(\.kept))
      f.op(.v128And)
    }
    if hasBools {
      f.v128(vector.rules.map(\.most))
      f.op(.i8x16Minimum)
    }
    f.access(.store, memory: to.requiredMemory, offset: offset)
  }
}
