// Makes mutants of proven modules, and gives them to the isolation checker.

import CSabotage
import Driver
import Foundation
import GuestOptimizer
import LLVMKit
import Lowering
import Targets
import TestSupport

struct SabotageRun {
  static let kinds = (0..<swasm_sabotage_kind_count()).map {
    String(cString: swasm_sabotage_kind_name($0))
  }

  /// Positions in `kinds`.
  let chosen: [Int]
  let mutants: Int
  let findings: String
  /// Whether accepted mutants that are not explained are kept and reported, too.
  let lists: Bool
  var tally = SabotageTally()

  init(chosen: [Int], mutants: Int, findings: String, lists: Bool) {
    self.chosen = chosen
    self.mutants = mutants
    self.findings = findings
    self.lists = lists
  }

  /// Breaks a module as often as the options say. Does nothing if the module cannot be compiled.
  mutating func sabotage(_ bytes: [UInt8], name: String, seed: UInt64) {
    var random = SeededRandom(seed: seed &* 31 ^ UInt64(bytes.count) << 32)
    // The first random numbers of neighbouring seeds are alike, so drop them.
    for _ in 0..<3 { _ = random.next() }
    let level = [2, 3, 1, 2][random.below(4)]
    let checks = random.below(3) == 0 ? "explicit" : "guard"
    for level in [level, 1] where sabotage(bytes, name, level, checks, &random) { return }
  }

  /// False if the module was not compiled.
  private mutating func sabotage(
    _ bytes: [UInt8], _ name: String, _ level: Int, _ checks: String, _ random: inout SeededRandom
  ) -> Bool {
    guard var options = ModuleCompilerOptions(boundsChecks: checks, level: level)
    else { return false }
    options.cpu = random.below(2) == 0 ? .native : .baseline
    do {
      let compiler = try ModuleCompiler(options: options, objectDirectory: findings)
      let label = "\(name) -O\(level) \(checks)"
      try compiler.inspectProven(bytes) { module, description in
        breakUp(module, description, label, &random)
      }
    } catch {
      tally.skip("\(name) -O\(level) \(checks): \(error)")
      return false
    }
    return true
  }

  private mutating func breakUp(
    _ module: borrowing LLVMModule, _ description: IsolationDescription, _ label: String,
    _ random: inout SeededRandom
  ) {
    let offsets = description.protectedOffsets
    let digest = DescriptorDigest(of: module)
    // Guest code and the code that makes the instance. Thunks are left out: they have another first parameter.
    let names = description.functions.filter { $0.role != .thunk }.map { strdup($0.name) }
    defer { for name in names { free(name) } }
    let sabotage = names.map { UnsafePointer($0) }.withUnsafeBufferPointer { names in
      offsets.withUnsafeBufferPointer {
        swasm_sabotage_create(
          module.handle, names.baseAddress, names.count, $0.baseAddress, $0.count,
          description.memories.allSatisfy(\.isGuarded))
      }
    }
    defer { swasm_sabotage_free(sabotage) }
    withExtendedLifetime(offsets) {
      let possible = chosen.filter { swasm_sabotage_site_count(sabotage, $0) > 0 }
      guard !possible.isEmpty else { return }
      for number in 0..<mutants {
        let kind = possible[(number + random.below(2)) % possible.count]
        let site = random.below(swasm_sabotage_site_count(sabotage, kind))
        guard let mutant = swasm_sabotage_apply(sabotage, kind, site, random.next()) else {
          continue
        }
        defer { swasm_mutant_free(mutant) }
        judge(mutant, kind: kind, description, digest, label)
      }
    }
  }

  private mutating func judge(
    _ mutant: OpaquePointer, kind: Int, _ description: IsolationDescription,
    _ digest: DescriptorDigest, _ label: String
  ) {
    let name = Self.kinds[kind]
    let report = checkIsolation(
      handle: swasm_mutant_module(mutant), of: description, digest: digest)
    guard report.isProven else { return tally.count(name, "rejected") }
    if let rule = swasm_mutant_harmless(mutant) {
      return tally.count(name, String(cString: rule))
    }
    let isHole = swasm_sabotage_kind_is_harmful(kind)
    tally.count(name, isHole ? SabotageTally.hole : SabotageTally.suspect)
    guard isHole || lists else { return }
    let function = String(cString: swasm_mutant_function(mutant))
    let change = String(cString: swasm_mutant_change(mutant))
    let path = "\(findings)/sabotage-\(name)-\(tally.suspects + tally.holes).ll"
    let text = "; \(label)\n" + String(cString: swasm_mutant_text(mutant))
    try? text.write(toFile: path, atomically: false, encoding: .utf8)
    say("accepted: \(name) in \(function) of \(label):\(change): \(path)")
  }
}

extension IsolationDescription {
  /// Some parts of the state that generated code must not write: the addresses and sizes of memories and tables, the
  /// addresses of imported globals and of functions, and type ids.
  fileprivate var protectedOffsets: [UInt64] {
    var result = instances.flatMap(protectedOffsets)
    if layout.typeIDCount > 0 { result.append(layout.typeIDs) }
    return result
  }

  private func protectedOffsets(_ instance: Instance) -> [UInt64] {
    let memories = memories[instance.memoryRange]
    let tables = tables[instance.tableRange]
    var result: [UInt64] = []
    if memories.contains(where: { !$0.isImported }) {
      result += [instance.memories, instance.memories + 8]
    }
    if memories.contains(where: \.isImported) { result.append(instance.memoryPointers) }
    if tables.contains(where: { !$0.isImported }) {
      result += [instance.tables, instance.tables + 8]
    }
    if tables.contains(where: \.isImported) { result.append(instance.tablePointers) }
    if globals[instance.globalRange].contains(where: \.isImported) {
      result.append(instance.globalPointers)
    }
    if !instance.functionPointerRange.isEmpty { result.append(instance.functionPointers) }
    if !instance.funcrefRange.isEmpty { result += [instance.funcrefs, instance.funcrefs + 8] }
    return result
  }
}

/// The outcomes of the mutants, by kind of change.
struct SabotageTally {
  /// The mutant was accepted, and no rule of the oracle (CSabotage.h) explains why it is harmless.
  static let suspect = "accepted, not explained"
  /// The mutant was accepted, and is certainly harmful.
  static let hole = "holes"
  private var counts: [String: [String: Int]] = [:]
  private var skipped: [String] = []

  var suspects: Int { total(Self.suspect) }
  var holes: Int { total(Self.hole) }

  mutating func count(_ kind: String, _ verdict: String) {
    counts[kind, default: [:]][verdict, default: 0] += 1
  }

  mutating func skip(_ reason: String) { skipped.append(reason) }

  private func total(_ verdict: String) -> Int {
    counts.values.reduce(0) { $0 + ($1[verdict] ?? 0) }
  }

  func summarize() {
    for kind in SabotageRun.kinds {
      guard let own = counts[kind] else { continue }
      let parts = own.sorted { $0.key > $1.key }.map { "\($0.value) \($0.key)" }
      say("sabotage \(kind): \(own.values.reduce(0, +)) mutants: \(parts.joined(separator: ", "))")
    }
    for reason in skipped { say("skipped: \(reason)") }
    let all = counts.values.reduce(0) { $0 + $1.values.reduce(0, +) }
    say(
      "\(all) mutants of \(counts.count) kinds: \(total("rejected")) rejected, "
        + "\(suspects) accepted and not explained, \(holes) holes")
    say("\(all - holes) passed, \(holes) failed")
  }
}
