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
  private var sources: [(information: GuestDebugInformation, code: Int)?] = []

  init(_ program: Program) {
    for (number, instance) in program.instances.enumerated() {
      let names = FunctionNames(instance.module)
      let defined = instance.module.functions
      for index in defined.defined.indices {
        guard let body = defined[index].body else { continue }
        functions.append((body.range, demangled(names[index] ?? "func[\(index.raw)]"), number))
      }
      // What cannot be read is left out: remarks then have no lines.
      let sections = DebugSections(of: instance.module)
      let information = sections.isEmpty ? nil : try? GuestDebugInformation(sections)
      sources.append(information.map { ($0, instance.module.codeStart ?? 0) })
    }
    functions.sort { $0.body.lowerBound < $1.body.lowerBound }
  }

  /// Spec: docs/remarks.md.
  func encoded(_ remarks: [PlacedRemark], _ input: InputFile) -> [UInt8] {
    Array(remarks.map { line($0, input) }.joined().utf8)
  }

  private func line(_ placed: PlacedRemark, _ input: InputFile) -> String {
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
      guard let source = source(at: offset, function.instance) else { return }
      writer.add("file", source.file)
      writer.add("line", Int(source.line))
      if source.column > 0 { writer.add("column", Int(source.column)) }
    }
    return writer.text
  }

  private func function(at offset: Int) -> (name: String, instance: Int)? {
    let end = functions.firstIndex { $0.body.lowerBound > offset } ?? functions.count
    guard end > 0, functions[end - 1].body.contains(offset) else { return nil }
    return (functions[end - 1].name, functions[end - 1].instance)
  }

  private func source(at offset: Int, _ instance: Int) -> SourcePlace? {
    guard let source = sources[instance], offset >= source.code else { return nil }
    return source.information.places(at: UInt64(offset - source.code)).first { $0.line > 0 }
  }
}
