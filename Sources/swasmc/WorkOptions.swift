// The options about how swasmc works. They change nothing of what it makes.

import ArgumentParser
import Driver
import Policy
import System

struct WorkOptions: ParsableArguments {
  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: ArgumentHelp(
      "How many threads compile at the same time. (default: one for each processor)",
      valueName: "count"),
    transform: {
      guard let count = Int($0), (1...1024).contains(count) else {
        throw ValidationError("--jobs must be a number from 1 to 1024")
      }
      return count
    })
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      """
      Compile fewer parts of a large module at the same time, so that by an estimate they use at most this much \
      memory, for example 2G. (default: three quarters of the free memory)
      """, valueName: "size"),
    transform: {
      guard let size = ByteSize($0), size.bytes >= 1 << 20, let bytes = Int(exactly: size.bytes)
      else {
        throw ValidationError(
          "--compile-memory must be a size of at least 1M, for example 512M or 2G")
      }
      return bytes
    })
  var compileMemory: Int?

  @Option(
    defaultAsFlag: .text, parsing: .next,
    help: ArgumentHelp(
      """
      Print to standard error how long each stage took, what the isolation check proved, and how large the parts \
      of the output are; as text, or with =json as a JSON object.
      """, valueName: "format"),
    transform: {
      guard let format = StatisticsFormat(rawValue: $0) else {
        throw ValidationError("--stats must be text or json")
      }
      return format
    })
  var stats: StatisticsFormat?

  @Flag(help: "Print to standard error each step of the compilation, and the command that links.")
  var verbose = false

  @Flag(
    help: """
      Keep the objects that are linked, with a script that links them as swasmc does, in a new directory in TMPDIR, and print its \
      name to standard error.
      """)
  var keepTemps = false

  @Option(
    help: ArgumentHelp(
      "Write LLVM's remarks on what it optimised, and what not, to this file: a line of JSON for each.",
      valueName: "file"), completion: .file())
  var remarks: HostString?

  func apply(to conditions: inout CompileConditions) {
    conditions.jobs = jobs
    conditions.memoryBytes = compileMemory
    conditions.statistics = stats
    conditions.isVerbose = verbose
    conditions.keepsTemporaries = keepTemps
    conditions.remarks = remarks
    conditions.showsProgress = !verbose
  }
}

/// See `refuseWrongAttachedValues`.
func refuseWrongFormat(in word: String) throws {
  let prefix = "--stats="
  guard word.hasPrefix(prefix) else { return }
  guard StatisticsFormat(rawValue: String(word.dropFirst(prefix.count))) != nil else {
    throw ValidationError("\(word): the format must be text or json")
  }
}
