import Glibc

/// The path of a file that is to be made. The file is unlinked when its owner goes away or a signal ends the process,
/// unless it is kept. One at a time (EndingSignals).
package struct TemporaryPath: ~Copyable {
  private let cPath: UnsafeMutablePointer<CChar>

  package var path: HostString { HostString(cString: cPath) }

  /// Chooses a name that begins with `prefix`. It is random, because the number of a process is not its own: a process
  /// in another container that shares the directory may have the same.
  package init(in directory: HostString, prefix: HostString) throws(Errno) {
    let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let path: HostString = "\(directory)/\(prefix)-\(random)"
    guard let copy = path.withCString({ strdup($0) }) else { throw .last }
    cPath = copy
    fileToRemove = copy
    EndingSignals.handle()
  }

  /// Makes the file and opens it for writing.
  package func create(mode: mode_t) throws(Errno) -> FileDescriptor {
    try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
  }

  /// Keeps the file, because it has its final name now.
  package consuming func keep() {
    fileToRemove = nil
    free(cPath)
    discard self
  }

  deinit {
    fileToRemove = nil
    unlink(cPath)
    free(cPath)
  }
}
