// `swasmc wasi [NAME]`

import ArgumentParser
import Driver
import Inspection
import WasmProgram

struct WASICommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wasi",
    abstract: "Show what WASI offers, and how to build programs for it.",
    discussion: """
      Without a name, lists what a program can do with the host, and how compilers make programs for WASI. With a \
      name, shows the calls of preview 1 and of WASI 0.2, the grant that they need, what languages call them, and an \
      example.
      """)

  @Argument(
    help: ArgumentHelp(
      "One of \(CapabilityPages.names.joined(separator: ", ")).", valueName: "name"))
  var name: String?

  func run() throws {
    guard let name else {
      print(CapabilityPages.list, terminator: "")
      return
    }
    guard let page = CapabilityPages.page(name) else {
      throw ValidationError(
        nearestName(to: name, among: CapabilityPages.names).map {
          "WASI offers nothing of the name '\(name)'; did you mean '\($0)'?"
        } ?? "WASI offers nothing of the name '\(name)'; `swasmc wasi` lists what there is")
    }
    print(page, terminator: "")
  }
}
