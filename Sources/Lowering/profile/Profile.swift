// The counts of runs of a program, from files that an executable made by --pgo-generate wrote.
//
// Input: bytes of any origin; the format is at the head of runtime-c/src/profile.c. A profile decides only weights and
// guesses, so a wrong one costs nothing but speed. Even so, a profile that does not fit is refused.
import WasmModule

/// Why a profile is refused.
public struct ProfileError: Error, Equatable {
  /// A sentence without a final stop. It does not name the profile's file.
  public let message: String
}

/// How often the parts of one module's functions ran, summed over any number of runs.
public struct Profile: Sendable {
  /// For each function, by index, one list of counters for each run. The counters are in the order in which lowering
  /// meets their sites.
  private var runs: [FunctionIndex: [[UInt64]]] = [:]

  static let magic = Array("swasmprf".utf8)
  static let version: UInt64 = 1

  /// The FNV-1a hash of the module's file. A profile belongs to one file, byte for byte.
  public static func hash(_ module: Module) -> UInt64 {
    module.bytes.withBytes(0..<module.bytes.count) { bytes in
      bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
  }

  /// Reads the counts of one run. Throws if `bytes` is no profile, is of another version of the format, is cut off, or
  /// does not fit the module.
  public init(_ bytes: [UInt8], of module: Module) throws(ProfileError) {
    var position = 0
    func number(_ size: Int) throws(ProfileError) -> UInt64 {
      guard bytes.count - position >= size else {
        throw ProfileError(message: "the profile is cut off")
      }
      defer { position += size }
      return (0..<size).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
    }
    guard bytes.starts(with: Self.magic) else {
      throw ProfileError(message: "not a profile of a program compiled with --pgo-generate")
    }
    position = Self.magic.count
    guard try number(4) == Self.version, try number(4) == 0 else {
      throw ProfileError(message: "the profile was written for another version of swasmc")
    }
    guard try number(8) == Self.hash(module) else {
      throw ProfileError(message: "the profile is of another module, or of another version of it")
    }
    while position < bytes.count {
      let function = try number(4)
      let count = try number(4)
      let index = FunctionIndex(UInt32(function))
      guard module.functions.contains(index), !module.functions.isImported(index) else {
        throw ProfileError(message: "the profile names function \(function), which has no body")
      }
      guard count <= UInt64(bytes.count - position) / 8 else {
        throw ProfileError(message: "the profile is cut off")
      }
      guard runs[index] == nil else {
        throw ProfileError(message: "the profile has function \(function) twice")
      }
      var values: [UInt64] = []
      for _ in 0..<count { values.append(try number(8)) }
      runs[index] = [values]
    }
  }

  /// Adds the counts of other runs. Throws if the two profiles have different numbers of counters for a function.
  public mutating func add(_ other: Profile) throws(ProfileError) {
    for (function, counters) in other.runs {
      let own = runs[function, default: []]
      guard own.first?.count ?? counters[0].count == counters[0].count else {
        throw ProfileError(message: "the profiles differ in the counters of function \(function)")
      }
      runs[function] = own + counters
    }
  }

  /// The counters of a function. A function that is in no run's counts never ran.
  func counters(of function: FunctionIndex) -> FunctionCounters {
    FunctionCounters(runs: runs[function] ?? [])
  }

  /// How many blocks of a function were executed, roughly: the sum of all its counters.
  public func executions(of function: FunctionIndex) -> Double {
    counters(of: function).all.reduce(0) { $0 + Double($1) }
  }

  /// All counts, for a summary of what is hot. The numbers of call targets are among them, but they are small.
  public var blockCounts: [UInt64] { runs.keys.sorted().flatMap { counters(of: $0).all } }
}

/// The counts of one function.
struct FunctionCounters {
  fileprivate let runs: [[UInt64]]

  var count: Int? { runs.first?.count }
  var all: [UInt64] { (0..<(count ?? 0)).map { self[$0] } }

  /// The sum over all runs; 0 if there is no such counter.
  subscript(_ position: Int) -> UInt64 {
    runs.reduce(0) { sum, run in position < run.count ? saturatingSum(sum, run[position]) : sum }
  }

  /// The functions that a call reached, most often first, and how often it was executed.
  func targets(at position: Int) -> (targets: [(function: UInt64, count: UInt64)], total: UInt64) {
    var counts: [UInt64: UInt64] = [:]
    var total: UInt64 = 0
    for run in runs where position + CounterSite.targetWords <= run.count {
      for slot in 0..<CounterSite.targetSlots {
        let name = run[position + 2 * slot]
        let count = run[position + 2 * slot + 1]
        if name == 0 { continue }
        counts[name - 1] = saturatingSum(counts[name - 1, default: 0], count)
        total = saturatingSum(total, count)
      }
      total = saturatingSum(total, run[position + 2 * CounterSite.targetSlots])
    }
    // Equal counts are ordered by function number, so that the same profile gives the same program.
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return (sorted.map { (function: $0.key, count: $0.value) }, total)
  }
}

enum CounterSite {
  /// The slots of a call: pairs of target and count, then the count of all other targets. swasm_profile_target has the
  /// same layout.
  static let targetSlots = 4
  static let targetWords = 9
}

private func saturatingSum(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let (sum, isTooLarge) = a.addingReportingOverflow(b)
  return isTooLarge ? .max : sum
}

/// Whether code counts for a profile, or is made with one.
public enum Profiling: Sendable {
  case none
  /// The program counts while it runs, and writes the counts to a file.
  case counting
  /// The compiler uses the counts of earlier runs.
  case guided(Profile)

  var isOn: Bool { if case .none = self { false } else { true } }
}
