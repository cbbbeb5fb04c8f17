// Writes the body of one function: its locals and its instructions. Spec: Binary Format, Instructions and Code Section.
//
// Instructions are appended in their order. A block is a closure that appends what is inside, so that blocks always
// end, and a label knows how far outward it is. ModuleValidator checks the result like any other module.
//
// A class, because the closures of nested blocks append to the same body.

import WasmModule

/// A local of a function, parameters first.
public struct Local: Sendable, Hashable {
  public let index: Int
  public let type: ValueType
}

/// The target of a branch: the end of a block, or the beginning of a loop.
public struct Label: Sendable {
  fileprivate let depth: Int
}

public final class FunctionWriter {
  public let parameters: [Local]
  private var locals: [ValueType] = []
  private var code = WasmWriter()
  private var depth = 0

  public init(_ type: FunctionType) {
    parameters = type.parameters.enumerated().map { Local(index: $0, type: $1) }
  }

  /// A new local. It is zero until it is set.
  public func local(_ type: ValueType = .i32) -> Local {
    locals.append(type)
    return Local(index: parameters.count + locals.count - 1, type: type)
  }

  /// How many bytes of instructions were written so far.
  public var count: Int { code.bytes.count }

  // MARK: Constants and locals

  public func i32(_ value: Int32) {
    code.raw([0x41])
    code.signed(Int64(value))
  }

  /// A number without a sign, such as an address.
  public func u32(_ value: UInt32) { i32(Int32(bitPattern: value)) }

  public func i64(_ value: Int64) {
    code.raw([0x42])
    code.signed(value)
  }

  public func f32(bits: UInt32) {
    code.raw([0x43])
    code.raw((0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }

  public func f64(bits: UInt64) {
    code.raw([0x44])
    code.raw((0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }

  public func get(_ local: Local) { index(0x20, local.index) }
  public func set(_ local: Local) { index(0x21, local.index) }
  public func tee(_ local: Local) { index(0x22, local.index) }
  public func getGlobal(_ global: Int) { index(0x23, global) }
  public func setGlobal(_ global: Int) { index(0x24, global) }
  public func call(_ function: Int) { index(0x10, function) }

  private func index(_ opcode: UInt8, _ index: Int) {
    code.raw([opcode])
    code.unsigned(index)
  }

  /// - Parameter bytes: All 16 lanes.
  public func v128(_ bytes: [UInt8]) {
    precondition(bytes.count == 16, "a vector has 16 bytes")
    code.raw([0xfd, 0x0c])
    code.raw(bytes)
  }

  // MARK: Plain instructions and memory

  public func op(_ operation: PlainInstruction) { code.raw([operation.rawValue]) }
  public func op(_ operation: VectorInstruction) { code.raw([0xfd, operation.rawValue]) }

  /// A load or store at an address plus `offset`. Its alignment is not promised.
  public func access(_ access: MemoryAccess, memory: Int, offset: UInt32 = 0) {
    code.raw([access.rawValue, 0x40])
    code.unsigned(memory)
    code.unsigned(UInt64(offset))
  }

  /// The same for a vector.
  public func access(_ access: VectorAccess, memory: Int, offset: UInt32 = 0) {
    code.raw([0xfd, access.rawValue, 0x40])
    code.unsigned(memory)
    code.unsigned(UInt64(offset))
  }

  public func memorySize(_ memory: Int) { index(0x3f, memory) }
  public func memoryGrow(_ memory: Int) { index(0x40, memory) }

  public func memoryCopy(to destination: Int, from source: Int) {
    code.raw([0xfc, 10])
    code.unsigned(destination)
    code.unsigned(source)
  }

  /// (address, byte, count) → ()
  public func memoryFill(_ memory: Int) {
    code.raw([0xfc, 11])
    code.unsigned(memory)
  }

  public func memoryInit(_ segment: Int, memory: Int) {
    code.raw([0xfc, 8])
    code.unsigned(segment)
    code.unsigned(memory)
  }

  // MARK: Blocks

  /// A block without parameters or results. A branch to its label leaves it.
  public func block(_ body: (Label) -> Void) { nest([0x02, 0x40], body) }
  /// A branch to the label of a loop repeats it.
  public func loop(_ body: (Label) -> Void) { nest([0x03, 0x40], body) }
  /// Runs the body if the operand is not 0.
  public func ifTrue(_ body: () -> Void) { nest([0x04, 0x40]) { _ in body() } }

  public func ifTrue(_ body: () -> Void, else other: () -> Void) {
    nest([0x04, 0x40]) { _ in
      body()
      code.raw([0x05])
      other()
    }
  }

  /// Runs `body`. If an exception of any kind leaves it, runs `caught`.
  /// - Parameter body: Ends with a value on the stack for each of `results`. They are stored in these locals.
  public func tryAll(results: [Local], _ body: () -> Void, caught: () -> Void) {
    block { done in
      block { handler in
        // try_table without a result, with one clause catch_all.
        code.raw([0x1f, 0x40, 0x01, 0x02])
        code.unsigned(depth - handler.depth)
        depth += 1
        body()
        for local in results.reversed() { set(local) }
        depth -= 1
        code.raw([0x0b])
        branch(done)
      }
      caught()
    }
  }

  public func branch(_ label: Label) { index(0x0c, depth - label.depth) }
  public func branchIf(_ label: Label) { index(0x0d, depth - label.depth) }

  /// Branches to the label that the operand selects, or to `last`.
  public func branchTable(_ labels: [Label], default last: Label) {
    code.raw([0x0e])
    code.unsigned(labels.count)
    for label in labels + [last] { code.unsigned(depth - label.depth) }
  }

  private func nest(_ opening: [UInt8], _ body: (Label) -> Void) {
    code.raw(opening)
    depth += 1
    body(Label(depth: depth))
    depth -= 1
    code.raw([0x0b])
  }

  // MARK: The result

  /// The entry of the code section.
  var encoded: WasmWriter {
    var groups: [(count: Int, type: ValueType)] = []
    for type in locals {
      if let last = groups.last, last.type == type {
        groups[groups.count - 1].count += 1
      } else {
        groups.append((1, type))
      }
    }
    var writer = WasmWriter()
    writer.unsigned(groups.count)
    for group in groups {
      writer.unsigned(group.count)
      writer.raw([group.type.code])
    }
    writer.raw(code.bytes)
    writer.raw([0x0b])
    return writer
  }
}

/// Instructions without immediates. The raw value is the opcode.
public enum PlainInstruction: UInt8, Sendable {
  case unreachable = 0x00
  case `return` = 0x0f
  case drop = 0x1a
  case select = 0x1b
  case i32EqualsZero = 0x45
  case i32Equal, i32NotEqual, i32LessSigned, i32Less, i32GreaterSigned, i32Greater
  case i32LessOrEqualSigned, i32LessOrEqual, i32GreaterOrEqualSigned, i32GreaterOrEqual
  case i64EqualsZero
  case i64Equal, i64NotEqual, i64LessSigned, i64Less, i64GreaterSigned, i64Greater
  case i32CountLeadingZeros = 0x67
  case i32Add = 0x6a
  case i32Subtract, i32Multiply, i32DivideSigned, i32Divide, i32RemainderSigned, i32Remainder
  case i32And, i32Or, i32Xor, i32ShiftLeft, i32ShiftRightSigned, i32ShiftRight
  case i64Add = 0x7c
  case i64Subtract, i64Multiply, i64DivideSigned, i64Divide, i64RemainderSigned, i64Remainder
  case i64And, i64Or, i64Xor, i64ShiftLeft, i64ShiftRightSigned, i64ShiftRight
  case i32WrapI64 = 0xa7
  case i64ExtendI32Signed = 0xac
  case i64ExtendI32 = 0xad
  case i32ReinterpretF32 = 0xbc
  case i64ReinterpretF64, f32ReinterpretI32, f64ReinterpretI64
  case i32Extend8Signed = 0xc0
  case i32Extend16Signed
}

/// Loads and stores. The raw value is the opcode.
public enum MemoryAccess: UInt8, Sendable {
  case i32Load = 0x28
  case i64Load, f32Load, f64Load
  case i32Load8Signed, i32Load8, i32Load16Signed, i32Load16
  case i32Store = 0x36
  case i64Store, f32Store, f64Store
  case i32Store8, i32Store16
}

/// Instructions on vectors. The raw value is the opcode after the prefix.
public enum VectorInstruction: UInt8, Sendable {
  case i8x16Greater = 0x28
  case v128And = 0x4e
  case v128Or = 0x50
  case v128AnyTrue = 0x53
  case i8x16Minimum = 0x77
}

/// Loads and stores of vectors. The raw value is the opcode after the prefix.
public enum VectorAccess: UInt8, Sendable {
  case load = 0x00
  case store = 0x0b
}

extension ValueType {
  /// Spec: Binary Format, Number Types, Vector Types.
  var code: UInt8 {
    switch self {
    case .i32: 0x7f
    case .i64: 0x7e
    case .f32: 0x7d
    case .f64: 0x7c
    case .v128: 0x7b
    case .reference: preconditionFailure("adapters have no values of type \(self)")
    }
  }
}
