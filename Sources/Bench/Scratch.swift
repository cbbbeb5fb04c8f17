// A directory for what a comparison makes: executables, outputs. It goes away with its owner, and also when
// SIGINT, SIGTERM or SIGHUP ends the process; the engine that runs at that moment is ended first. One at a
// time: the signal handler finds it in globals. Holds files only, no directories.

import CSystem
import Driver
import Glibc

struct Scratch: ~Copyable {
  let path: HostString
  private let cPath: UnsafeMutablePointer<CChar>
  private let before: [(signal: Int32, action: sigaction)]

  /// - Parameter parent: Where to make it; nil for the variable TMPDIR, or /tmp.
  init(in parent: HostString? = nil) throws(DriverError) {
    var parent = parent ?? .variable("TMPDIR") ?? ""
    if parent.isEmpty { parent = "/tmp" }
    let name: HostString = "\(parent)/swasmc-bench-XXXXXX"
    guard let template = name.withCString({ strdup($0) }) else {
      throw .cannot("no memory for a path")
    }
    guard mkdtemp(template) != nil else {
      let reason = Errno.last.text
      free(template)
      throw .cannot("cannot make a directory in \(parent): \(reason)")
    }
    cPath = template
    path = HostString(cString: template)
    removedBySignals = template
    before = [SIGINT, SIGTERM, SIGHUP].compactMap(Self.handle)
  }

  deinit {
    for (signal, action) in before {
      var action = action
      sigaction(signal, &action, nil)
    }
    removedBySignals = nil
    swasmc_remove_flat_directory(cPath)
    free(cPath)
  }

  func file(_ name: HostString) -> HostString { "\(path)/\(name)" }

  func write(_ name: HostString, _ bytes: [UInt8], executable: Bool = false) throws(DriverError)
    -> HostString
  {
    do throws(Errno) {
      let mode: mode_t = executable ? 0o755 : 0o644
      try FileDescriptor.open(file(name), O_WRONLY | O_CREAT | O_EXCL, mode: mode).write(bytes)
      return file(name)
    } catch {
      throw .cannot("cannot write \(file(name)): \(error.text)")
    }
  }

  /// The action that there was; nil for a signal that was ignored when the process began, which stays so.
  private static func handle(_ signal: Int32) -> (Int32, sigaction)? {
    var before = sigaction()
    sigaction(signal, nil, &before)
    // Optional's payload would hide SIG_IGN, which is no function.
    guard unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) != 1 else {
      return nil
    }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { signal in
      endRunBySignal()
      if let path = removedBySignals { swasmc_remove_flat_directory(path) }
      Glibc.signal(signal, SIG_DFL)
      raise(signal)
    }
    sigaction(signal, &action, nil)
    return (signal, before)
  }
}

/// Written by the thread that measures, read by signal handlers of the same process.
private nonisolated(unsafe) var removedBySignals: UnsafeMutablePointer<CChar>?
