// `swasmc inspect FILE`

import ArgumentParser
import Driver
import Inspection
import System

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a module, a component or an executable is and needs.",
    discussion: """
      Shows what the program can do with the host, the command line that runs it with the most that it can use, its \
      exports, memories, sections, producers and largest functions, and what swasmc lacks for it. For an executable of \
      swasmc: how it was compiled, and the grants and limits that it carries.

      A module that is not valid is shown as far as it can be read. Then comes the error, and the status is 1.
      """)

  @Argument(
    help: ArgumentHelp(
      "A module, a component, an OCI layout with one, or an executable of swasmc; - reads standard input.",
      valueName: "file"))
  var file: HostString

  @Flag(help: "Write one JSON object (docs/inspect.md).")
  var json = false

  func run() throws {
    try reportingErrors { () throws(DriverError) in
      let inspection = try Inspection(path: file, asJSON: json)
      print(inspection.output, terminator: "")
      finishOutput()  // the report comes before the error, wherever both go
      if let problem = inspection.problem { throw problem }
    }
  }
}
