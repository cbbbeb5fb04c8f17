// The file for the result. A regular file appears whole or not at all: it is written under a temporary name in the same
// directory and then renamed. The old file stays until then. An error or a signal that ends the process removes the
// temporary file. "-" is the standard output. Devices and pipes are written to directly. A symbolic link is followed:
// the file that it names is replaced.

import Glibc
import System

public struct OutputFile: Sendable {
  public let name: HostString
  private let target: Target

  private enum Target {
    case standardOutput
    case direct(HostString)
    case replace(directory: HostString, file: HostString)
  }

  /// Fail early: check before the compilation whether the file can be written.
  public init(path: HostString, input: HostString) throws(DriverError) {
    name = path == "-" ? "<stdout>" : path
    guard path != "-" else {
      target = .standardOutput
      return
    }
    guard !path.isEmpty else { throw .cannot("the output has no name") }
    var status = stat()
    var path = path
    if path.withCString({ stat($0, &status) }) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw .cannot("cannot write \(path): it is a directory")
      case S_IFREG: break
      default:
        target = .direct(path)
        return
      }
      guard input == "-" || !Self.isSameFile(status, input) else {
        throw .cannot("the output \(path) is the input; name another with -o")
      }
      path = Self.realPath(path) ?? path
    }
    let (directory, file) = Self.split(path)
    guard directory.withCString({ access($0, W_OK | X_OK) }) == 0 else {
      let reason: Message =
        errno == ENOENT ? "there is no directory \(directory)" : "\(Errno.last.text)"
      throw .cannot("cannot write \(name): \(reason)")
    }
    guard !file.isEmpty else { throw .cannot("cannot write \(name): it is a directory") }
    target = .replace(directory: directory, file: file)
  }

  /// Writes everything, or throws. After an error, a regular file is as it was.
  public func write(_ bytes: [UInt8], executable: Bool) throws(DriverError) {
    do throws(Errno) {
      switch target {
      case .standardOutput: try FileDescriptor(owning: dup(1)).write(bytes)
      case .direct(let path): try FileDescriptor.open(path, O_WRONLY).write(bytes)
      case .replace(let directory, let file):
        try Self.replace(directory: directory, file: file, with: bytes, executable: executable)
      }
    } catch {
      throw .failed("cannot write \(name)", error)
    }
  }

  private static func replace(
    directory: HostString, file: HostString, with bytes: [UInt8], executable: Bool
  ) throws(Errno) {
    let shortName = file.bytes.count > 200 ? "out" : file
    let temporaryPath: HostString = "\(directory)/.\(shortName).swasmc-\(getpid())"
    let path: HostString = "\(directory)/\(file)"
    let temporary = try TemporaryPath(temporaryPath)
    do {
      let output = try FileDescriptor.open(
        temporaryPath, O_WRONLY | O_CREAT | O_EXCL, mode: executable ? 0o755 : 0o644)
      try output.write(bytes)
    }
    let renamed = temporaryPath.withCString { old in path.withCString { rename(old, $0) } }
    guard renamed == 0 else { throw .last }
    temporary.keep()
  }

  private static func isSameFile(_ status: stat, _ other: HostString) -> Bool {
    var otherStatus = stat()
    return other.withCString({ stat($0, &otherStatus) }) == 0
      && status.st_dev == otherStatus.st_dev && status.st_ino == otherStatus.st_ino
  }

  private static func realPath(_ path: HostString) -> HostString? {
    guard let resolved = path.withCString({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return HostString(cString: resolved)
  }

  private static func split(_ path: HostString) -> (directory: HostString, file: HostString) {
    guard let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let directory = HostString(bytes: path.bytes[..<slash])
    return (directory.isEmpty ? "/" : directory, HostString(bytes: path.bytes[(slash + 1)...]))
  }
}
