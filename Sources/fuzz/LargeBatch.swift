// Compiles large inputs as `swasmc` does, within bounds of time and memory, and runs those that have a result. A seed
// is a position among the inputs. For an input without a result, a clear error about a limit is as good as an
// executable.

import Driver
import Foundation
import Glibc
import System
import TestSupport

struct LargeBatch {
  static let profiles = ["large"]
  private static let secondsForOne = 300
  private static let memoryLimitBytes: UInt64 = 8 << 30

  let seeds: Range<UInt64>
  let level: Int
  let boundsChecks: String
  let directory: String

  func run(report: (UInt64, Outcome) -> Void) throws {
    setenv("SWASMC_RUNTIME", Workspace.current.runtimeArchive, 1)
    for seed in seeds where seed < LargeInput.all.count {
      report(seed, .begun)
      report(seed, try outcome(LargeInput.all[Int(seed)], path: "\(directory)/\(seed).wasm"))
    }
  }

  private func outcome(_ input: LargeInput, path: String) throws -> Outcome {
    try Data(input.bytes()).write(to: URL(fileURLWithPath: path))
    var options = CompileOptions()
    options.optimization = OptimizationLevel(rawValue: String(level)) ?? .o2
    options.boundsChecks = boundsChecks == "explicit" ? .explicit : .guardPages
    options.policy.invoke = "run"
    if input.name == "100,000 exports" { options.policy.invoke = "export 0" }
    limitProcessorTime(seconds: Self.secondsForOne)
    defer { limitProcessorTime(seconds: 0) }
    let program: [UInt8]
    // The limit holds only during compilation, because a program reserves more than this for its memory.
    limitAddressSpace(bytes: Self.memoryLimitBytes)
    do {
      program = try compile(try InputFile.read(path: HostString(path)), options)
    } catch {
      return judge("\(error)", input)
    }
    limitAddressSpace(bytes: nil)
    guard let wanted = input.output else { return .agreed(questions: 1) }
    let file = directory + "/program"
    try Data(program).write(to: URL(fileURLWithPath: file))
    chmod(file, 0o755)
    let run = try ProcessRun.run(file, [], seconds: 60)
    let printed = run.outputText.trimmingCharacters(in: .whitespacesAndNewlines)
    if run.status == 0, printed == wanted { return .agreed(questions: 1) }
    return .disagreed(
      "\(input.name): status \(run.status), printed '\(printed.prefix(80))' and '\(run.errorText.prefix(200))', "
        + "expected '\(wanted)'")
  }

  private func judge(_ message: String, _ input: LargeInput) -> Outcome {
    let isLimit = [
      "limit", "maximum", "too large", "too many", "unexpected end", "memory size", "table size",
    ]
    .contains { message.contains($0) }
    return isLimit && input.output == nil
      ? .agreed(questions: 1) : .disagreed("\(input.name): \(message)")
  }
}
