// A directory for a test, removed after it.

import Glibc
import System

@testable import Driver

final class Scratch: Sendable {
  let path: HostString

  init() throws {
    var template = Array("/tmp/swasmc-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno.last }
    path = template.withUnsafeBufferPointer { HostString(cString: $0.baseAddress!) }
  }

  deinit { _ = try? runTool("/bin/rm", ["-rf", path]) }

  func file(_ name: HostString) -> HostString { "\(path)/\(name)" }

  @discardableResult
  func write(_ name: HostString, _ bytes: [UInt8], mode: mode_t = 0o644) throws -> HostString {
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    try FileDescriptor.open(file(name), flags, mode: mode).write(bytes)
    return file(name)
  }

  func read(_ name: HostString) throws -> [UInt8] {
    try FileDescriptor.open(file(name), O_RDONLY)
      .readAll(expectedBytes: 0, limitBytes: 1 << 30)
  }

  /// Everything in the directory, hidden files too.
  func list() throws -> [String] {
    let output = try runTool("/bin/ls", ["-A", path]).output
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}

/// Runs a tool whose arguments are text.
func runTool(_ path: HostString, _ arguments: [String]) throws -> ToolResult {
  try runTool(path, arguments.map { HostString($0) })
}
