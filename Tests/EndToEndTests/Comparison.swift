// Runs a program compiled by swasmc and the same program built natively, each in an empty directory of its
// own, and expects the same output, diagnostics, status and files.

import Foundation
import TestSupport
import Testing

struct Invocation {
  var arguments: [String] = []
  var environment: [String: String] = [:]
  var input = ""
}

func expectSame(
  _ program: GuestProgram, options: [String] = [], _ invocation: Invocation = Invocation(),
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let compiled = try runInScratch(program.compiled(options), invocation)
  let native = try runInScratch(program.native(), invocation)
  #expect(compiled.run.outputText == native.run.outputText, sourceLocation: sourceLocation)
  #expect(compiled.run.errorText == native.run.errorText, sourceLocation: sourceLocation)
  #expect(compiled.run.status == native.run.status, sourceLocation: sourceLocation)
  #expect(compiled.files == native.files, sourceLocation: sourceLocation)
  // A program that says nothing compares nothing.
  #expect(!native.run.output.isEmpty, sourceLocation: sourceLocation)
}

/// Runs in a new directory; also returns the names that are there afterwards.
func runInScratch(_ path: String, _ invocation: Invocation) throws -> (
  run: ProcessRun, files: [String]
) {
  let scratch = try ScratchDirectory()
  let run = try ProcessRun.run(
    path, invocation.arguments, input: Array(invocation.input.utf8),
    environment: invocation.environment, directory: scratch.path)
  let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path)
  return (run, files.sorted())
}

/// Runs swasmc itself.
func runSwasmc(_ arguments: [String], directory: String? = nil, environment: [String: String] = [:])
  throws
  -> ProcessRun
{
  let swasmc = try #require(Workspace.current.swasmc, "swasmc is not built")
  let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  return try ProcessRun.run(swasmc, arguments, environment: merged, directory: directory)
}
