// `swasmc explain [CODE]`

import ArgumentParser
import Driver

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say what an error means, and what to do.",
    discussion: "Without a code, lists all codes. docs/errors.md has the same for all of them.")

  @Argument(help: ArgumentHelp("The code in the message, for example E0201.", valueName: "code"))
  var code: String?

  @Flag(
    help: ArgumentHelp("Print docs/errors.md, or its section about the code.", visibility: .hidden))
  var markdown = false

  func run() throws {
    guard let code else {
      print(markdown ? ErrorCode.page : ErrorCode.list, terminator: "")
      return
    }
    guard let known = ErrorCode(code) else {
      throw ValidationError("there is no error '\(code)'; `swasmc explain` lists the codes")
    }
    print(markdown ? known.section : known.explanation, terminator: "")
  }
}
