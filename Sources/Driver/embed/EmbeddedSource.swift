// What --embed reads from the host: the entries of a directory, and files and links as they are.

import Glibc
import System

enum EmbeddedSource {
  /// The names in a directory except `.` and `..`, sorted by their bytes.
  static func entries(of path: HostString) throws(DriverError) -> [HostString] {
    guard let directory = path.withCString({ opendir($0) }) else {
      throw .failed("--embed: cannot read the directory \(path)", .last)
    }
    defer { closedir(directory) }
    var names: [HostString] = []
    errno = 0
    while let entry = readdir(directory) {
      let start = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
      let name = HostString(cString: start.assumingMemoryBound(to: CChar.self))
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw .failed("--embed: cannot read the directory \(path)", .last) }
    return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// What `path` names. A link is not followed, unless it is a directory that the user named.
  /// - Parameter limit: The most bytes that a file may have.
  static func content(_ path: HostString, isRoot: Bool, limit: Int) throws(DriverError)
    -> EmbeddedTree.Content
  {
    var status = stat()
    guard path.withCString({ isRoot ? stat($0, &status) : lstat($0, &status) }) == 0 else {
      throw .failed("--embed: cannot read \(path)", .last)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .directory
    case S_IFLNK: return .link(try target(of: path))
    case S_IFREG where !isRoot: return .file(try contents(of: path, limit: limit))
    case S_IFREG: throw .cannot("--embed \(path): it is a file; name its directory")
    default:
      throw .cannot("--embed: \(path) is neither a file, a directory nor a symbolic link")
    }
  }

  private static func contents(of path: HostString, limit: Int) throws(DriverError) -> [UInt8] {
    do throws(Errno) {
      let file = try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      let size = Int(try file.status().st_size)
      guard size <= limit else { throw Errno(code: EFBIG) }
      let bytes = try file.readAll(expectedBytes: size, limitBytes: limit)
      return bytes
    } catch {
      guard error.code != EFBIG else {
        throw .cannot("--embed: with \(path) there is more than 1 GiB to embed")
      }
      throw .failed("--embed: cannot read \(path)", error)
    }
  }

  private static func target(of path: HostString) throws(DriverError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = path.withCString { name in
      buffer.withUnsafeMutableBytes {
        readlink(name, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
    }
    guard count > 0 else { throw .failed("--embed: cannot read the symbolic link \(path)", .last) }
    guard count < buffer.count else {
      throw .cannot("--embed: the target of the symbolic link \(path) is too long")
    }
    return Array(buffer[..<count])
  }
}
