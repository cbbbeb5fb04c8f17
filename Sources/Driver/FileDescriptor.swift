// An open file of this process, closed when its owner goes away, and the few calls on it that the driver
// needs. Errors are values of errno; the callers know the path and turn them into a message.

import CSystem
import Glibc

package struct Errno: Error, Equatable {
  package let code: Int32

  package init(code: Int32) { self.code = code }

  package static var last: Errno { Errno(code: errno) }
  package var text: String { String(cString: strerror(code)) }
}

/// Puts /dev/null where a standard stream is closed, before anything else is opened: a file of ours would get that
/// number, and a subprocess or the program that is run would take it for its stream.
public func openStandardStreams() {
  for stream in Int32(0)...2 where fcntl(stream, F_GETFD) == -1 {
    _ = Glibc.open("/dev/null", O_RDWR)  // the lowest number that is free
  }
}

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

  /// A file in memory, without a name: nothing of it is left when the last descriptor is closed.
  static func inMemory(_ name: HostString) throws(Errno) -> FileDescriptor {
    let raw = name.withCString(swasmc_memory_file)
    guard raw >= 0 else { throw .last }
    return FileDescriptor(owning: raw)
  }

  package func status() throws(Errno) -> stat {
    var result = stat()
    guard fstat(raw, &result) == 0 else { throw .last }
    return result
  }

  package func write(_ bytes: [UInt8]) throws(Errno) {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(raw, $0.baseAddress! + offset, $0.count - offset)
      }
      if count > 0 {
        offset += count
      } else if count == 0 || errno != EINTR {
        throw count == 0 ? Errno(code: EIO) : .last
      }
    }
  }

  /// Reads to the end, or until more than `limitBytes` have come.
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
