// Reads the module: a path, or "-" for the standard input. Says what is wrong with a path in the user's
// words, and refuses what cannot be a module before it is read.

import Glibc

public struct InputFile: Sendable {
  /// As diagnostics name it.
  public let name: HostString
  public let bytes: [UInt8]

  /// Offsets in a module are 32 bits wide in the tables of an executable.
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

  /// Reads a profile, which may be of no bytes as far as this goes.
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

  /// The module's own name: what comes after the last slash.
  public var baseName: HostString { name.split(at: "/").last ?? "module" }
}
