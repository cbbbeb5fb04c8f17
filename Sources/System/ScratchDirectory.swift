import CSystem
import Glibc

/// A directory for temporary files. It goes away with its owner, and also when a signal ends the process
/// (EndingSignals). It holds files only, no directories. One at a time.
package struct ScratchDirectory: ~Copyable {
  package let path: HostString
  private let cPath: UnsafeMutablePointer<CChar>

  /// Where temporary files go: the variable TMPDIR, or /tmp.
  package static var defaultParent: HostString {
    let chosen = HostString.variable("TMPDIR") ?? ""
    return chosen.isEmpty ? "/tmp" : chosen
  }

  /// Makes a new directory in `parent`, whose name begins with `prefix`.
  package init(in parent: HostString, prefix: HostString) throws(Errno) {
    let name: HostString = "\(parent)/\(prefix)-XXXXXX"
    guard let template = name.withCString({ strdup($0) }) else { throw .last }
    guard mkdtemp(template) != nil else {
      let error = Errno.last
      free(template)
      throw error
    }
    cPath = template
    path = HostString(cString: template)
    directoryToRemove = template
    EndingSignals.handle()
  }

  deinit {
    directoryToRemove = nil
    swasmc_remove_flat_directory(cPath)
    free(cPath)
  }

  package func file(_ name: HostString) -> HostString { "\(path)/\(name)" }

  /// Writes a new file.
  package func write(_ name: HostString, _ bytes: [UInt8], executable: Bool = false)
    throws(Errno)
  {
    let mode: mode_t = executable ? 0o755 : 0o644
    try FileDescriptor.open(file(name), O_WRONLY | O_CREAT | O_EXCL, mode: mode).write(bytes)
  }
}
