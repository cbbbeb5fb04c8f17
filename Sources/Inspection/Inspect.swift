// `swasmc inspect`: from a file to a report. The file may be anybody's: all work is bounded by its size, and all text
// of it is made safe to print.

import Driver
import System
import WasmModule

/// What a file is and needs, as text or JSON.
public struct Inspection: Sendable {
  /// The report, with a line break at its end.
  public let output: String
  /// Why the file is refused, if it is. The report has what can be read all the same.
  public let problem: DriverError?

  /// Inspects a module, a component, an OCI layout with one, or an executable of swasmc. Throws if the file cannot be
  /// read, or is none of these.
  /// - Parameter path: "-" is the standard input.
  public init(path: HostString, asJSON: Bool) throws(DriverError) {
    self = try LargeStackThreads.run { () throws(DriverError) in
      try Inspection(InputFile.read(path: path), asJSON: asJSON)
    }
  }

  package init(_ input: InputFile, asJSON: Bool) throws(DriverError) {
    if ExecutableReport.isExecutable(input.bytes) {
      let report = try ExecutableReport(input)
      output = asJSON ? report.json : report.text.text
      problem = nil
      return
    }
    let bytes = ModuleBytes(input.bytes)
    do throws(WasmError) {
      _ = try FileHeader.version(of: bytes, in: 0..<bytes.count)
    } catch {
      throw DriverError(error, in: input)
    }
    let report =
      input.isComponent
      ? Report(component: bytes, file: input.name) : Report(module: bytes, file: input.name)
    output = asJSON ? report.json : report.text.text
    problem = report.problem.map { DriverError($0, in: input) }
  }
}
