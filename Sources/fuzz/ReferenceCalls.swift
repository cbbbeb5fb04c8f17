// Turns direct calls of exported functions into calls of typed references, which the code gets in many ways. smith
// makes such references only together with structures and arrays.

import TestSupport
import WasmEncoding
import WasmModule

struct ReferenceCalls {
  private let module: Module
  private let bytes: [UInt8]
  private let exported: Set<UInt32>
  private var random: SeededRandom

  init(_ bytes: [UInt8], seed: UInt64) throws {
    self.bytes = bytes
    module = try ModuleDecoder.decode(ModuleBytes(bytes))
    // A reference to a function must be declared, and an export declares it.
    exported = Set(
      module.exports.compactMap { export in
        if case .function(let index) = export.entity { index.raw } else { nil }
      })
    random = SeededRandom(seed: seed ^ 0xca11)
  }

  /// The changed module; nil if it has no functions.
  mutating func rewritten() throws -> [UInt8]? {
    guard var editor = ModuleEditor(bytes), !module.functions.defined.isEmpty else { return nil }
    var bodies: [WasmWriter] = []
    for index in module.functions.defined.indices {
      if let body = module.functions[index].body { bodies.append(try rewritten(body, of: index)) }
    }
    editor.replace(10, with: .vector(bodies.count) { $0.sized(bodies[$1]) })
    return editor.bytes
  }

  private mutating func rewritten(_ body: FunctionBody, of function: FunctionIndex) throws
    -> WasmWriter
  {
    let ownLocals = body.locals.reduce(0) { $0 + Int($1.count) }
    var local = module.type(of: function).parameters.count + ownLocals
    var declarations: [[UInt8]] = []
    var code = WasmWriter()
    var reader = InstructionReader(module.bytes, range: body.instructions)
    while !reader.isAtEnd {
      let start = reader.offset
      let instruction = try reader.next()
      guard instruction.opcode == .call || instruction.opcode == .returnCall,
        exported.contains(instruction.index)
      else {
        code.raw(Array(bytes[start..<reader.offset]))
        continue
      }
      if let type = call(
        instruction.functionIndex, isTail: instruction.opcode == .returnCall, local: local, &code)
      {
        declarations.append([1] + type)
        local += 1
      }
    }
    return assembled(body, declarations, code)
  }

  private func assembled(_ body: FunctionBody, _ added: [[UInt8]], _ code: WasmWriter) -> WasmWriter
  {
    var count = WasmWriter()
    count.unsigned(body.locals.count)
    let old = bytes[body.range.lowerBound + count.bytes.count..<body.instructions.lowerBound]
    var writer = WasmWriter()
    writer.unsigned(body.locals.count + added.count)
    writer.raw(Array(old) + added.flatMap { $0 } + code.bytes)
    return writer
  }

  /// Writes the call. Returns the type of the local that it needs, or nil.
  private mutating func call(
    _ function: FunctionIndex, isTail: Bool, local: Int, _ code: inout WasmWriter
  ) -> [UInt8]? {
    let type = Self.leb(signed: equalType(to: module.functions[function].type))
    let reference = [0xd2] + Self.leb(function.int)
    let variable = Self.leb(local)
    var declaration: [UInt8]?
    switch random.below(12) {
    case 0, 1: code.raw(reference)
    // ref.as_non_null
    case 2: code.raw(reference + [0xd4])
    // block (result (ref null $t)) ... end
    case 3, 4: code.raw([0x02, 0x63] + type + reference + [0x0b])
    // block (result (ref $t)) ... br_on_non_null 0, unreachable, end
    case 5, 6: code.raw([0x02, 0x64] + type + reference + [0xd6, 0, 0, 0x0b])
    // local.set and local.get of a nullable local
    case 7, 8:
      declaration = [0x63] + type
      code.raw(reference + [0x21] + variable + [0x20] + variable)
    // local.tee of a local that is not nullable
    case 9:
      declaration = [0x64] + type
      code.raw(reference + [0x22] + variable)
    // block ... br_on_null 0, local.set, end, local.get
    case 10:
      declaration = [0x63] + type
      code.raw([0x02, 0x40] + reference + [0xd5, 0, 0x21] + variable + [0x0b, 0x20] + variable)
    default:
      // Sometimes a null.
      code.raw(random.below(4) == 0 ? [0xd0] + type : reference)
    }
    code.raw([isTail ? 0x15 : 0x14] + type)
    return declaration
  }

  /// A type index of an equal type.
  private mutating func equalType(to type: TypeIndex) -> Int {
    let canonical = module.types[type].canonical
    return random.pick(
      module.types.indices.filter { module.types[$0].canonical == canonical }.map(\.int))
  }

  private static func leb(_ value: Int) -> [UInt8] {
    var writer = WasmWriter()
    writer.unsigned(value)
    return writer.bytes
  }

  private static func leb(signed value: Int) -> [UInt8] {
    var writer = WasmWriter()
    writer.signed(Int64(value))
    return writer.bytes
  }
}
