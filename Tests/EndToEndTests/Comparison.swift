// Runs a program that swasmc compiled, with and without hardening, and the same program built natively. Each run has
// its own empty directory. Expects the same output, diagnostics, status and files.

import Foundation
import Targets
import TestSupport
import Testing

/// How an executable is run: as it is by default, or without the kernel's help. All that a program does through WASI
/// works in both.
enum Hardening: String, CaseIterable, Sendable {
  case byDefault, off

  var environment: [String: String] { self == .off ? ["SWASM_HARDEN": "off"] : [:] }
}

struct Invocation {
  var arguments: [String] = []
  var environment: [String: String] = [:]
  var input = ""
}

func expectSame(
  _ program: GuestProgram, options: [String] = [], _ invocation: Invocation = Invocation(),
  on target: Target = .host, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let executable = try program.compiled(options, for: target)
  let native = try runInScratch(program.native(), invocation)
  for hardening in Hardening.allCases {
    var compiledInvocation = invocation
    compiledInvocation.environment.merge(hardening.environment) { $1 }
    let compiled = try runInScratch(executable, compiledInvocation, on: target)
    let how = Comment("\(target.name), hardening: \(hardening)")
    #expect(
      compiled.run.outputText == native.run.outputText, how, sourceLocation: sourceLocation)
    #expect(compiled.run.errorText == native.run.errorText, how, sourceLocation: sourceLocation)
    #expect(compiled.run.status == native.run.status, how, sourceLocation: sourceLocation)
    #expect(compiled.files == native.files, how, sourceLocation: sourceLocation)
  }
  // If the program printed nothing, nothing would be compared.
  #expect(!native.run.output.isEmpty, sourceLocation: sourceLocation)
}

/// Runs in a new directory. Also returns the names of the files that are in it afterwards.
func runInScratch(_ path: String, _ invocation: Invocation, on target: Target = .host) throws -> (
  run: ProcessRun, files: [String]
) {
  let scratch = try ScratchDirectory()
  let command = try target.command(path, invocation.arguments)
  let run = try ProcessRun.run(
    command[0], Array(command.dropFirst()), input: Array(invocation.input.utf8),
    environment: invocation.environment, directory: scratch.path)
  let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path)
  return (run, files.sorted())
}

/// Runs swasmc itself, without the user's compile cache.
func runSwasmc(_ arguments: [String], directory: String? = nil, environment: [String: String] = [:])
  throws
  -> ProcessRun
{
  let swasmc = try #require(Workspace.current.swasmc, "swasmc is not built")
  var merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  merged["SWASMC_CACHE_SIZE"] = "0"
  return try ProcessRun.run(swasmc, arguments, environment: merged, directory: directory)
}
