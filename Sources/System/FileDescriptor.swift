// An open file of this process. It is closed when its owner goes away. Errors are values of errno: the callers know
// the path and make a message.

import CSystem
import Glibc

package struct FileDescriptor: ~Copyable, Sendable {
  package let raw: Int32

  package init(owning raw: Int32) { self.raw = raw }

  deinit { close(raw) }

  package static func open(_ path: HostString, _ flags: Int32, mode: mode_t = 0) throws(Errno)
    -> FileDescriptor
  {
    let raw = path.withCString { Glibc.open($0, flags | O_CLOEXEC, mode) }
    guard raw >= 0 else { throw .last }
    return FileDescriptor(owning: raw)
  }

  /// A file in this directory.
  package func open(_ name: HostString, _ flags: Int32) throws(Errno) -> FileDescriptor {
    let raw = name.withCString { openat(self.raw, $0, flags | O_CLOEXEC) }
    guard raw >= 0 else { throw .last }
    return FileDescriptor(owning: raw)
  }

  /// A file in memory. Nothing of it remains when its last descriptor is closed. The kernel shows the name, and takes
  /// only so many bytes of it.
  package static func inMemory(_ name: HostString) throws(Errno) -> FileDescriptor {
    let mostNameBytes = 249
    let raw = HostString(bytes: name.bytes.prefix(mostNameBytes)).withCString(swasmc_memory_file)
    guard raw >= 0 else { throw .last }
    return FileDescriptor(owning: raw)
  }

  package func status() throws(Errno) -> stat {
    var result = stat()
    guard fstat(raw, &result) == 0 else { throw .last }
    return result
  }

  package func write(_ bytes: [UInt8]) throws(Errno) { try write(bytes, 0..<bytes.count) }

  /// Writes a part of `bytes` at the descriptor's offset.
  private func write(_ bytes: [UInt8], _ range: Range<Int>) throws(Errno) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let count = bytes.withUnsafeBytes {
        Glibc.write(raw, $0.baseAddress! + offset, range.upperBound - offset)
      }
      if count > 0 {
        offset += count
      } else if count == 0 || errno != EINTR {
        throw count == 0 ? Errno(code: EIO) : .last
      }
    }
  }

  /// Writes to an empty file. The file gets the size of `bytes`, their contents in `ranges`, and zeros elsewhere. The
  /// zeros take no space.
  package func write(_ bytes: [UInt8], onlyIn ranges: [Range<Int>]) throws(Errno) {
    guard ftruncate(raw, bytes.count) == 0 else { throw .last }
    for range in ranges {
      guard lseek(raw, range.lowerBound, SEEK_SET) >= 0 else { throw .last }
      try write(bytes, range)
    }
  }

  /// Makes the beginning of a file the next place to read.
  package func rewind() throws(Errno) {
    guard lseek(raw, 0, SEEK_SET) == 0 else { throw .last }
  }

  /// Reads to the end, or until there are more than `limitBytes`.
  package func readAll(expectedBytes: Int, limitBytes: Int) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(expectedBytes, limitBytes) + 1)
    while bytes.count <= limitBytes {
      let chunkBytes = max(1 << 16, expectedBytes - bytes.count + 1)
      if try readChunk(appendingTo: &bytes, chunkBytes) == 0 { break }
    }
    return bytes
  }

  /// The number of bytes read; 0 at the end.
  package func readChunk(appendingTo bytes: inout [UInt8], _ chunkBytes: Int) throws(Errno) -> Int {
    while true {
      var result = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
        result = read(raw, buffer.baseAddress, chunkBytes)
        count = max(0, result)
      }
      if result >= 0 {
        bytes += chunk
        return result
      }
      guard errno == EINTR else { throw .last }
    }
  }
}
