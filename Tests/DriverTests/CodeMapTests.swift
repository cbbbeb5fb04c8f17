// From an object's line table to the compact map of an executable. LLVM makes the objects. Each instruction stores its
// own line, so that the machine code itself shows which rows are right.

import CGuestIR
import LLVMKit
import Policy
import Targets
import Testing

@testable import Driver
@testable import ObjectFile

struct TestFunction {
  var name: String
  var lines: [UInt32]
  /// Whether the function is cold, and so in another section.
  var isCold = false
}

/// An object with functions that store their lines: one instruction for each line.
func makeObject(
  _ functions: [TestFunction], for target: Target = .x64,
  as kind: LLVMTargetMachine.EmissionKind = .object
)
  throws -> [UInt8]
{
  let machine = try LLVMTargetMachine(target)
  let context = LLVMContext()
  let module = LLVMModule(name: "test", context: context)
  module.setTarget(machine)
  let types = context.types
  let memory = types.pointer(inAddressSpace: UInt32(SWASM_GUEST_ADDRESS_SPACE))
  let debug = LLVMDebugInfo(module: module.contents, fileName: "test.wasm", producer: "test")
  for function in functions {
    let type = types.function([memory], returning: types.void)
    let value = module.addFunction(function.name, type: type)
    if function.isCold { value.addFunctionAttribute(context.attributes.named("cold")) }
    let scope = debug.addSubprogram(to: value, name: function.name, line: 0)
    let builder = LLVMBuilder(context: context.handle)
    let block = builder.createBlock("entry")
    value.appendBlock(block)
    builder.position(atEnd: block)
    for line in function.lines {
      builder.setLocation(line: line, scope: scope)
      builder.store(types.i32.constant(UInt64(line)), value.parameter(0), alignment: 4)
        .setVolatile()
    }
    _ = builder.returnVoid()
  }
  debug.finish()
  return try machine.emit(module, as: kind).bytes
}

/// The rows that the runtime reads from a map.
func decode(_ rows: [UInt8]) throws -> [LineRow] {
  var reader = ByteReader(rows)
  var address: UInt64 = 0
  var offset: Int64 = 0
  var isKnown = false
  var result: [LineRow] = []
  while reader.position < reader.end {
    address += try reader.uleb128()
    let delta = try reader.sleb128()
    isKnown = !isKnown || delta != 0
    offset += delta
    result.append(LineRow(address: address, line: isKnown ? UInt32(offset) : 0))
  }
  return result
}

@Suite struct CodeMapTests {
  /// An object for an executable has the same code as an object for a debugger. It has no other debug data than rows,
  /// and the rows say the same about the stores.
  @Test(arguments: Target.all)
  func plainObjectsHaveTheSameCodeAndRows(target: Target) throws {
    let functions = [
      TestFunction(name: "a", lines: [5, 5, 7, 300_000]),
      TestFunction(name: "cold", lines: [9, 2], isCold: true),
      TestFunction(name: "none", lines: []),
      TestFunction(name: "b", lines: [1]),
    ]
    var full = try ElfFile(try makeObject(functions, for: target))
    var plain = try ElfFile(try makeObject(functions, for: target, as: .plainObject))
    func code(_ file: ElfFile) -> [[UInt8]] {
      file.sections.filter(\.isCode).map { Array(file.bytes[$0.range]) }
    }
    #expect(code(plain) == code(full))
    #expect(code(plain).contains { !$0.isEmpty })
    let fullMaps = try CodeMap.extract(from: &full, for: .x64, unit: 0).map {
      try decode(unpacked($0.rows))
    }
    let plainMaps = try CodeMap.extract(from: &plain, for: .x64, unit: 0).map {
      try decode(unpacked($0.rows))
    }
    #expect(plainMaps.count == fullMaps.count)
    for (fullRows, plainRows) in zip(fullMaps, plainMaps) {
      let lines = plainRows.map(\.line).filter { $0 != 0 }
      #expect(lines == fullRows.map(\.line).filter { $0 != 0 })
      for row in plainRows where row.line != 0 {
        #expect(fullRows.last { $0.address <= row.address }?.line == row.line, "\(row)")
      }
    }
    #expect(plainMaps.joined().contains { $0.line == 300_000 })
    #expect(full.section(named: ".debug_info") != nil)
    #expect(plain.section(named: ".debug_info") == nil)
  }

  private let functions = [
    TestFunction(name: "near", lines: [0x101, 0x102, 0x150, 0x151]),
    TestFunction(name: "far", lines: [0x1234567, 0x89, 0x7fff_ffff, 3]),
  ]

  /// Checks that the code of every row, up to the next row, contains the store of the row's line.
  private func expectRowsDescribe(_ code: ArraySlice<UInt8>, _ rows: [LineRow]) {
    for (row, next) in zip(rows, rows.dropFirst()) where row.line != 0 {
      let instruction = code.dropFirst(Int(row.address)).prefix(Int(next.address - row.address))
      let immediate = (0..<4).map { UInt8(truncatingIfNeeded: row.line >> (8 * $0)) }
      let isThere = (0..<max(0, instruction.count - 3)).contains {
        Array(instruction.dropFirst($0).prefix(4)) == immediate
      }
      #expect(isThere, "row \(row)")
    }
  }

  @Test func rowsNameTheLineOfTheirCode() throws {
    var object = try ElfFile(try makeObject(functions))
    let code = try #require(object.section(named: ".text"))
    let maps = try CodeMap.extract(from: &object, for: .x64, unit: 7)
    #expect(maps.map(\.symbol) == ["swasm_code_7_0"])
    #expect(maps[0].codeBytes == object.sections[code].header.shSize)
    let rows = try decode(unpacked(maps[0].rows))
    #expect(rows.map(\.line).filter { $0 != 0 } == functions.flatMap(\.lines))
    #expect(rows.map(\.address) == rows.map(\.address).sorted())
    #expect(rows.last == LineRow(address: maps[0].codeBytes, line: 0))
    expectRowsDescribe(object.bytes[object.sections[code].range], rows)
  }

  @Test func eachSectionOfCodeHasAMap() throws {
    let cold = TestFunction(name: "cold", lines: [0x77], isCold: true)
    var object = try ElfFile(try makeObject(functions + [cold]))
    let maps = try CodeMap.extract(from: &object, for: .x64, unit: 0)
    #expect(maps.map(\.symbol) == ["swasm_code_0_0", "swasm_code_0_1"])
    let lines = try maps.map { try decode(unpacked($0.rows)).map(\.line).filter { $0 != 0 } }
    #expect(lines == [functions.flatMap(\.lines), [0x77]])
  }

  @Test func aarch64AddressesCountInstructionsOfFourBytes() throws {
    let object = try ElfFile(
      try makeObject(functions, for: .aarch64))
    let sequences = try LineProgram.sequences(of: object)
    let rows = sequences.flatMap(\.rows)
    #expect(rows.map(\.line).filter { $0 != 0 } == functions.flatMap(\.lines))
    #expect(rows.allSatisfy { $0.address % 4 == 0 })
    let text = try #require(object.section(named: ".text"))
    #expect(sequences.last?.end == object.sections[text].header.shSize)
  }

  @Test func theLinkerGetsNothingThatOnlyDebuggersRead() throws {
    let bytes = try makeObject(functions)
    var object = try ElfFile(bytes)
    #expect(object.section(named: ".debug_line") != nil)
    let maps = try CodeMap.extract(from: &object, for: .x64, unit: 0)
    let whole = object
    object.forgetDebugSections()
    let kept = object.neededRanges.reduce(0) { $0 + $1.count }
    let debug = whole.sections.filter { $0.name.contains(".debug_") }
    #expect(kept == object.bytes.count - debug.reduce(0) { $0 + $1.range.count })
    let again = try ElfFile(object.bytes)
    for (section, before) in zip(again.sections, whole.sections) {
      let isDebug = before.name.contains(".debug_")
      #expect(section.range.isEmpty == (isDebug || before.range.isEmpty))
      if !isDebug { #expect(section.header == before.header) }
    }
    // The rest can be linked.
    let unit = LinkUnit(
      policy: Policy(), tables: .init(codeMaps: maps, functions: []), target: .x64
    ).encoded()
    let linker = Linker(path: try Installation.current().linker(), target: .x64)
    let files = [try MemoryFile(object), try MemoryFile(unit)]
    #expect(try linker.combine(objects: files).starts(with: [0x7f, 0x45, 0x4c, 0x46]))
  }

  @Test func anObjectWithoutLinesHasNoMaps() throws {
    var object = try ElfFile(LinkUnit(policy: Policy(), target: .x64).encoded())
    #expect(try CodeMap.extract(from: &object, for: .x64, unit: 0) == [])
  }

  @Test func gapsBetweenSequencesAreUnknown() throws {
    let rows = CodeMap.encode([
      LineSequence(section: 1, rows: [LineRow(address: 0x40, line: 9)], end: 0x50),
      LineSequence(
        section: 1, rows: [LineRow(address: 0, line: 5), LineRow(address: 4, line: 5)], end: 0x20),
    ])
    #expect(
      try decode(rows) == [
        LineRow(address: 0, line: 5), LineRow(address: 0x20, line: 0),
        LineRow(address: 0x40, line: 9), LineRow(address: 0x50, line: 0),
      ])
  }

  /// An offset may come back after code whose offset is unknown.
  @Test func anOffsetComesBackAfterAGap() throws {
    let sequences = [(0, 0x20), (0x40, 0x50)].map { (begin: UInt64, end: UInt64) in
      LineSequence(section: 1, rows: [LineRow(address: begin, line: 300_000)], end: end)
    }
    let rows = CodeMap.encode(sequences)
    #expect(
      try decode(rows) == [
        LineRow(address: 0, line: 300_000), LineRow(address: 0x20, line: 0),
        LineRow(address: 0x40, line: 300_000), LineRow(address: 0x50, line: 0),
      ])
    // Only the first row needs more than two bytes.
    #expect(rows.count == 10)
  }

  /// A function of a pointer, and the lines of its rows.
  private func lines(
    pointingTo space: UInt32,
    _ body: (borrowing LLVMBuilder, LLVMTypes, _ pointer: LLVMValue, _ setLine: (UInt32) -> Void) ->
      Void
  ) throws -> [UInt32] {
    let machine = try LLVMTargetMachine(.x64)
    let context = LLVMContext()
    let module = LLVMModule(name: "test", context: context)
    module.setTarget(machine)
    let types = context.types
    let debug = LLVMDebugInfo(module: module.contents, fileName: "test.wasm", producer: "test")
    let type = types.function([types.pointer(inAddressSpace: space)], returning: types.void)
    let function = module.addFunction("f", type: type)
    let scope = debug.addSubprogram(to: function, name: "f", line: 0)
    let builder = LLVMBuilder(context: context.handle)
    let block = builder.createBlock("entry")
    function.appendBlock(block)
    builder.position(atEnd: block)
    body(builder, types, function.parameter(0)) { line in
      if line == 0 {
        builder.clearLocation()
      } else {
        builder.setLocation(line: line, scope: scope)
      }
    }
    builder.clearLocation()
    _ = builder.returnVoid()
    debug.finish()
    var object = try ElfFile(try machine.emit(module, as: .plainObject).bytes)
    let maps = try CodeMap.extract(from: &object, for: .x64, unit: 0)
    return try maps.flatMap { try decode(unpacked($0.rows)).map(\.line) }
  }

  /// A load that becomes part of another instruction keeps its place. Instructions that access no memory
  /// have no rows.
  @Test func foldedLoadsKeepTheirPlace() throws {
    for line: UInt32 in [0, 12] {
      let found = try lines(pointingTo: UInt32(SWASM_GUEST_ADDRESS_SPACE)) {
        (builder, types, pointer, setLine) in
        setLine(10)
        let first = builder.load(types.i32, pointer, alignment: 4)
        first.setVolatile()
        setLine(11)
        let other = builder.offset(pointer, types.i64.constant(64))
        let second = builder.load(types.i32, other, alignment: 4)
        setLine(line)
        // This becomes a multiplication that reads memory itself.
        let product = builder.multiply(second, types.i32.constant(0x1234567))
        setLine(13)
        let result = builder.binary(.xor, product, types.i32.constant(0x7654321))
        setLine(14)
        let third = builder.offset(pointer, types.i64.constant(128))
        builder.store(builder.add(result, first), third, alignment: 4).setVolatile()
      }
      #expect(found.sorted() == [0, 10, 11, 14])
    }
  }

  @Test func accessesThatCannotFaultHaveNoRows() throws {
    let found = try lines(pointingTo: 0) { builder, types, pointer, setLine in
      setLine(10)
      builder.store(types.i32.constant(1), pointer, alignment: 4).setVolatile()
    }
    #expect(found == [])
  }

  @Test func aTruncatedObjectCausesNoCrash() throws {
    let bytes = try makeObject(functions)
    for count in stride(from: 0, to: bytes.count - 1, by: 7) {
      var object = try? ElfFile(Array(bytes[..<count]))
      if object != nil { _ = try? CodeMap.extract(from: &object!, for: .x64, unit: 0) }
    }
    #expect(throws: ObjectFormatError.self) { try ElfFile(Array(bytes[..<63])) }
  }

  /// Functions with calls inlined in them, and what was split from a function, are in objects of whole modules.
  @Test func damagedTablesCauseNoCrash() throws {
    let bytes = try makeObject(functions, as: .plainObject)
    for name in [".debug_line", ".debug_frame"] {
      let section = try #require(try ElfFile(bytes).section(named: name))
      for index in try ElfFile(bytes).sections[section].range {
        for damage in [0, 0x7f, 0xff] as [UInt8] {
          var damaged = bytes
          damaged[index] = damage
          var object = try ElfFile(damaged)
          _ = try? CodeMap.extract(from: &object, for: .x64, unit: 0)
        }
      }
    }
  }

  /// What the runtime reads from a table of frames: at which addresses functions begin.
  @Test(arguments: Target.all)
  func framesDescribeEachFunction(target: Target) throws {
    var object = try ElfFile(try makeObject(functions, for: target, as: .plainObject))
    let map = try #require(try CodeMap.extract(from: &object, for: target, unit: 0).first)
    var reader = ByteReader(try unpacked(map.frames))
    let count = Int(try reader.uleb128())
    #expect(count > 0)
    for _ in 0..<4 * count { _ = try reader.uleb128() }
    var (address, begins): (UInt64, [UInt64]) = (0, [])
    while reader.position < reader.end {
      address += try reader.uleb128()
      let state = try reader.uleb128()
      #expect(state >> 2 <= UInt64(count))
      if state & 1 != 0 { begins.append(address) }
    }
    #expect(begins.count == functions.count)
    #expect(begins.first == 0)
    #expect(begins.allSatisfy { $0 < map.codeBytes })
  }
}

@Suite struct FrameMapTests {
  private func row(_ address: UInt64, _ state: FrameState?, isFirst: Bool = false) -> FrameRow {
    FrameRow(address: address, state: state, isFirst: isFirst)
  }

  @Test func aStateThatMostRowsHaveComesFirst() {
    let entry = FrameState(cfaRegister: 7, cfaOffset: 8, returnAddress: 8)
    let pushed = FrameState(cfaRegister: 7, cfaOffset: 16, returnAddress: 8, framePointer: 16)
    let rows = [
      row(0, entry, isFirst: true), row(1, pushed), row(9, entry), row(16, entry, isFirst: true),
      row(20, nil), row(21, nil),
    ]
    let bytes: [UInt8] = [
      2, 7, 1, 1, 0, 7, 2, 1, 2,  // states
      0, 1 << 2 | 1, 1, 2 << 2, 8, 1 << 2, 7, 1 << 2 | 1, 4, 0,  // rows
    ]
    #expect(FrameMap.encode(rows) == bytes)
  }

  @Test func aStateThatCannotBeWrittenIsUnknown() {
    let odd = FrameState(cfaRegister: 7, cfaOffset: 12, returnAddress: 8)
    let negative = FrameState(cfaRegister: 7, cfaOffset: 16, returnAddress: -8)
    #expect(FrameMap.encode([row(0, odd, isFirst: true), row(4, negative)]) == [0, 0, 1])
  }
}
