// A file in memory: an object on its way to the linker.

import Glibc
import ObjectFile
import System

final class MemoryFile: Sendable {
  let descriptor: FileDescriptor

  init(_ contents: [UInt8]) throws(DriverError) {
    descriptor = try Self.file { (file) throws(Errno) in try file.write(contents) }
  }

  /// The parts of an object that a linker needs.
  init(_ object: ElfFile) throws(DriverError) {
    descriptor = try Self.file { (file) throws(Errno) in
      try file.write(object.bytes, onlyIn: object.neededRanges)
    }
  }

  /// All bytes of the file; nil if there are more than `limitBytes`.
  func contents(limitBytes: Int) throws(Errno) -> [UInt8]? {
    let bytes = Int(try descriptor.status().st_size)
    if bytes > limitBytes { return nil }
    try descriptor.rewind()
    return try descriptor.readAll(expectedBytes: bytes, limitBytes: limitBytes)
  }

  private static func file(_ fill: (borrowing FileDescriptor) throws(Errno) -> Void)
    throws(DriverError) -> FileDescriptor
  {
    do throws(Errno) {
      let file = try FileDescriptor.inMemory("object")
      try fill(file)
      return file
    } catch {
      // For a file in memory, this error means that there is no memory left.
      throw error.code == ENOSPC
        ? .outOfMemory("cannot keep an object in memory: \(error.text)")
        : .failed(.system, "cannot keep an object in memory", error)
    }
  }
}
