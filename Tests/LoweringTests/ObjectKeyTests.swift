// What the compile cache relies on: lines that count within a partition, and the encoding of a description.

import GuestOptimizer
import LLVMKit
import Targets
import Testing
import WasmModule
import WasmProgram

@testable import Lowering

@Suite struct ObjectKeyTests {
  /// Three functions that divide by zero. The first is longer on demand.
  private func program(longer: Bool) throws -> Program {
    var assembler = Assembler()
    for position in 0..<3 {
      let division = [i32(1), i32(0), op(.i32DivS), op(.drop)]
      let more = longer && position == 0 ? [op(.nop), op(.nop)] : []
      assembler.function([], [], more + division, export: "f\(position)")
    }
    let module = try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(assembler.bytes)))
    return Program(library: module)
  }

  private func options(_ positions: [Int], _ lines: LineNumbering) -> LoweringOptions {
    var options = LoweringOptions(
      product: .library(symbolPrefix: "m_"), partition: PartitionFunctions(positions),
      emitsDescriptor: false)
    options.lines = lines
    return options
  }

  private func text(_ program: Program, _ options: LoweringOptions) throws -> String {
    let context = LLVMContext()
    let machine = try LLVMTargetMachine(.x64, level: .none)
    return try lowerProgram(program, into: context, options: options, target: machine).text
  }

  @Test func aPartitionDoesNotDependOnThePlaceOfItsFunctions() throws {
    let (short, long) = (try program(longer: false), try program(longer: true))
    let inFile = options([1, 2], .fileOffsets)
    #expect(try text(short, inFile) != text(long, inFile))
    let within = options([1, 2], .withinPartition)
    #expect(try text(short, within) == text(long, within))
    let other = options([0], .withinPartition)
    #expect(try text(short, other) != text(long, other))
  }

  @Test func linesMeanPlacesInTheFile() throws {
    let program = try program(longer: true)
    let functions = Array(program.instances[0].module.functions.defined)
    var partition = PartitionFunctions([2])
    partition.inlinable = [0]
    let lines = BodyLines(of: program, partition: partition)
    for position in [0, 2] {
      let body = try #require(functions[position].body).range
      let first = UInt32(lines.firstLine(ofFunctionAt: position))
      for distance in [0, 3, body.count] {
        let offset = lines.fileOffset(ofLine: first + UInt32(distance))
        #expect(offset == UInt32(body.lowerBound + distance))
      }
    }
    #expect(lines.fileOffset(ofLine: 0) == 0)
  }

  /// The check is told that comparisons guard the memory, and there are none.
  @Test func aFailureOfTheCheckIsAtItsPlaceInTheFile() throws {
    var assembler = Assembler()
    assembler.memory = 1
    for _ in 0..<2 { assembler.function([.i32], [.i32], [get(0), op(.i32Load, [2, 0])]) }
    let module = try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(assembler.bytes)))
    let context = LLVMContext()
    let machine = try LLVMTargetMachine(.x64, level: .none)
    var description: IsolationDescription?
    let lowered = try lowerProgram(
      Program(library: module), into: context, options: options([1], .withinPartition),
      target: machine, describe: { description = $0 })
    var other = try #require(description)
    other.memories = [IsolationDescription.Memory(isImported: false, isGuarded: false)]
    let report = checkIsolation(lowered, of: other, digest: DescriptorDigest(of: lowered))
    let body = try #require(module.module.functions.defined.last?.body)
    #expect(report.failures.map { body.range.contains(Int($0.offset)) } == [true])
  }

  /// A field that somebody adds to the description must be encoded too, or two different descriptions could have the
  /// same key. Then extend IsolationDescriptionEncoding.swift, and this list.
  @Test func allFieldsOfTheDescriptionAreEncoded() throws {
    var description: IsolationDescription?
    let context = LLVMContext()
    let machine = try LLVMTargetMachine(.x64, level: .none)
    _ = try lowerProgram(
      try program(longer: false), into: context,
      options: LoweringOptions(product: .library(symbolPrefix: "m_")),
      target: machine, describe: { description = $0 })
    let made = try #require(description)
    func fields(_ value: Any) -> [String] { Mirror(reflecting: value).children.compactMap(\.label) }
    #expect(
      fields(made) == [
        "passesState", "callingConvention", "layout", "types", "typeOfID", "instances", "memories",
        "tables", "globals", "elements", "tags", "functionPointerTypes", "funcrefTypes",
        "functions", "lines",
      ])
    #expect(fields(made.layout) == ["bytes", "typeIDs", "slots", "typeIDCount", "slotCount"])
    #expect(
      fields(made.types[0]) == [
        "canonical", "llvm", "parameters", "places", "results", "parameterBytes", "resultBytes",
        "directResultCount", "returnsSlots", "slotCount",
      ])
    #expect(
      fields(made.instances[0]) == [
        "start", "memoryPointers", "memories", "tablePointers", "tables", "globalPointers",
        "globals", "functionPointers", "funcrefs", "tagIDs", "dropped", "memoryRange", "tableRange",
        "globalRange", "elementRange", "tagRange", "functionPointerRange", "funcrefRange",
        "droppedCount", "dataCount",
      ])
    #expect(fields(made.functions[0]) == ["name", "type", "role"])
    let memory = IsolationDescription.Memory(isImported: true, isGuarded: false)
    let table = IsolationDescription.Table(isImported: true, element: .extern)
    let global = IsolationDescription.Global(isImported: true, isMutable: false, value: .number)
    let element = IsolationDescription.Element(value: .function, offset: 1, count: 2)
    #expect(fields(memory) == ["isImported", "isGuarded"])
    #expect(fields(table) == ["isImported", "element"])
    #expect(fields(global) == ["isImported", "isMutable", "value"])
    #expect(fields(element) == ["value", "offset", "count"])
    let changes: [(inout IsolationDescription) -> Void] = [
      { $0.memories.append(memory) }, { $0.tables.append(table) }, { $0.globals.append(global) },
      { $0.elements.append(element) }, { $0.tags.append(1) },
      { $0.functionPointerTypes.append(1) }, { $0.funcrefTypes.append(1) },
      { $0.functions.removeLast() }, { $0.instances.append($0.instances[0]) },
    ]
    var seen: Set<[UInt8]> = [made.encoded]
    for change in changes {
      var other = made
      change(&other)
      #expect(seen.insert(other.encoded).inserted)
    }
  }
}
