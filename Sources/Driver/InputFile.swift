// Reads the module from a path, or from the standard input for "-". The path may name a pipe, as `<(command)` does in a
// shell. A file that is too large or empty is refused. A directory or an archive is an OCI layout, which has the module
// in it. Components that are plugged into the module are read with it, and their bytes follow its own.

import Glibc
import System
import WasmModule

public struct InputFile: Sendable {
  /// One of the files of the input.
  struct Part: Sendable {
    /// The name in messages.
    let name: HostString
    /// Where its bytes are.
    let range: Range<Int>
  }

  /// The module first.
  let parts: [Part]
  /// Whether the bytes are those of one file.
  private(set) var isOneFile = true
  public let bytes: [UInt8]

  /// The module's name in messages.
  public var name: HostString { parts[0].name }

  /// The limit: tables of an executable have 32-bit offsets in the module.
  static let limitBytes = Int(UInt32.max)

  init(name: HostString, bytes: [UInt8]) {
    self.init(parts: [Part(name: name, range: 0..<bytes.count)], bytes: bytes)
  }

  private init(parts: [Part], bytes: [UInt8]) {
    self.parts = parts
    self.bytes = bytes
    isOneFile = parts.count == 1
  }

  /// - Parameter plugs: The paths of components whose exports satisfy imports.
  public static func read(path: HostString, plugs: [HostString]) throws(DriverError) -> InputFile {
    let main = try read(path: path)
    if plugs.isEmpty { return main }
    var (parts, bytes) = (main.parts, main.bytes)
    for path in plugs {
      let plug = try read(path: path)
      parts.append(Part(name: plug.name, range: bytes.count..<bytes.count + plug.bytes.count))
      bytes += plug.bytes
    }
    guard bytes.count <= limitBytes else {
      throw .cannot(.tooLarge, "\(main.name) and its plugs are larger than 4 GiB")
    }
    return InputFile(parts: parts, bytes: bytes)
  }

  /// Whether components are plugged into the module.
  var hasPlugs: Bool { parts.count > 1 }

  /// The file in which an offset is, and the offset in it.
  func place(of offset: Int) -> (name: HostString, offset: Int) {
    let part = parts.last { $0.range.lowerBound <= offset } ?? parts[0]
    return (part.name, offset - part.range.lowerBound)
  }

  public static func read(path: HostString) throws(DriverError) -> InputFile {
    let name: HostString = path == "-" ? "<stdin>" : path
    let bytes: [UInt8]
    let directory: LayoutDirectory?
    do throws(Errno) {
      let file =
        path == "-" ? FileDescriptor(owning: dup(0)) : try FileDescriptor.open(path, O_RDONLY)
      let status = try file.status()
      if status.st_mode & S_IFMT == S_IFDIR {
        bytes = []
        directory = LayoutDirectory(file)
      } else {
        bytes = try readAll(file, status)
        directory = nil
      }
    } catch {
      if error.code == EFBIG {
        throw .cannot(.tooLarge, "\(name) is larger than 4 GiB, more than a module can be")
      }
      throw .failed(.reading, "cannot read \(name)", error)
    }
    if let directory { return try unpacked(name, directory) }
    guard !bytes.isEmpty else {
      throw .invalidModule(.noModule, path: name, offset: nil, message: "the file is empty")
    }
    guard TarFile.isArchive(bytes) else { return InputFile(name: name, bytes: bytes) }
    return try unpacked(name, TarFile(bytes))
  }

  private static func readAll(_ file: borrowing FileDescriptor, _ status: stat) throws(Errno)
    -> [UInt8]
  {
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    guard !isRegular || status.st_size <= limitBytes else { throw Errno(code: EFBIG) }
    var bytes: [UInt8] = []
    if !isRegular {
      bytes = try file.readAll(expectedBytes: 0, limitBytes: startBytes - 1)
      // It is none of ours, and a device may have no end.
      if bytes.count < startBytes || !mayBeModule(bytes) { return bytes }
    }
    bytes += try file.readAll(
      expectedBytes: isRegular ? Int(status.st_size) : 0, limitBytes: limitBytes - bytes.count)
    guard bytes.count <= limitBytes else { throw Errno(code: EFBIG) }
    return bytes
  }

  /// So many bytes tell what a file is.
  private static let startBytes = 512

  private static func mayBeModule(_ start: [UInt8]) -> Bool {
    FileHeader.isWebAssembly(start) || TarFile.isArchive(start)
  }

  /// The module in an OCI layout.
  private static func unpacked<Files: LayoutFiles & ~Copyable>(
    _ name: HostString, _ files: consuming Files
  ) throws(DriverError) -> InputFile {
    do throws(LayoutError) {
      var input = InputFile(name: name, bytes: try OCILayout(files).component())
      input.isOneFile = false
      return input
    } catch {
      throw .invalidModule(.layout, path: name, offset: nil, message: error.message)
    }
  }

  /// Reads a profile. It may be empty.
  static func readProfile(path: HostString) throws(DriverError) -> InputFile {
    do throws(Errno) {
      let file = try FileDescriptor.open(path, O_RDONLY)
      let bytes = try file.readAll(expectedBytes: 0, limitBytes: limitBytes)
      guard bytes.count <= limitBytes else { throw Errno(code: EFBIG) }
      return InputFile(name: path, bytes: bytes)
    } catch {
      throw .cannot(.profile, "cannot read the profile \(path): \(error.text)")
    }
  }

  /// The name after the last slash.
  public var baseName: HostString { name.baseName }
}

extension HostString {
  /// What follows the last slash.
  var baseName: HostString { split(at: "/").last ?? "module" }
}
