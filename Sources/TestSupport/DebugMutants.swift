// Damaged debug information: it must be read and translated, or refused, without a crash and with bounded work. There
// is no compiler here. The machine code is made up: each byte of the module's code is one byte of it.

import DebugInformation
import ObjectFile
import WasmModule

public struct DebugMutants {
  private var bytes: [UInt8] = []
  private var ranges: [(name: String, range: Range<Int>)] = []
  private var functions: [Range<UInt64>] = []

  /// What became of one mutant.
  public enum Verdict: Sendable, Hashable { case refused, translated }

  /// Throws if the module cannot be decoded, or has no debug information.
  public init(module: [UInt8]) throws {
    let module = try ModuleDecoder.decode(ModuleBytes(module))
    for section in module.customSections where section.name.text.hasPrefix(".debug_") {
      let start = bytes.count
      module.bytes.withBytes(section.range) { bytes += $0 }
      ranges.append((section.name.text, start..<bytes.count))
    }
    guard let code = module.codeStart, !ranges.isEmpty else {
      throw ProcessRun.Failure(description: "the module has no debug information")
    }
    for index in module.functions.defined.indices {
      guard let body = module.functions[index].body?.range else { continue }
      functions.append(UInt64(body.lowerBound - code)..<UInt64(body.upperBound - code))
    }
  }

  /// Seed 0 is the module as it is.
  public func run(seed: UInt64) -> Verdict {
    var random = SeededRandom(seed: seed)
    var bytes = bytes
    if seed > 0 {
      for _ in 0...random.below(4) { change(&bytes, &random) }
    }
    let addresses = (0..<20).map { _ in
      let function = random.pick(functions)
      return function.lowerBound + random.next() % UInt64(function.count)
    }
    do throws(ObjectFormatError) {
      _ = try chains(at: addresses.sorted(), bytes)
      let information = try GuestDebugInformation(DebugSections(bytes, ranges))
      let instance = DebugInstance(information, memory: 64)
      _ = try translate([instance], [machineCode(&random)]) { _, line in
        line == 0 ? nil : CodePlace(instance: 0, offset: UInt64(line))
      }
      return .translated
    } catch {
      return .refused
    }
  }

  /// A place in the source, and the function that was inlined there; nil for the one that was not.
  package typealias Place = (function: String?, file: String?, line: UInt32)

  /// For each byte of the module's code the place, and those of the inlined calls, innermost first.
  package func chains() throws -> [[Place]] {
    try chains(at: functions.flatMap { Array($0) }, bytes)
  }

  private func chains(at addresses: [UInt64], _ bytes: [UInt8]) throws(ObjectFormatError)
    -> [[Place]]
  {
    var lines = try SourceLines(DebugSections(bytes, ranges))
    var chains: [[Place]] = []
    for first in try lines.places(at: addresses) {
      var (place, chain): (SourceLine, [Place]) = (first, [])
      while let number = place.call {
        let call = try lines.call(number)
        chain.append((call.name, file(place, lines), place.line))
        place = call.place
      }
      chain.append((nil, file(place, lines), place.line))
      chains.append(chain)
    }
    return chains
  }

  private func file(_ place: SourceLine, _ lines: SourceLines) -> String? {
    place.file.map { String(decoding: lines.files[$0], as: UTF8.self) }
  }

  private func change(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    let range = random.pick(ranges).range
    guard !range.isEmpty else { return }
    let at = range.lowerBound + random.below(range.count)
    switch random.below(5) {
    case 0: bytes[at] ^= 1 << UInt8(random.below(8))
    case 1: bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, 0xfe, 0xed])
    case 2: bytes[at] = UInt8(random.below(256))
    case 3:
      let count = min(1 + random.below(8), range.upperBound - at)
      for place in at..<at + count { bytes[place] = 0xff }
    default:
      let count = min(1 + random.below(40), range.upperBound - at)
      let from = range.lowerBound + random.below(range.count - count + 1)
      bytes.replaceSubrange(at..<at + count, with: Array(bytes[from..<from + count]))
    }
  }

  /// Some functions are inlined into the one before them.
  private func machineCode(_ random: inout SeededRandom) -> NativeObject {
    var scopes: [NativeScope] = []
    var rows: [NativeObject.Row] = []
    for (position, function) in functions.enumerated() {
      let line = UInt32(function.lowerBound)
      var children: [NativeScope] = []
      if function.count > 8, random.below(3) == 0 {
        let inner = random.pick(functions)
        let place = function.lowerBound + 2..<function.lowerBound + 6
        children = [
          NativeScope(line: UInt32(inner.lowerBound), callLine: line + 2, ranges: [place])
        ]
      }
      scopes.append(
        NativeScope(
          name: Array("f\(position)".utf8), line: line, ranges: [function], children: children,
          locals: (0..<4).map { NativeLocal(index: $0, register: UInt64($0)) }))
      rows += function.map { NativeObject.Row(address: $0, line: UInt32($0)) }
      rows.append(NativeObject.Row(address: function.upperBound, line: 0, endsSequence: true))
    }
    return NativeObject(functions: scopes, rows: rows)
  }
}
