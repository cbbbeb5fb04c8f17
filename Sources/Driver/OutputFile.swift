// The file for the result. A regular file appears whole or not at all: it is written under a temporary name in the same
// directory and then renamed. The old file stays until then. An error or a signal that ends the process removes the
// temporary file. A symbolic link is followed: the file that it names is made or replaced. Devices and pipes are
// written to directly. So are "-", which is the standard output, and names of open descriptors, such as /dev/stdout
// and /dev/fd/3: what the descriptor's file holds already stays.

import Glibc
import System

public struct OutputFile: Sendable {
  public let name: HostString
  private let target: Target
  /// The path, if no link on it may be followed.
  private let withoutLinks: HostString?

  private enum Target {
    case descriptor(Int32)
    case direct(HostString)
    case replace(directory: HostString, file: HostString)
  }

  /// Fail early: check before the compilation whether the file can be written.
  /// - Parameter followsLinks: false if an initialiser may have made links on the path, in this compilation or in an
  ///   earlier one. Then a path with a link is an error.
  public init(path: HostString, input: HostString, followsLinks: Bool = true) throws(DriverError) {
    withoutLinks = followsLinks || path == "-" ? nil : path
    if let withoutLinks { try Self.refuseLinks(on: withoutLinks) }
    let name: HostString = path == "-" ? "<stdout>" : path
    self.name = name
    guard !path.isEmpty else { throw .cannot(.writing, "the output has no name") }
    do throws(Errno) {
      target = try Self.target(path)
    } catch {
      let reason: Message = error.code == EISDIR ? "it is a directory" : "\(error.text)"
      throw .cannot(.writing, "cannot write \(name): \(reason)")
    }
    guard input == "-" || !isFile(input) else {
      throw .cannot(.writing, "the output \(path) is the input; name another file")
    }
    guard case .replace(let directory, let file) = target else { return }
    guard directory.withCString({ access($0, W_OK | X_OK) }) == 0 else {
      let reason: Message =
        errno == ENOENT ? "there is no directory \(directory)" : "\(Errno.last.text)"
      throw .cannot(.writing, "cannot write \(name): \(reason)")
    }
    guard !file.isEmpty else { throw .cannot(.writing, "cannot write \(name): it is a directory") }
  }

  private static func target(_ path: HostString) throws(Errno) -> Target {
    if path == "-" { return .descriptor(try writable(1)) }
    let path = try followed(path)
    if let number = descriptor(path) { return .descriptor(try writable(number)) }
    let (directory, file) = split(path)
    var status = stat()
    guard path.withCString({ stat($0, &status) }) == 0 else {
      return .replace(directory: directory, file: file)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw Errno(code: EISDIR)
    case S_IFREG: return .replace(directory: directory, file: file)
    default: return .direct(path)
    }
  }

  /// Writes everything, or throws. After an error, a regular file is as it was.
  public func write(_ bytes: [UInt8], executable: Bool) throws(DriverError) {
    if let withoutLinks { try Self.refuseLinks(on: withoutLinks) }
    do throws(Errno) {
      switch target {
      case .descriptor(let number): try FileDescriptor(owning: dup(number)).write(bytes)
      case .direct(let path): try FileDescriptor.open(path, O_WRONLY).write(bytes)
      case .replace(let directory, let file):
        try Self.replace(directory: directory, file: file, with: bytes, executable: executable)
      }
    } catch {
      throw .failed(.writing, "cannot write \(name)", error)
    }
  }

  private static func replace(
    directory: HostString, file: HostString, with bytes: [UInt8], executable: Bool
  ) throws(Errno) {
    let shortName = file.bytes.count > 200 ? "out" : file
    let temporary = try TemporaryPath(in: directory, prefix: ".\(shortName).swasmc")
    let path: HostString = "\(directory)/\(file)"
    do {
      try temporary.create(mode: executable ? 0o755 : 0o644).write(bytes)
    }
    let renamed = temporary.path.withCString { old in path.withCString { rename(old, $0) } }
    guard renamed == 0 else { throw .last }
    temporary.keep()
  }

  /// Whether the output is this file.
  private func isFile(_ other: HostString) -> Bool {
    var (status, otherStatus) = (stat(), stat())
    let found =
      switch target {
      case .descriptor(let number): fstat(number, &status)
      case .direct(let path): path.withCString { stat($0, &status) }
      case .replace(let directory, let file):
        HostString("\(directory)/\(file)").withCString { stat($0, &status) }
      }
    return found == 0 && other.withCString({ stat($0, &otherStatus) }) == 0
      && status.st_mode & S_IFMT == S_IFREG
      && status.st_dev == otherStatus.st_dev && status.st_ino == otherStatus.st_ino
  }

  // MARK: Names

  private static func refuseLinks(on path: HostString) throws(DriverError) {
    for end in path.bytes.indices {
      let next = path.bytes.index(after: end)
      guard next == path.bytes.endIndex || path.bytes[next] == UInt8(ascii: "/") else { continue }
      let link = HostString(bytes: path.bytes[...end])
      guard readLink(link) != nil else { continue }
      throw .cannot(
        .writing,
        """
        cannot write \(path): \(link) is a symbolic link, which an initialiser may have made; \
        give --preinit-dir with :ro, or name an output without links
        """)
    }
  }

  /// The path to which symbolic links at the end of `path` lead. A file need not be there.
  private static func followed(_ path: HostString) throws(Errno) -> HostString {
    var path = path
    for _ in 0..<40 {
      guard descriptor(path) == nil, let link = readLink(path) else { return path }
      path = link.hasPrefix("/") ? link : "\(split(path).directory)/\(link)"
    }
    throw Errno(code: ELOOP)
  }

  /// The number of the descriptor of this process that the path names.
  private static func descriptor(_ path: HostString) -> Int32? {
    let (directory, file) = split(path)
    guard let text = file.text, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int32(text), let own = realPath("/proc/self/fd"), realPath(directory) == own
    else { return nil }
    return number
  }

  /// The number, if it is a descriptor that this process was given and can write to.
  private static func writable(_ number: Int32) throws(Errno) -> Int32 {
    // Ours are closed on exec.
    let flags = fcntl(number, F_GETFD)
    guard flags >= 0, flags & FD_CLOEXEC == 0, fcntl(number, F_GETFL) & O_ACCMODE != O_RDONLY else {
      throw Errno(code: EBADF)
    }
    return number
  }

  private static func readLink(_ path: HostString) -> HostString? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = path.withCString { path in
      buffer.withUnsafeMutableBytes {
        readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
    }
    return count > 0 ? HostString(bytes: buffer[..<count]) : nil
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
