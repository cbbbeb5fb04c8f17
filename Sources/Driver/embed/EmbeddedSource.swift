// What --embed reads from the host: the entries of a directory, and files and links as they are.
//
// Another program may change the tree meanwhile. So a directory below the one that the user named is opened part by
// part, and no part may be a symbolic link: nothing outside of the tree is ever read.

import Glibc
import System

/// An open directory.
struct EmbeddedSource: ~Copyable {
  private let directory: FileDescriptor
  /// For messages.
  private let path: HostString

  /// Opens the directory that the user named. It may be a symbolic link.
  init(root path: HostString) throws(DriverError) {
    do throws(Errno) {
      directory = try .open(path, O_RDONLY | O_DIRECTORY)
    } catch {
      if error.code == ENOTDIR {
        throw .cannot(.embed, "--embed \(path): it is a file; name its directory")
      }
      throw .failed(.embed, "--embed: cannot read the directory \(path)", error)
    }
    self.path = path
  }

  /// Opens a directory below `root`.
  init(_ parts: [HostString], below root: borrowing EmbeddedSource) throws(DriverError) {
    path = parts.reduce(root.path) { "\($0)/\($1)" }
    do throws(Errno) {
      var directory = try root.directory.open(".", O_RDONLY | O_DIRECTORY)
      for part in parts {
        directory = try directory.open(part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      }
      self.directory = directory
    } catch {
      if error.code == ELOOP || error.code == ENOTDIR {
        throw .cannot(.embed, "--embed: \(path) was replaced while it was read")
      }
      throw .failed(.embed, "--embed: cannot read the directory \(path)", error)
    }
  }

  /// The names in the directory except `.` and `..`, sorted by their bytes.
  func entries() throws(DriverError) -> [HostString] {
    guard let stream = fdopendir(dup(directory.raw)) else {
      throw .failed(.embed, "--embed: cannot read the directory \(path)", .last)
    }
    defer { closedir(stream) }
    var names: [HostString] = []
    errno = 0
    while let entry = readdir(stream) {
      let start = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
      let name = HostString(cString: start.assumingMemoryBound(to: CChar.self))
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else {
      throw .failed(.embed, "--embed: cannot read the directory \(path)", .last)
    }
    return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// What an entry is. A link is not followed.
  /// - Parameter limit: The most bytes that a file may have.
  func content(of name: HostString, limit: Int) throws(DriverError) -> EmbeddedTree.Content {
    var status = stat()
    guard name.withCString({ fstatat(directory.raw, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
      throw .failed(.embed, "--embed: cannot read \(path)/\(name)", .last)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .directory
    case S_IFLNK: return .link(try target(of: name))
    case S_IFREG: return .file(try contents(of: name, limit: limit))
    default:
      throw .cannot(
        .embed, "--embed: \(path)/\(name) is neither a file, a directory nor a symbolic link")
    }
  }

  private func contents(of name: HostString, limit: Int) throws(DriverError) -> [UInt8] {
    do throws(Errno) {
      let file = try directory.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      let size = Int(try file.status().st_size)
      guard size <= limit else { throw Errno(code: EFBIG) }
      return try file.readAll(expectedBytes: size, limitBytes: limit)
    } catch {
      guard error.code != EFBIG else {
        throw .cannot(.embed, "--embed: with \(path)/\(name) there is more than 1 GiB to embed")
      }
      throw .failed(.embed, "--embed: cannot read \(path)/\(name)", error)
    }
  }

  private func target(of name: HostString) throws(DriverError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = name.withCString { name in
      buffer.withUnsafeMutableBytes {
        readlinkat(
          directory.raw, name, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
    }
    guard count > 0 else {
      throw .failed(.embed, "--embed: cannot read the symbolic link \(path)/\(name)", .last)
    }
    guard count < buffer.count else {
      throw .cannot(.embed, "--embed: the target of the symbolic link \(path)/\(name) is too long")
    }
    return Array(buffer[..<count])
  }
}
