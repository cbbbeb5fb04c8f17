// An OCI layout in a directory. No symbolic link in it is followed, and only regular files are read.

import Glibc
import System

struct LayoutDirectory: LayoutFiles, ~Copyable {
  private let directory: FileDescriptor

  /// - Parameter directory: The root of the layout.
  init(_ directory: consuming FileDescriptor) { self.directory = directory }

  func read(_ path: [String], size: Int?, limitBytes: Int) throws(LayoutError) -> [UInt8] {
    let name = path.joined(separator: "/")
    var found: FileDescriptor?
    let bytes: Int
    do throws(Errno) {
      let file = try Self.open(path, below: directory)
      let status = try file.status()
      guard status.st_mode & S_IFMT == S_IFREG else { throw Errno(code: ELOOP) }
      bytes = Int(status.st_size)
      found = consume file
    } catch {
      throw Self.problem(name, error)
    }
    try checkSize(of: name, bytes, size: size, limitBytes: limitBytes)
    do throws(Errno) {
      return try found?.readAll(expectedBytes: bytes, limitBytes: bytes) ?? []
    } catch {
      throw Self.problem(name, error)
    }
  }

  /// Opens one name after the other, so that no link is followed. A pipe does not block.
  private static func open(_ path: [String], below root: borrowing FileDescriptor) throws(Errno)
    -> FileDescriptor
  {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
    var file = try root.open(HostString(path[0]), flags)
    for name in path.dropFirst() {
      let next = try file.open(HostString(name), flags)
      file = next
    }
    return file
  }

  private static func problem(_ name: String, _ error: Errno) -> LayoutError {
    switch error.code {
    case ENOENT where name == "oci-layout":
      LayoutError("it is a directory without the file oci-layout, so it is no OCI layout")
    case ENOENT: LayoutError("the layout has no file \(name)")
    case ELOOP, ENOTDIR, ENXIO:
      LayoutError("\(name) is not a regular file, or a part of its path is a link")
    default: LayoutError("cannot read \(name): \(error.text)")
    }
  }
}
