// Function bodies as trees. The generator writes them, the reducer shrinks them, and the encoder turns them into bytes.
// Operands are evaluated in their order. Branches name the label of their target, so that the reducer may cut a tree
// anywhere; if it cuts off a target, the body cannot be encoded.

import WasmEncoding

enum ValueKind: Sendable { case i32, i64, f32, f64, v128 }

/// An instruction without its operands; the node has them.
enum AttackOp: Equatable, Sendable {
  case plain([UInt8])
  /// Opcode with its prefix, memory index, static offset, log2 of the alignment, and the bytes that follow (a lane).
  case memory([UInt8], memory: Int, offset: UInt64, alignLog2: UInt8, suffix: [UInt8])
  case constant(Int64)
  case constant64(Int64)
  case get(Int)
}

indirect enum AttackNode: Equatable, Sendable {
  /// The kind is nil if the instruction leaves no value.
  case op(AttackOp, ValueKind?, [AttackNode])
  case block(Int, [AttackNode])
  case loop(Int, [AttackNode])
  case choice(AttackNode, [AttackNode], [AttackNode])
  case branch(Int, AttackNode?)

  var kind: ValueKind? {
    if case .op(_, let kind, _) = self { kind } else { nil }
  }

  /// The number of nodes in the tree.
  var size: Int {
    switch self {
    case .op(_, _, let operands): 1 + operands.reduce(0) { $0 + $1.size }
    case .block(_, let body), .loop(_, let body): 1 + body.reduce(0) { $0 + $1.size }
    case .choice(let condition, let yes, let no):
      1 + condition.size + (yes + no).reduce(0) { $0 + $1.size }
    case .branch(_, let condition): 1 + (condition?.size ?? 0)
    }
  }
}

// MARK: Short names for frequent nodes

func i32(_ value: Int64) -> AttackNode {
  .op(.constant(Int64(Int32(truncatingIfNeeded: value))), .i32, [])
}
func i64(_ value: Int64) -> AttackNode { .op(.constant64(value), .i64, []) }

/// An instruction that leaves a value of this kind.
func value(_ kind: ValueKind, _ bytes: [UInt8], _ operands: AttackNode...) -> AttackNode {
  .op(.plain(bytes), kind, operands)
}

/// An instruction that leaves no value.
func effect(_ bytes: [UInt8], _ operands: AttackNode...) -> AttackNode {
  .op(.plain(bytes), nil, operands)
}

func add(_ a: AttackNode, _ b: AttackNode) -> AttackNode { value(.i32, [0x6a], a, b) }
func subtract(_ a: AttackNode, _ b: AttackNode) -> AttackNode { value(.i32, [0x6b], a, b) }
func multiply(_ a: AttackNode, _ b: AttackNode) -> AttackNode { value(.i32, [0x6c], a, b) }
func and(_ a: AttackNode, _ b: AttackNode) -> AttackNode { value(.i32, [0x71], a, b) }
func shiftLeft(_ a: AttackNode, _ count: Int64) -> AttackNode { value(.i32, [0x74], a, i32(count)) }
func wrap(_ a: AttackNode) -> AttackNode { value(.i32, [0xa7], a) }
func extend(_ a: AttackNode, signed: Bool = false) -> AttackNode {
  value(.i64, [signed ? 0xac : 0xad], a)
}

// MARK: Encoding

struct AttackEncoder {
  private var writer = WasmWriter()
  private var labels: [Int] = []
  private var isBroken = false

  /// A body's bytes, with declarations and end; nil if a branch has no target.
  static func body(_ nodes: [AttackNode], locals: [(count: Int, type: UInt8)]) -> WasmWriter? {
    var encoder = AttackEncoder()
    encoder.writer.unsigned(locals.count)
    for local in locals {
      encoder.writer.unsigned(local.count)
      encoder.writer.raw([local.type])
    }
    for node in nodes { encoder.encode(node) }
    encoder.writer.raw([0x0b])
    return encoder.isBroken ? nil : encoder.writer
  }

  private mutating func encode(_ node: AttackNode) {
    switch node {
    case .op(let op, _, let operands):
      for operand in operands { encode(operand) }
      encode(op)
    case .block(let label, let body): encode(0x02, label, body)
    case .loop(let label, let body): encode(0x03, label, body)
    case .choice(let condition, let yes, let no):
      encode(condition)
      writer.raw([0x04, 0x40])
      labels.append(-1)
      for node in yes { encode(node) }
      if !no.isEmpty { writer.raw([0x05]) }
      for node in no { encode(node) }
      labels.removeLast()
      writer.raw([0x0b])
    case .branch(let label, let condition):
      if let condition { encode(condition) }
      guard let position = labels.lastIndex(of: label) else {
        isBroken = true
        return
      }
      writer.raw([condition == nil ? 0x0c : 0x0d])
      writer.unsigned(labels.count - 1 - position)
    }
  }

  private mutating func encode(_ opcode: UInt8, _ label: Int, _ body: [AttackNode]) {
    writer.raw([opcode, 0x40])
    labels.append(label)
    for node in body { encode(node) }
    labels.removeLast()
    writer.raw([0x0b])
  }

  private mutating func encode(_ op: AttackOp) {
    switch op {
    case .plain(let bytes): writer.raw(bytes)
    case .constant(let value):
      writer.raw([0x41])
      writer.signed(value)
    case .constant64(let value):
      writer.raw([0x42])
      writer.signed(value)
    case .get(let local):
      writer.raw([0x20])
      writer.unsigned(local)
    case .memory(let opcode, let memory, let offset, let alignLog2, let suffix):
      writer.raw(opcode)
      writer.raw([alignLog2 | (memory == 0 ? 0 : 0x40)])
      if memory != 0 { writer.unsigned(memory) }
      writer.unsigned(offset)
      writer.raw(suffix)
    }
  }
}
