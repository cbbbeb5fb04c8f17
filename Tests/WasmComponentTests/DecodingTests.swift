// The binary format: what the decoder keeps, and where and how it says that something is malformed.

import Testing
import WasmComponent
import WasmModule

@Suite struct DecodingTests {
  private func decode(_ bytes: [UInt8]) throws(WasmError) -> Component {
    try ComponentDecoder.decode(ModuleBytes(bytes))
  }

  @Test func definitionsKeepTheirOrderAndOffsets() throws {
    let component = try decode(
      Bytes.component(
        Bytes.section(7, [[0x73], [0x70, 0x00]]), Bytes.section(5, [[0x01, 0x00]]),
        Bytes.section(7, [[0x7f]])))
    #expect(component.definitions.map(\.offset) == [11, 12, 17, 22])
    guard case .type(.value(.list(.index(let index)))) = component.definitions[1].kind,
      case .instance(.exports(let exports)) = component.definitions[2].kind
    else {
      Issue.record("another definition")
      return
    }
    #expect(index == ComponentTypeIndex(0))
    #expect(exports.isEmpty)
  }

  @Test func coreModuleIsToldApart() throws {
    let module: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    #expect(!ComponentDecoder.isComponent(ModuleBytes(module)))
    #expect(ComponentDecoder.isComponent(ModuleBytes(Bytes.preamble)))
    let error = #expect(throws: WasmError.self) { try decode(module) }
    #expect(error?.kind == .malformed)
    #expect(error?.offset == 4)
    #expect(error?.message.contains("core module") == true)
  }

  @Test func otherVersionIsNamed() {
    let error = #expect(throws: WasmError.self) {
      try decode([0x00, 0x61, 0x73, 0x6d, 0x0a, 0x00, 0x01, 0x00])
    }
    #expect(error?.message.contains("version 10") == true)
  }

  @Test func errorInNestedModuleHasTheOffsetInTheFile() {
    // The nested module's section 15 is unknown: byte 18 of the file, byte 8 of the module.
    let module: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x0f, 0x00]
    let error = #expect(throws: WasmError.self) {
      try decode(Bytes.component(Bytes.raw(1, module)))
    }
    #expect(error?.offset == 18)
    #expect(error?.kind == .malformed)
  }

  @Test func errorInNestedComponentHasTheOffsetInTheFile() {
    let nested = Bytes.component(Bytes.section(7, [[0x62]]))
    let error = #expect(throws: WasmError.self) {
      try decode(Bytes.component(Bytes.raw(4, nested)))
    }
    #expect(error?.offset == 21)
    #expect(error?.message == "invalid leading byte (0x62) for a type")
  }

  @Test(
    arguments: [
      ([0x05, 0x02, 0x01, 0x02], "invalid leading byte (0x2) for an instance"),
      ([0x02, 0x02, 0x01, 0x02], "invalid leading byte (0x2) for a core instance"),
      ([0x06, 0x03, 0x01, 0x06, 0x02], "invalid leading byte (0x6) for the sort of an alias"),
      ([0x08, 0x02, 0x01, 0x07], "invalid leading byte (0x7) for a canonical function"),
      ([0x08, 0x02, 0x01, 0x2e], "invalid leading byte (0x2e) for a canonical function"),
      ([0x0a, 0x02, 0x01, 0x03], "invalid leading byte (0x3) for the name of an item"),
      ([0x03, 0x02, 0x01, 0x61], "invalid leading byte (0x61) for a core type"),
      ([0x0d, 0x00], "malformed section id 13"),
      ([0x07, 0x03, 0x01, 0x73, 0x73], "section size mismatch: 1 bytes left in the type section"),
    ] as [([UInt8], String)])
  func unknownBytesAreNamed(section: [UInt8], message: String) {
    let error = #expect(throws: WasmError.self) { try decode(Bytes.component(section)) }
    #expect(error?.kind == .malformed)
    #expect(error?.message == message)
  }

  @Test(
    arguments: [
      ([0x09, 0x03, 0x00, 0x00, 0x00], "uses a start section, which is not supported yet"),
      ([0x0c, 0x01, 0x00], "uses a value section, which is not supported yet"),
      (
        [0x08, 0x02, 0x01, 0x42],
        "uses the built-in thread.available-parallelism, which is not supported yet"
      ),
    ] as [([UInt8], String)])
  func laterFeaturesAreNamed(section: [UInt8], message: String) {
    let error = #expect(throws: WasmError.self) { try decode(Bytes.component(section)) }
    #expect(error?.kind == .unsupported)
    #expect(error?.message == message)
  }

  @Test func nameSectionIsReadAndMayBeMalformed() throws {
    let subsections =
      [0x00] + Bytes.unsigned(6) + Bytes.name("hello")
      + [0x01] + Bytes.unsigned(5) + [0x01, 0x01, 0x02] + Bytes.name("f")
    let good = try decode(
      Bytes.component(Bytes.raw(0, Bytes.name("component-name") + subsections)))
    #expect(good.names.component == "hello")
    #expect(good.names.items[ComponentItem(sort: .function, index: 2)] == "f")
    let bad = try decode(
      Bytes.component(Bytes.raw(0, Bytes.name("component-name") + [0xff, 0xfe, 0x01])))
    #expect(bad.names.component == nil)
    #expect(bad.customSections.count == 1)
  }

  @Test func attributesOfNamesAreKept() throws {
    let name =
      [0x02] + Bytes.name("a") + [0x02, 0x00] + Bytes.name("x:y/z")
      + [0x02] + Bytes.name("identifier")
    let component = try decode(Bytes.component(Bytes.section(10, [name + [0x05, 0x00]])))
    guard case .import(let name, .instance) = component.definitions[0].kind else {
      Issue.record("another definition")
      return
    }
    #expect(name.text == "a")
    #expect(name.implements == "x:y/z")
    #expect(name.externalID == "identifier")
  }

  @Test func everyPrefixOfAComponentIsRefusedOrShorter() throws {
    let whole = Bytes.component(
      Bytes.section(7, [[0x72, 0x01] + Bytes.name("a") + [0x73], [0x70, 0x00]]),
      Bytes.section(11, [Bytes.externName("t") + [0x03, 0x00, 0x00]]))
    for count in 0..<whole.count {
      let error = refusal(Array(whole[..<count]))
      // A prefix that ends between two sections is a component, too.
      let isWhole = count == 8 || count == 8 + 2 + Int(whole[9])
      #expect((error == nil) == isWhole, "\(count) bytes: \(String(describing: error))")
      if let error { #expect(error.offset <= count) }
    }
  }
}
