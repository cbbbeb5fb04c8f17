// Reads the module from a path, or from the standard input for "-". A file that is too large or empty is refused.

import Glibc
import System

public struct InputFile: Sendable {
  /// The name in messages.
  public let name: HostString
  public let bytes: [UInt8]

  /// The limit: tables of an executable have 32-bit offsets in the module.
  static let limitBytes = Int(UInt32.max)

  init(name: HostString, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  public static func read(path: HostString) throws(DriverError) -> InputFile {
    let name: HostString = path == "-" ? "<stdin>" : path
    let bytes: [UInt8]
    do throws(Errno) {
      let file =
        path == "-" ? FileDescriptor(owning: dup(0)) : try FileDescriptor.open(path, O_RDONLY)
      let status = try file.status()
      let isRegular = status.st_mode & S_IFMT == S_IFREG
      guard !isRegular || status.st_size <= limitBytes else { throw Errno(code: EFBIG) }
      bytes = try file.readAll(
        expectedBytes: isRegular ? Int(status.st_size) : 0, limitBytes: limitBytes)
      guard bytes.count <= limitBytes else { throw Errno(code: EFBIG) }
    } catch {
      if error.code == EFBIG {
        throw .cannot("\(name) is larger than 4 GiB, more than a module can be")
      }
      throw .failed("cannot read \(name)", error)
    }
    guard !bytes.isEmpty else {
      throw .invalidModule(path: name, offset: nil, message: "the file is empty")
    }
    return InputFile(name: name, bytes: bytes)
  }

  /// Reads a profile. It may be empty.
  static func readProfile(path: HostString) throws(DriverError) -> InputFile {
    do throws(Errno) {
      let file = try FileDescriptor.open(path, O_RDONLY)
      let bytes = try file.readAll(expectedBytes: 0, limitBytes: limitBytes)
      guard bytes.count <= limitBytes else { throw Errno(code: EFBIG) }
      return InputFile(name: path, bytes: bytes)
    } catch {
      throw .cannot("cannot read the profile \(path): \(error.text)")
    }
  }

  /// The name after the last slash.
  public var baseName: HostString { name.split(at: "/").last ?? "module" }
}
