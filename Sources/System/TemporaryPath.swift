import Glibc

/// A path that is unlinked when its owner goes away or a signal ends the process, unless it is kept. One at a time
/// (EndingSignals).
package struct TemporaryPath: ~Copyable {
  private let path: UnsafeMutablePointer<CChar>

  package init(_ path: HostString) throws(Errno) {
    guard let copy = path.withCString({ strdup($0) }) else { throw .last }
    self.path = copy
    fileToRemove = copy
    EndingSignals.handle()
  }

  /// Keeps the file, because it has its final name now.
  package consuming func keep() {
    fileToRemove = nil
    free(path)
    discard self
  }

  deinit {
    fileToRemove = nil
    unlink(path)
    free(path)
  }
}
