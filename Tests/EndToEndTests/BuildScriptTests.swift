// The scripts by which the Makefile builds.
import TestSupport
import Testing

@Suite struct BuildScriptTests {
  /// A build that fails must stop `make`. Its output is shown then, and only then.
  @Test(arguments: [0, 7])
  func quietlyEndsWithTheStatusOfItsCommand(status: Int32) throws {
    let scratch = try ScratchDirectory()
    let run = try ProcessRun.run(
      Workspace.current.root + "/scripts/quietly",
      ["sh", "-c", "echo some output; exit \(status)"],
      directory: scratch.path)
    #expect(run.status == status)
    #expect(run.outputText == "")
    #expect(run.errorText.hasPrefix("some output\nfailed: ") == (status != 0), "\(run.errorText)")
  }
}
