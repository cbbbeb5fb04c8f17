// `--remarks FILE`: what LLVM says about its optimisations, with the places in the module and in the source. A line of
// JSON for each remark.

import DebugInformation
import LLVMKit
import Lowering
import System
import WasmModule
import WasmProgram

/// A remark about a place in the input file.
struct PlacedRemark: Sendable {
  let remark: LLVMRemark
  /// The offset in the file; 0 if the remark is about code that the compiler added.
  let offset: UInt32

  /// - Parameter lines: What lines mean; nil: they are offsets in the file.
  init(_ remark: LLVMRemark, _ lines: BodyLines?) {
    self.remark = remark
    offset = lines?.fileOffset(ofLine: remark.line) ?? remark.line
  }
}

struct RemarkFile {
  private var functions: [(body: Range<Int>, name: String, instance: Int)] = []
  /// Of each instance: its places in the source, and where its code begins.
  private var sources: [(lines: SourceLines, code: Int)?] = []

  init(_ program: Program) {
    for (number, instance) in program.instances.enumerated() {
      let names = FunctionNames(instance.module)
      let defined = instance.module.functions
      for index in defined.defined.indices {
        guard let body = defined[index].body else { continue }
        functions.append((body.range, demangled(names[index] ?? "func[\(index.raw)]"), number))
      }
      // What cannot be read is left out: remarks then have no lines.
      let sections = DebugSections(of: instance.module, isForLines: true)
      let lines = sections.isEmpty ? nil : try? SourceLines(sections)
      sources.append(lines.map { ($0, instance.module.codeStart ?? 0) })
    }
    functions.sort { $0.body.lowerBound < $1.body.lowerBound }
  }

  /// Spec: docs/remarks.md.
  mutating func encoded(_ remarks: [PlacedRemark], _ input: InputFile) -> [UInt8] {
    let places = sourcePlaces(Set(remarks.map { Int($0.offset) }).sorted())
    return Array(remarks.map { line($0, input, places) }.joined().utf8)
  }

  private struct SourcePlace {
    let file: String
    let line, column: Int
  }

  /// - Parameter offsets: In ascending order.
  private mutating func sourcePlaces(_ offsets: [Int]) -> [Int: SourcePlace] {
    var result: [Int: SourcePlace] = [:]
    for instance in sources.indices {
      guard let (known, code) = sources[instance] else { continue }
      var lines = known
      let own = offsets.filter { function(at: $0)?.instance == instance && $0 >= code }
      guard let found = try? lines.places(at: own.map { UInt64($0 - code) }) else { continue }
      for (offset, place) in zip(own, found) where place.line > 0 {
        guard let file = place.file else { continue }
        result[offset] = SourcePlace(
          file: String(decoding: lines.files[file], as: UTF8.self), line: Int(place.line),
          column: Int(place.column))
      }
      sources[instance] = (lines, code)
    }
    return result
  }

  private func line(
    _ placed: PlacedRemark, _ input: InputFile, _ sources: [Int: SourcePlace]
  ) -> String {
    var writer = JSONWriter()
    writer.line { writer in
      writer.add("kind", placed.remark.kind)
      writer.add("pass", placed.remark.pass)
      writer.add("name", placed.remark.name)
      writer.add("message", placed.remark.message)
      let offset = Int(placed.offset)
      guard offset > 0, let function = function(at: offset) else { return }
      writer.add("function", function.name)
      let place = input.place(of: offset)
      if input.parts.count > 1 { writer.add("module", place.name) }
      writer.add("offset", place.offset)
      guard let source = sources[offset] else { return }
      writer.add("file", source.file)
      writer.add("line", source.line)
      if source.column > 0 { writer.add("column", source.column) }
    }
    return writer.text
  }

  private func function(at offset: Int) -> (name: String, instance: Int)? {
    var (low, high) = (0, functions.count)
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].body.lowerBound <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0, functions[low - 1].body.contains(offset) else { return nil }
    return (functions[low - 1].name, functions[low - 1].instance)
  }
}
