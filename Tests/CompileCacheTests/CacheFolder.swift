// A cache in its own directory, for tests of the functions that work in an open directory.

import CCompileCache
import Glibc
import System

final class CacheFolder {
  let path: HostString
  let directory: Int32

  init() throws {
    var template = Array("/tmp/swasmc-cache-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno.last }
    path = template.withUnsafeBufferPointer { HostString(cString: $0.baseAddress!) }
    directory = path.withCString { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  }

  deinit {
    close(directory)
    _ = try? runTool("/bin/rm", ["-rf", path])
  }

  func file(_ name: String) -> HostString { "\(path)/\(name)" }

  func names() throws -> [String] {
    let output = try runTool("/bin/ls", ["-A", path]).output
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try FileDescriptor.open(file(name), O_RDONLY).readAll(expectedBytes: 0, limitBytes: 1 << 30)
  }

  /// Replaces a file's contents and gives it a mode, by the path.
  func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o500) throws {
    let path = file(name)
    path.withCString { _ = unlink($0) }
    try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600).write(bytes)
    path.withCString { _ = chmod($0, mode) }
  }

  // MARK: Entries

  func store(
    _ key: swasmc_key, _ contents: [UInt8], kind: swasmc_entry_kind = SWASMC_ENTRY_PRODUCT,
    limit: UInt64 = 1 << 30
  ) -> Int32 {
    var key = key
    return swasmc_entry_store(directory, kind, &key, contents, contents.count, limit)
  }

  /// The contents, or -errno.
  func read(_ key: swasmc_key, kind: swasmc_entry_kind = SWASMC_ENTRY_PRODUCT) -> Read {
    var key = key
    var entry = swasmc_entry()
    var contents = [UInt8](repeating: 0, count: 1 << 16)
    let code = swasmc_entry_open(directory, kind, &key, &contents, contents.count, &entry)
    guard code == 0 else { return .failure(code) }
    close(entry.file)
    return .contents(Array(contents.prefix(Int(entry.count))))
  }

  enum Read: Equatable {
    case contents([UInt8])
    case failure(Int32)
  }
}

func key(_ number: UInt8) -> swasmc_key {
  var key = swasmc_key()
  withUnsafeMutableBytes(of: &key) { $0[0] = number }
  return key
}

func name(_ kind: String, _ number: UInt8) -> String {
  let digits = String(number, radix: 16)
  return kind + "-" + (digits.count == 1 ? "0" : "") + digits
    + String(repeating: "00", count: 31)
}

/// Sets when a file was written last.
func setTime(_ path: HostString, seconds: Int) {
  let times = [timespec(tv_sec: seconds, tv_nsec: 0), timespec(tv_sec: seconds, tv_nsec: 0)]
  _ = path.withCString { utimensat(AT_FDCWD, $0, times, 0) }
}
