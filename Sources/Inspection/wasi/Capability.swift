// What a program can do with the host, by capability: which calls of WASI give it, what grants it, and how to say it.
//
// Each call of preview 1 and each function of WASI 0.2 that the runtime has belongs to one capability.

/// Something that a program can do with the host.
package enum Capability: String, CaseIterable, Sendable {
  case arguments, environment, streams, files, clocks, waiting, random, sockets, exit

  /// The capability that a call of preview 1 belongs to; nil if there is no such call.
  package init?(preview1 call: String) {
    switch call {
    case "args_get", "args_sizes_get": self = .arguments
    case "environ_get", "environ_sizes_get": self = .environment
    case "clock_res_get", "clock_time_get": self = .clocks
    case "poll_oneoff", "sched_yield": self = .waiting
    case "random_get": self = .random
    case "proc_exit", "proc_raise": self = .exit
    case "fd_read", "fd_write", "fd_close", "fd_seek", "fd_fdstat_get", "fd_fdstat_set_flags":
      self = .streams
    case _ where call.hasPrefix("sock_"): self = .sockets
    case _ where call.hasPrefix("fd_") || call.hasPrefix("path_"): self = .files
    default: return nil
    }
  }

  /// The capability that a function of WASI 0.2 belongs to; nil if WASI 0.2 has no such package.
  /// - Parameter interface: Without its version.
  package init?(interface: String, function: String) {
    switch interface {
    case "wasi:cli/environment":
      self = function == "get-arguments" ? .arguments : .environment
    case "wasi:cli/exit": self = .exit
    case "wasi:io/poll": self = .waiting
    case _ where interface.hasPrefix("wasi:cli/") || interface.hasPrefix("wasi:io/"):
      self = .streams
    case _ where interface.hasPrefix("wasi:filesystem/"): self = .files
    case _ where interface.hasPrefix("wasi:clocks/"): self = .clocks
    case _ where interface.hasPrefix("wasi:random/"): self = .random
    case _ where interface.hasPrefix("wasi:sockets/"): self = .sockets
    default: return nil
    }
  }
}

/// What the imports of a program let it do.
package struct CapabilityUse: Sendable, Equatable {
  package let capability: Capability
  /// The calls, in the order of the file: `path_open`, or `wasi:io/poll#poll`.
  package var calls: [String] = []

  init(_ capability: Capability) { self.capability = capability }

  /// Completes "it …".
  fileprivate var sentence: String {
    switch capability {
    case .arguments: "reads its arguments"
    case .environment: "reads the environment"
    case .streams: "uses its standard streams"
    case .files: files(writes: true)
    case .clocks: "reads the clock"
    case .waiting: "waits for time or input"
    case .random: "takes random numbers"
    case .sockets: sockets
    case .exit: "ends with a status"
    }
  }

  private func has(_ names: String...) -> Bool {
    calls.contains { call in
      names.contains { call == $0 || call.hasSuffix("#\($0)") || call.hasSuffix(".\($0)") }
    }
  }

  // MARK: Files

  /// Whether the program can find a file by a path. Without that, it cannot use what `--dir` grants.
  var opensPaths: Bool {
    has("path_open", "open-at", "fd_readdir", "read-directory") || readsPaths || changesPaths
  }

  private var readsPaths: Bool {
    has("path_filestat_get", "path_readlink", "stat-at", "readlink-at", "metadata-hash-at")
  }

  var changesPaths: Bool {
    has(
      "path_create_directory", "path_filestat_set_times", "path_link", "path_remove_directory",
      "path_rename", "path_symlink", "path_unlink_file", "create-directory-at", "set-times-at",
      "link-at", "remove-directory-at", "rename-at", "symlink-at", "unlink-file-at")
  }

  /// Whether the program can write files. `fd_write` belongs to the streams.
  func writes(besides streams: CapabilityUse?) -> Bool {
    has(
      "fd_pwrite", "fd_allocate", "fd_filestat_set_size", "fd_filestat_set_times",
      "write-via-stream", "append-via-stream", "descriptor.write", "set-size", "set-times")
      || streams?.calls.contains("fd_write") == true
  }

  fileprivate func files(writes: Bool) -> String {
    if !opensPaths { return "asks about its open files" }
    let opens = has("path_open", "open-at")
    let first = opens ? (writes ? "reads and writes files" : "reads files") : "looks for files"
    return changesPaths ? "\(first) and changes directories" : first
  }

  // MARK: Sockets

  var accepts: Bool { has("sock_accept", "tcp-socket.accept", "start-listen") }
  var connects: Bool { has("start-connect") }
  var sendsDatagrams: Bool { has("udp-socket.stream", "create-udp-socket") }
  var looksUpNames: Bool { has("resolve-addresses") }

  private var sockets: String {
    var parts: [String] = []
    if accepts { parts.append("accepts connections") }
    if connects { parts.append("connects to other hosts") }
    if sendsDatagrams { parts.append("sends datagrams") }
    if looksUpNames { parts.append("looks up names of hosts") }
    if parts.isEmpty { return "uses sockets that it is given" }
    return parts.count == 1
      ? parts[0] : parts.dropLast().joined(separator: ", ") + " and " + parts[parts.count - 1]
  }

  /// What is worth saying of a program that lacks a capability; nil for what nobody asks about.
  static func absence(of capability: Capability) -> String? {
    switch capability {
    case .files: "opens no files"
    case .sockets: "opens no sockets"
    case .environment: "reads no environment"
    case .clocks: "reads no clock"
    case .random: "takes no random numbers"
    case .arguments, .streams, .waiting, .exit: nil
    }
  }
}

/// The capabilities of a program, in the order of `Capability`.
package struct CapabilityUses: Sendable, Equatable {
  package private(set) var uses: [CapabilityUse] = []

  mutating func add(_ call: String, to capability: Capability) {
    if let position = uses.firstIndex(where: { $0.capability == capability }) {
      if !uses[position].calls.contains(call) { uses[position].calls.append(call) }
      return
    }
    var use = CapabilityUse(capability)
    use.calls.append(call)
    let place = uses.firstIndex { $0.capability.rank > capability.rank } ?? uses.count
    uses.insert(use, at: place)
  }

  subscript(capability: Capability) -> CapabilityUse? {
    uses.first { $0.capability == capability }
  }

  /// Completes "it …" for one of the uses.
  package func sentence(_ use: CapabilityUse) -> String {
    use.capability == .files ? use.files(writes: writesFiles) : use.sentence
  }

  /// Whether the program can write to files that it opens, or change directories.
  var writesFiles: Bool {
    self[.files].map { $0.changesPaths || $0.writes(besides: self[.streams]) } ?? false
  }

  /// What the program cannot do: completes "it …".
  package var absences: [String] {
    Capability.allCases.compactMap { capability in
      let isAbsent =
        capability == .files
        ? self[.files]?.opensPaths != true : self[capability] == nil
      return isAbsent ? CapabilityUse.absence(of: capability) : nil
    }
  }
}

extension Capability {
  fileprivate var rank: Int { Capability.allCases.firstIndex(of: self) ?? 0 }
}
