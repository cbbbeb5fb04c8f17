// Native debug information: what the program's modules say about themselves, translated by what LLVM says about the
// objects of the partitions. It is an object for the linker, in which addresses are still to be filled in.

import CDebuggerScript
import CGuestIR
import DebugInformation
import Lowering
import ObjectFile
import System
import Targets
import WasmModule
import WasmProgram

struct DebugInput {
  private let program: Program
  private let log: WorkLog
  private var instances: [DebugInstance] = []
  /// The locals that the modules' variables need.
  private(set) var followed = FollowedLocals()

  /// Malformed debug information is left out, with a warning. nil if there is none.
  /// - Parameter isOptimised: Whether the program is compiled at a level that optimises.
  init?(_ program: Program, isOptimised: Bool, _ log: WorkLog) {
    let most = FollowedLocals.most(isOptimised ? .forOptimising : .none)
    self.program = program
    self.log = log
    for (instance, places) in zip(
      program.instances, StatePlaces.all(of: program, LoweringOptions()))
    {
      var information: GuestDebugInformation?
      var locals: [Int: [Int]] = [:]
      var rows: [Int] = []
      do throws(ObjectFormatError) {
        let sections = DebugSections(of: instance.module)
        if !sections.isEmpty {
          let found = try GuestDebugInformation(sections)
          let code = instance.module.codeStart ?? 0
          for (address, indices) in try found.followedLocals(most: most) {
            locals[code + Int(clamping: address)] = indices
          }
          rows = found.rowStarts.map { code + Int(clamping: $0) }
          information = found
        }
      } catch {
        log.warnOfDebugInformation(error)
      }
      followed.locals.append(information == nil ? [:] : locals)
      followed.rows.append(information == nil ? [] : rows)
      instances.append(
        DebugInstance(
          information, memory: places.memory.map { Int64($0) },
          globals: places.globals.map { $0.map { Int64($0) } },
          pointerBytes: instance.module.hasLargeMemory ? 8 : 4))
    }
    if instances.allSatisfy({ $0.information == nil }) {
      warn("-g finds no debug information in the module")
      return nil
    }
  }

  /// nil if the information turns out to be malformed.
  func object(for objects: [CompiledObject], _ target: Target) -> [UInt8]? {
    let natives = objects.compactMap { $0.native?.object }
    let places = places()
    do throws(ObjectFormatError) {
      let output = try translate(instances, natives) { object, line in
        objects[object].native?.lines.place(ofLine: line).flatMap { places.place($0) }
      }
      return encoded(output, objects, target)
    } catch {
      log.warnOfDebugInformation(error)
      return nil
    }
  }

  private func places() -> FunctionPlaces {
    var starts: [(first: Int, code: Int)] = []
    var position = 0
    for instance in program.instances {
      starts.append((position, instance.module.codeStart ?? 0))
      position += instance.module.functions.defined.count
    }
    return FunctionPlaces(starts: starts)
  }

  private func encoded(
    _ output: DebugOutput, _ objects: [CompiledObject], _ target: Target
  ) -> [UInt8] {
    var writer = ElfWriter(machine: target.elfMachine)
    var symbols: [DebugSymbol: Int] = [.state: writer.reference(SWASM_IR_STATE)]
    for (number, object) in objects.enumerated() {
      for map in object.codeMaps {
        symbols[.code(object: number, section: map.section)] = writer.reference(map.symbol)
      }
    }
    for (name, contents) in output.sections {
      writer.defineFileSection(
        name, bytes: contents.bytes,
        addresses: contents.relocations.map {
          ($0.offset, symbols[$0.symbol] ?? 0, $0.addend)
        })
    }
    writer.defineFileSection(".debug_gdb_scripts", bytes: Self.script)
    return writer.finish()
  }

  /// The script for gdb, with the kind of the entry and its name before it.
  private static var script: [UInt8] {
    let pythonText: UInt8 = 4
    return [pythonText] + Array("swasm\n\(String(cString: swasm_gdb_script()))".utf8) + [0]
  }
}

/// Where functions are, by their positions in the program.
private struct FunctionPlaces {
  /// For each instance, the position of its first function, and where its code begins in the file.
  let starts: [(first: Int, code: Int)]

  func place(_ place: (position: Int, offset: Int)) -> CodePlace? {
    guard let instance = starts.lastIndex(where: { $0.first <= place.position }),
      place.offset >= starts[instance].code
    else { return nil }
    return CodePlace(instance: instance, offset: UInt64(place.offset - starts[instance].code))
  }
}

extension Module {
  /// Whether addresses in the memory with the index 0 have 64 bits.
  fileprivate var hasLargeMemory: Bool {
    memories.indices.first.map { memories[$0].type.is64 } ?? false
  }
}

extension DebugSections {
  /// The sections of a module.
  /// - Parameter isForLines: Whether to leave out what only variables need.
  convenience init(of module: Module, isForLines: Bool = false) {
    var bytes: [UInt8] = []
    var ranges: [(name: String, range: Range<Int>)] = []
    let wanted = Section.allCases.filter { !isForLines || ![.loc, .loclists].contains($0) }
    for section in module.customSections {
      let name = section.name.text
      guard wanted.contains(where: { $0.name == name }),
        !ranges.contains(where: { $0.name == name })
      else {
        continue
      }
      let start = bytes.count
      module.bytes.withBytes(section.range) { bytes += $0 }
      ranges.append((name, start..<bytes.count))
    }
    self.init(bytes, ranges)
  }
}
