// Which items of which instance an import is linked to, and which types fit. Spec: Execution, External Typing.

import Testing
import WasmModule
import WasmProgram

/// A module that exports its only memory, of 1 to `most` pages, and a function of type `result`. If `imports` is true,
/// it imports both from `m`.
private func library(imports: Bool = false, most: UInt8 = 3, result: UInt8 = 0x7f) throws
  -> ValidatedModule
{
  func section(_ id: UInt8, _ content: [UInt8]) -> [UInt8] { [id, UInt8(content.count)] + content }
  let memory: [UInt8] = [1, 1, most]
  let types = section(1, [1, 0x60, 0, 1, result])
  let exports = section(7, [2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0])
  var bytes: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0] + types
  if imports {
    bytes += section(2, [2, 1, 0x6d, 1, 0x6d, 2] + memory + [1, 0x6d, 1, 0x66, 0, 0]) + exports
  } else {
    let zero: [UInt8] = result == 0x7f ? [0x41, 0] : result == 0x7e ? [0x42, 0] : [0xd0, result]
    bytes +=
      section(3, [1, 0]) + section(5, [1] + memory) + exports
      + section(10, [1, 4, 0] + zero + [0x0b])
  }
  return try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(bytes)))
}

private func add(_ module: ValidatedModule, to program: inout Program, from: UInt32) throws {
  try program.add(module, named: "next") { .export(of: InstanceIndex(from), named: $0.name) }
}

@Suite struct LinkingTests {
  @Test func aReexportComesFromItsFirstInstance() throws {
    var program = Program()
    try program.add(library(), named: "first") { _ in nil }
    try add(library(imports: true), to: &program, from: 0)
    try add(library(imports: true), to: &program, from: 1)
    let last = InstanceIndex(2)
    #expect(program.main == last)
    #expect(program.origin(Item(last, MemoryIndex(0))) == Item(InstanceIndex(0), MemoryIndex(0)))
    #expect(
      program.origin(Item(last, FunctionIndex(0))) == Item(InstanceIndex(0), FunctionIndex(0)))
    #expect(program.provider(of: Item(InstanceIndex(0), FunctionIndex(0))) == nil)
  }

  @Test func importsFromTheHostBelongToTheirInstance() throws {
    var program = Program(library: try library(imports: true))
    try add(library(imports: true), to: &program, from: 0)
    let origin = program.origin(Item(InstanceIndex(1), MemoryIndex(0)))
    #expect(origin == Item(InstanceIndex(0), MemoryIndex(0)))
  }

  @Test func equalTypesOfSeveralModulesHaveOneNumber() throws {
    var program = Program()
    try program.add(library(), named: "first") { _ in nil }
    try program.add(library(result: 0x7e), named: "second") { _ in nil }
    try program.add(library(), named: "third") { _ in nil }
    let numbers = program.indices.map { program.types.number(of: TypeIndex(0), in: $0).raw }
    #expect(numbers == [0, 1, 0])
  }

  @Test func importsOfAnotherTypeAreRefused() throws {
    var program = Program()
    try program.add(library(most: 3, result: 0x7e), named: "first") { _ in nil }
    let smaller = #expect(throws: LinkError.self) {
      try add(library(imports: true, most: 2, result: 0x7e), to: &program, from: 0)
    }
    #expect(smaller?.message == "incompatible import type of memory: m.m")
    let number = #expect(throws: LinkError.self) {
      try add(library(imports: true), to: &program, from: 0)
    }
    #expect(number?.message == "incompatible import type of function: m.f")
    #expect(program.instances.count == 1)
  }

  /// The types of a refused instance are no types of the program. Their number belongs to the next type.
  @Test func aRefusedInstanceLeavesNoTypes() throws {
    var program = Program()
    try program.add(library(), named: "first") { _ in nil }
    #expect(throws: LinkError.self) {
      try add(library(imports: true, result: 0x7e), to: &program, from: 0)
    }
    #expect(program.types.rows.count == 1)
    try program.add(library(result: 0x70), named: "second") { _ in nil }
    try program.add(library(result: 0x7e), named: "third") { _ in nil }
    let numbers = program.indices.map { program.types.number(of: TypeIndex(0), in: $0).raw }
    #expect(numbers == [0, 1, 2])
    #expect(program.types.rows.map(\.instance.raw) == [0, 1, 2])
  }

  @Test func missingExportsAreNamed() throws {
    var program = Program()
    try program.add(library(), named: "first") { _ in nil }
    let error = #expect(throws: LinkError.self) {
      try program.add(library(imports: true), named: "second") { _ in
        .export(of: InstanceIndex(0), named: "x")
      }
    }
    #expect(error?.kind == .unknownImport)
    #expect(error?.message == "unknown import: m.m")
  }

  /// A module that imports `module.open` with three parameters.
  private func opening(_ module: String) throws -> ValidatedModule {
    let name = [UInt8(module.utf8.count)] + Array(module.utf8)
    let item = name + [4] + Array("open".utf8) + [0, 0]
    var bytes: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    bytes += [1, 8, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f]
    bytes += [2, UInt8(item.count + 1), 1] + item
    return try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(bytes)))
  }

  @Test func modulesOfAProgramDoNotImportOurOwnCalls() throws {
    let module = try opening("swasm_net")
    let item = try #require(module.module.imports.first)
    #expect(WASICall(item) == nil)
    #expect(WASICall(ofOurs: item)?.symbol == "swasm_net_open")
    #expect(WASICall(ofOurs: item)?.type == module.module.functionType(TypeIndex(0)))
    let error = #expect(throws: LinkError.self) { try Program(command: module) }
    #expect(error?.message.contains("unknown import: swasm_net.open") == true)
    let other = try #require(try opening("swasm_nets").module.imports.first)
    #expect(WASICall(ofOurs: other) == nil)
  }
}
