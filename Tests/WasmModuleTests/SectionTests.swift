// One or more tests for each section: what decoding returns, and that errors have the right offset.

import Testing

@testable import WasmModule

@Suite struct SectionTests {
  static let nothing = functionType([], [])

  @Test func typesAreDecoded() throws {
    let bytes = module(section(.type, vector([functionType([i32, f64], [v128, externref])])))
    let types = try decode(bytes).types
    let function = FunctionType(parameters: [.i32, .f64], results: [.v128, .externref])
    let expected = SubType(isFinal: true, supertypes: [], composite: .function(function))
    #expect(types.map(\.subtype) == [expected])
  }

  @Test func equalTypesShareTheirCanonicalIndex() throws {
    // (rec (func)) and (func) are equal; a group of two differs from its parts; types 4 and 5 repeat 2 and 3.
    let reference: [Byte] = [0x60, 1, 0x63, 3, 0]
    let repeated: [Byte] = [0x60, 1, 0x63, 5, 0]
    let bytes = module(
      section(
        .type,
        vector([
          Self.nothing, [0x4e, 1] + Self.nothing, [0x4e, 2] + reference + Self.nothing,
          [0x4e, 2] + repeated + Self.nothing,
        ])))
    #expect(try decode(bytes).types.map(\.canonical.raw) == [0, 0, 2, 3, 2, 3])
  }

  @Test func structTypeIsRefusedByName() {
    let error = judge(module(section(.type, [1, 0x5f, 0])))
    #expect(
      error
        == WasmError(.unsupported, at: 11, "unsupported feature: garbage collection (struct type)"))
  }

  @Test(
    arguments: [
      ([1, 0x60, 1, 0x6e, 0], "garbage collection (type any)"),
      ([1, 0x60, 1, 0x6c, 0], "garbage collection (type i31)"),
      ([1, 0x5e, i32, 0], "garbage collection (array type)"),
      ([2, 0x60, 0, 0, 0x50, 1, 0, 0x60, 0, 0], "garbage collection (declared supertypes)"),
      ([1, 0x5d, 0], "stack switching (continuation type)"),
      ([1, 0x60, 1, 0x68, 0], "stack switching (type cont)"),
      ([1, 0x4c, 0, 0x5f, 0], "custom descriptors (descriptor type)"),
      ([1, 0x65, 0x60, 0, 0], "threads (shared type)"),
    ] as [([Byte], String)])
  func typesOfUnknownFeaturesAreRefusedByName(_ content: [Byte], _ what: String) {
    let error = judge(module(section(.type, content)))
    #expect(error?.kind == .unsupported)
    #expect(error?.message == "unsupported feature: " + what)
  }

  @Test func unknownSectionIsNamedByItsNumber() {
    let error = judge(module([14, 1, 0]))
    #expect(error == WasmError(.malformed, at: 8, "malformed section id 14"))
  }

  @Test func importsComeFirstInEveryIndexSpace() throws {
    let imports: [[Byte]] = [
      name("m") + name("f") + [0, 0], name("m") + name("t") + [1, funcref, 1, 1, 2],
      name("m") + name("m") + [2, 0, 1], name("m") + name("g") + [3, i64, 1],
      name("m") + name("e") + [4, 0, 0],
    ]
    let bytes = module(
      section(.type, vector([Self.nothing])), section(.import, vector(imports)),
      section(.function, [1, 0]), section(.code, [1, 2, 0, end]))
    let decoded = try decode(bytes)
    #expect(decoded.functions.count == 2)
    #expect(decoded.functions.importedCount == 1)
    #expect(decoded.functions.isImported(FunctionIndex(0)))
    #expect(Array(decoded.functions.defined.indices) == [FunctionIndex(1)])
    #expect(decoded.tables.map(\.type) == [TableType(element: .funcref, minimum: 1, maximum: 2)])
    #expect(decoded.imports.map(\.name) == ["f", "t", "m", "g", "e"])
    #expect(decoded.globals[GlobalIndex(0)].type.isMutable)
    #expect(judge(bytes) == nil)
  }

  @Test func compactImportsAreExpanded() throws {
    let each = name("m") + [0, 0x7f] + vector([name("f") + [0, 0], name("g") + [3, i64, 0]])
    let same = name("n") + [0, 0x7e, 0, 0] + vector([name("a"), name("b")])
    let bytes = module(
      section(.type, vector([Self.nothing])), section(.import, vector([each, same])))
    let decoded = try decode(bytes)
    #expect(decoded.imports.map { "\($0.module).\($0.name)" } == ["m.f", "m.g", "n.a", "n.b"])
    #expect(decoded.functions.importedCount == 3 && decoded.globals.importedCount == 1)
    #expect(decoded.imports[3].entity == .function(TypeIndex(0)))
  }

  @Test func unknownImportKindIsMalformed() {
    let bytes = module(section(.import, vector([name("m") + name("f") + [9, 0]])))
    #expect(judge(bytes) == WasmError(.malformed, at: 15, "malformed import kind 9"))
  }

  @Test func namesMustBeUTF8() {
    let bytes = module(section(.import, vector([[1, 0xff] + name("f") + [0, 0]])))
    #expect(judge(bytes) == WasmError(.malformed, at: 12, "malformed UTF-8 encoding"))
  }

  @Test func memoryLimitsAreChecked() throws {
    let memory = try decode(module(section(.memory, [1, 7, 1, 2]))).memories[MemoryIndex(0)].type
    #expect(memory.is64 && memory.isShared && memory.limits.maximum == 2)
    let wrong: [([Byte], String)] = [
      ([1, 1, 2, 1], "size minimum must not be greater than maximum"),
      ([1, 0, 0x81, 0x80, 0x04], "memory size must be at most 65536 pages"),
      ([1, 2, 1], "shared memory must have maximum"),
      ([1, 8, 1, 5], "invalid custom page size"),
      ([1, 16, 1], "malformed limits flags 0x10"),
    ]
    for (content, message) in wrong {
      #expect(judge(module(section(.memory, content)))?.message == message)
    }
  }

  @Test func globalsHaveConstantInitialisers() throws {
    let bytes = module(
      section(.global, vector([[i32, 0, 0x41, 7, end], [i32, 0, 0x23, 0, end]])))
    let validated = try validate(bytes)
    let initializer = validated.module.globals[GlobalIndex(0)].initializer
    let first = try #require(initializer).instructions(in: validated.module)
    #expect(first.map(\.opcode) == [.i32Const] && first[0].i32 == 7)

    let call = judge(module(section(.global, vector([[i32, 0, 0x10, 0, end]]))))
    #expect(call == WasmError(.invalid, at: 13, "constant expression required, found call"))
    let later = judge(module(section(.global, vector([[i32, 0, 0x23, 0, end]]))))
    #expect(later == WasmError(.invalid, at: 13, "unknown global 0"))
    let wrong = judge(module(section(.global, vector([[i64, 0, 0x41, 0, end]]))))
    #expect(wrong?.message == "type mismatch at end of function: expected i64, found i32")
    #expect(
      judge(module(section(.global, [1, i32, 2, 0x41, 0, end])))?.message == "malformed mutability")
  }

  @Test func exportNamesAreUniqueByBytes() {
    let export = { (text: String) in name(text) + [2, 0] }
    let memory = section(.memory, [1, 0, 1])
    let twice = module(memory, section(.export, vector([export("a"), export("a")])))
    #expect(judge(twice) == WasmError(.invalid, at: 20, "duplicate export name \"a\""))
    // Precomposed and decomposed é are different names.
    let similar = vector([export("\u{e9}"), export("e\u{301}")])
    #expect(judge(module(memory, section(.export, similar))) == nil)
  }

  @Test func exportsAndStartMustExist() {
    #expect(
      judge(module(section(.export, vector([name("f") + [0, 3]]))))?.message == "unknown function 3"
    )
    #expect(judge(module(section(.start, [1])))?.message == "unknown function 1")
    let types = section(.type, vector([functionType([i32], [])]))
    let bytes = module(
      types, section(.function, [1, 0]), section(.start, [0]), section(.code, [1, 2, 0, end]))
    #expect(judge(bytes)?.message == "start function must have type [] -> [], found [i32] -> []")
  }

  @Test(
    arguments: [
      [0, 0x41, 0, end, 1, 0], [1, 0, 1, 0], [2, 0, 0x41, 0, end, 0, 1, 0], [3, 0, 1, 0],
      [4, 0x41, 0, end, 1, 0xd2, 0, end], [5, funcref, 1, 0xd0, funcref, end],
      [6, 0, 0x41, 0, end, funcref, 1, 0xd2, 0, end], [7, funcref, 1, 0xd2, 0, end],
    ] as [[Byte]])
  func everyFormOfElementSegmentIsAccepted(_ segment: [Byte]) throws {
    let bytes = module(
      section(.type, vector([Self.nothing])), section(.function, [1, 0]),
      section(.table, [1, funcref, 0, 1]), section(.element, [1] + segment),
      section(.code, [1, 2, 0, end]))
    #expect(try validate(bytes).module.elements[ElementIndex(0)].items.count == 1)
  }

  @Test func thereAreAsManyBodiesAsFunctions() {
    let types = section(.type, vector([Self.nothing]))
    let without = judge(module(types, section(.function, [1, 0])))
    #expect(without?.message == "function and code section have inconsistent lengths")
    let two = judge(module(types, section(.function, [2, 0, 0]), section(.code, [1, 2, 0, end])))
    #expect(two?.message == "function and code section have inconsistent lengths: 2 and 1")
  }

  @Test func dataSegmentsKeepTheirPlaceInTheFile() throws {
    let bytes = module(
      section(.memory, [1, 0, 1]), section(.dataCount, [2]),
      section(.data, vector([[0, 0x41, 0, end, 2, 0xaa, 0xbb], [1, 1, 0xcc]])))
    let segments = try validate(bytes).module.data
    #expect(segments.map { Array(bytes[$0.range]) } == [[0xaa, 0xbb], [0xcc]])
    let mismatch = module(section(.dataCount, [1]), section(.data, [0]))
    #expect(judge(mismatch)?.message.hasPrefix("data count and data section") == true)
  }

  @Test func sectionsComeOnceAndInOrder() {
    let memory = section(.memory, [1, 0, 1])
    let table = section(.table, [1, funcref, 0, 1])
    #expect(judge(module(table, memory)) == nil)
    let order = judge(module(memory, table))
    #expect(order?.offset == 13)
    #expect(
      order?.message == "unexpected content after last section: table section is out of order")
    #expect(judge(module(memory, memory))?.message.hasSuffix("memory section is duplicate") == true)
    #expect(judge(module([99, 0])) == WasmError(.malformed, at: 8, "malformed section id 99"))
  }

  @Test func sectionsAreReadToTheirEnd() {
    let bytes = module(section(.memory, [1, 0, 1, 0]))
    #expect(judge(bytes)?.message == "section size mismatch: 1 bytes left in the memory section")
    #expect(judge(module([5, 9, 0]))?.offset == 9)
  }

  @Test func nameSectionIsReadAndItsErrorsAreIgnored() throws {
    let names = name("name") + [0] + sized(name("app")) + [1] + sized([1, 0] + name("main"))
    let good = try decode(module(section(.custom, names))).names
    #expect(good.module == "app" && good.functions == [FunctionIndex(0): "main"])
    #expect(try decode(module(section(.custom, names + [1, 9]))).names.module == "app")
    #expect(judge(module(section(.custom, [4, 0x6e])))?.kind == .malformed)
  }

  @Test func branchHintsAreKeptByFileOffset() throws {
    let instructions: [Byte] = [0x02, 0x40, 0x41, 0, 0x0d, 0, end]
    let hint = name("metadata.code.branch_hint") + vector([[0, 1, 5, 1, 1]])
    let bytes = module(
      section(.type, vector([Self.nothing])), section(.function, [1, 0]), section(.custom, hint),
      section(.code, vector([sized([0] + instructions + [end])])))
    let branch = bodyStart(bytes, instructions) + 4
    #expect(try decode(bytes).branchHints == [branch: true])
  }
}

extension TableType {
  init(element: ReferenceType, minimum: UInt64, maximum: UInt64?) {
    self.init(
      element: element, limits: Limits(minimum: minimum, maximum: maximum), is64: false)
  }
}
