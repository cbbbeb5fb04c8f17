// Runs a tool to its end: no shell, no standard input; output and diagnostics are collected. A file that has no name is
// passed as a descriptor N, which the tool opens as /proc/self/fd/N.

import Glibc

package struct ToolResult: Sendable {
  /// The exit status, or 128 + the signal that ended it.
  package let status: Int32
  package let output: [UInt8]
  package let diagnostics: String

  package init(status: Int32, output: [UInt8], diagnostics: String) {
    self.status = status
    self.output = output
    self.diagnostics = diagnostics
  }
}

/// Throws when the tool could not be started or its output could not be read.
package func runTool(
  _ path: HostString, _ arguments: [HostString], inheriting descriptors: [Int32] = []
) throws(Errno) -> ToolResult {
  let output = try Pipe()
  let diagnostics = try Pipe()
  let process = try spawn(
    [path] + arguments,
    [
      InheritedDescriptor(output.write.raw, as: 1),
      InheritedDescriptor(diagnostics.write.raw, as: 2),
    ]
      + descriptors.map { InheritedDescriptor($0, as: $0) })
  let collected = try collect(output.finishWriting(), diagnostics.finishWriting())
  let status: Int32 =
    switch try waitForEnd(of: process).end {
    case .exited(let status): status
    case .signalled(let signal): 128 + signal
    }
  return ToolResult(
    status: status, output: collected.output,
    diagnostics: String(decoding: collected.diagnostics, as: UTF8.self))
}

private func collect(_ output: consuming FileDescriptor, _ diagnostics: consuming FileDescriptor)
  throws(Errno) -> (output: [UInt8], diagnostics: [UInt8])
{
  var outputBytes: [UInt8] = []
  var diagnosticBytes: [UInt8] = []
  var waits = [
    pollfd(fd: output.raw, events: Int16(POLLIN), revents: 0),
    pollfd(fd: diagnostics.raw, events: Int16(POLLIN), revents: 0),
  ]
  while waits.contains(where: { $0.fd >= 0 }) {
    _ = try uninterrupted { poll(&waits, 2, -1) }
    if waits[0].revents != 0, try output.readChunk(appendingTo: &outputBytes, 1 << 20) == 0 {
      waits[0].fd = -1
    }
    if waits[1].revents != 0, try diagnostics.readChunk(appendingTo: &diagnosticBytes, 1 << 12) == 0
    {
      waits[1].fd = -1
    }
  }
  return (outputBytes, diagnosticBytes)
}
