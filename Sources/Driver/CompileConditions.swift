// How a compilation works, and what it prints about itself. No condition changes a byte of the output.

import System

/// The form in which `--stats` prints.
public enum StatisticsFormat: String, CaseIterable, Sendable {
  case text
  case json
}

public struct CompileConditions: Sendable {
  /// The most threads that compile at the same time; nil: one for each processor that this process may use.
  public var jobs: Int?
  /// About the most memory to use, in bytes; nil: most of what is free.
  public var memoryBytes: Int?
  /// Tell on standard error what the compilation did.
  public var statistics: StatisticsFormat?
  /// Where objects of partitions that did not change come from, and where the others are stored; nil: nowhere.
  var objectCache: ObjectCachePlace?
  /// Tell on standard error which stage begins, and the command that links.
  public var isVerbose = false
  /// Keep what goes to the linker, and tell on standard error where it is.
  public var keepsTemporaries = false
  /// Where LLVM's remarks on optimisations go.
  public var remarks: HostString?
  /// Show a line of progress if standard error is a terminal.
  public var showsProgress = false

  enum ObjectCachePlace: Sendable, Equatable {
    /// The compile cache of the user.
    case users
    case directory(HostString)
  }

  public init() {}

  /// Whether the compilation must be done, because it tells or keeps something about itself.
  var mustCompile: Bool { statistics != nil || isVerbose || keepsTemporaries || remarks != nil }

  /// The file for remarks. It must not be the input.
  func remarkFile(besides input: InputFile) throws(DriverError) -> OutputFile? {
    guard let remarks else { return nil }
    return try OutputFile(path: remarks, input: input.name)
  }

  var threadCount: Int { max(1, jobs ?? Machine.usableProcessors) }

  /// By default, a quarter of the free memory stays free.
  var memoryLimitBytes: Int { memoryBytes ?? Machine.availableMemoryBytes / 4 * 3 }
}
