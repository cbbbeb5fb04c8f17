// Changes one leaf of a value, or the pointer to the whole value, to something that lifting must refuse.

import ComponentLinking
import TestSupport
import WasmEncoding

struct Spoiling: Sendable {
  /// Who passes the bad value: the component that calls, in its parameters, or the one that is called, in its result.
  enum Culprit: Sendable {
    case caller, callee
  }

  enum Kind: Sendable {
    /// What the core value becomes.
    case core(UInt32, String)
    /// What is added to an address.
    case address(UInt32, String)
    /// The bytes at the start of a string that is not empty.
    case text(UInt32, bytes: UInt32, String)

    /// The trap's message, as the official suite has it.
    var message: String {
      switch self {
      case .core(_, let message), .address(_, let message), .text(_, _, let message): message
      }
    }
  }

  let culprit: Culprit
  /// The number of the leaf; nil: the pointer to all of the value.
  let leaf: Int?
  let kind: Kind

  /// - Parameter encoding: That of the culprit.
  /// - Returns: nil if nothing in the types can be spoilt.
  static func random(
    _ random: inout SeededRandom, _ signature: ComponentSignature, _ culprit: Culprit,
    _ encoding: ComponentWriter.StringEncoding
  ) -> Spoiling? {
    var choices: [(leaf: Int?, kind: Kind)] = []
    let leaves = leaves(of: culprit == .caller ? signature : signature.withoutBorrows)
    for (number, leaf) in leaves.enumerated() {
      choices += kinds(leaf, encoding).map { (number, $0) }
    }
    let isInMemory = culprit == .caller ? !signature.areParametersFlat : !signature.isResultFlat
    if isInMemory, random.below(4) == 0 || choices.isEmpty {
      choices = [(nil, .address(farAway, "pointer out of bounds of memory"))]
      if signature.whole.alignment > 1 { choices.append((nil, .address(1, "unaligned pointer"))) }
    }
    guard !choices.isEmpty else { return nil }
    let choice = random.pick(choices)
    return Spoiling(culprit: culprit, leaf: choice.leaf, kind: choice.kind)
  }

  private static let farAway: UInt32 = 0xf000_0000

  private static func kinds(_ leaf: ValueLeaf, _ encoding: ComponentWriter.StringEncoding)
    -> [Kind]
  {
    switch leaf {
    case .scalar(.char):
      [0xd800, 0xdfff, 0x110000, .max].map { .core($0, "invalid `char` bit pattern") }
    case .scalar, .flags: []
    case .discriminant(let cases):
      [UInt32(cases), cases > 256 ? 65535 : 255].map { .core($0, "invalid variant discriminant") }
    case .string:
      [.address(farAway, "string content out-of-bounds")]
        + (encoding == .utf8
          ? [.text(0xff, bytes: 1, "invalid utf-8")] : [.address(1, "unaligned pointer")])
        + (encoding == .utf16 ? [.text(0xdc00, bytes: 2, "invalid utf-16")] : [])
    case .list(let element):
      [.address(farAway, "list content out-of-bounds")]
        + (element.alignment > 1 ? [.address(1, "unaligned pointer")] : [])
    case .handle: [.core(0x7fff, "unknown handle index")]
    }
  }

  private static func leaves(of signature: ComponentSignature) -> [ValueLeaf] {
    var leaves: [ValueLeaf] = []
    let f = FunctionWriter(.init(parameters: [.i32], results: []))
    ValueWalk.write(
      signature.parameters, at: .memory(f.parameters[0], offset: 0), memory: 0, f
    ) { leaves.append($0.leaf) }
    return leaves
  }

  // MARK: The code

  func write(_ types: [ComponentType], at place: ValuePlace, _ f: FunctionWriter) {
    guard let leaf else { return }
    ValueWalk.write(types, at: place, memory: PartModule.memory, f) { visit in
      guard visit.number == leaf else { return }
      switch kind {
      case .core(let value, _): visit.set { f.u32(value) }
      case .address(let distance, _):
        visit.set {
          visit.get()
          f.u32(distance)
          f.op(.i32Add)
        }
      case .text(let value, let bytes, _):
        visit.getLength()
        f.ifTrue {
          visit.get()
          f.u32(value)
          f.access(.store(bytes, .i32), memory: PartModule.memory)
        }
      }
    }
  }

  /// Spoils the pointer to all of the value, which is on the stack.
  func writePointer(_ f: FunctionWriter) {
    guard leaf == nil, case .address(let distance, _) = kind else { return }
    f.u32(distance)
    f.op(.i32Add)
  }

  // MARK: What must happen

  /// Whether a call with these values must trap.
  func traps(_ signature: ComponentSignature, _ values: [ComponentValue]) -> Bool {
    guard let leaf else { return true }
    var search = LeafSearch(wanted: leaf, isText: isText)
    search.visit(signature.parameters, values)
    return search.isFound
  }

  private var isText: Bool { if case .text = kind { true } else { false } }
}

/// Finds out whether a value has a certain leaf of its type. It lacks leaves of cases that it does not have, and of
/// elements if a list is empty. Leaves have the numbers that ValueWalk gives them.
private struct LeafSearch {
  let wanted: Int
  /// Whether the leaf must be a string that is not empty.
  let isText: Bool
  private(set) var isFound = false
  private var next = 0

  init(wanted: Int, isText: Bool) {
    self.wanted = wanted
    self.isText = isText
  }

  /// - Parameter values: nil where the value lacks the part.
  mutating func visit(_ types: [ComponentType], _ values: [ComponentValue]?) {
    for (position, type) in types.enumerated() { visit(type, values?[position]) }
  }

  private mutating func visit(_ type: ComponentType, _ value: ComponentValue?) {
    if let fields = type.fields {
      return visit(fields, value.map(Self.parts))
    }
    if let cases = type.cases {
      let (chosen, payload) = value.map { Self.choice($0) } ?? (nil, nil)
      for (position, type) in cases.enumerated() {
        if let type { visit(type, position == chosen ? payload : nil) }
      }
      return leaf(value != nil)
    }
    if case .list(let element) = type {
      let first = next
      visit(element, nil)
      if case .list(let values)? = value {
        for value in values {
          next = first
          visit(element, value)
        }
      }
    }
    if case .string? = value, isText { return leaf(value != .string("")) }
    leaf(value != nil)
  }

  private mutating func leaf(_ isThere: Bool) {
    if next == wanted, isThere { isFound = true }
    next += 1
  }

  private static func parts(_ value: ComponentValue) -> [ComponentValue] {
    switch value {
    case .tuple(let values): values
    case .record(let fields): fields.map(\.value)
    default: preconditionFailure("\(value) has no fields")
    }
  }

  private static func choice(_ value: ComponentValue) -> (Int, ComponentValue?) {
    switch value {
    case .variant(let name, let payload): (Int(name.dropFirst()) ?? 0, payload)
    case .option(let payload): (payload == nil ? 0 : 1, payload)
    case .result(let isOK, let payload): (isOK ? 0 : 1, payload)
    default: preconditionFailure("\(value) has no case")
    }
  }
}
