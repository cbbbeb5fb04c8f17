// Runs a program to its end with given input, environment and time, and collects what it wrote.
// Output goes through files, so that a program that writes much cannot block.

import Foundation

/// What a program did that has ended.
public struct ProcessRun: Sendable {
  /// The exit status, or 128 + the signal that ended it, as a shell reports it.
  public let status: Int32
  public let output: [UInt8]
  public let errors: [UInt8]

  public var outputText: String { String(decoding: output, as: UTF8.self) }
  public var errorText: String { String(decoding: errors, as: UTF8.self) }

  /// Why a program could not be run, or why a run does not count as a success.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }

  /// Runs a program and waits for its end. Throws if it cannot be started.
  /// - Parameters:
  ///   - environment: The whole environment; nil passes on that of this process.
  ///   - seconds: Wall time after which the program is killed (status 137).
  public static func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [],
    environment: [String: String]? = nil,
    directory: String? = nil, seconds: Int = 300
  ) throws -> ProcessRun {
    let scratch = try ScratchDirectory()
    let (inputPath, outputPath, errorPath) = (
      scratch.path + "/in", scratch.path + "/out", scratch.path + "/err"
    )
    for path in [inputPath, outputPath, errorPath] {
      _ = FileManager.default.createFile(
        atPath: path, contents: path == inputPath ? Data(input) : nil)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = ["-s", "KILL", String(seconds), program] + arguments
    if let environment { process.environment = environment }
    if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
    process.standardInput = FileHandle(forReadingAtPath: inputPath)
    process.standardOutput = FileHandle(forWritingAtPath: outputPath)
    process.standardError = FileHandle(forWritingAtPath: errorPath)
    try process.run()
    process.waitUntilExit()
    let signaled = process.terminationReason == .uncaughtSignal
    return ProcessRun(
      status: signaled ? 128 + process.terminationStatus : process.terminationStatus,
      output: [UInt8](FileManager.default.contents(atPath: outputPath) ?? Data()),
      errors: [UInt8](FileManager.default.contents(atPath: errorPath) ?? Data()))
  }

  /// Like `run`, but throws if the status is not 0. The error shows the program's messages.
  @discardableResult
  public static func require(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil,
    directory: String? = nil, seconds: Int = 300
  ) throws -> ProcessRun {
    let result = try run(
      program, arguments, environment: environment, directory: directory, seconds: seconds)
    guard result.status == 0 else {
      throw Failure(
        description: """
          \(program) \(arguments.joined(separator: " ")) ended with status \(result.status)
          \(result.outputText)\(result.errorText)
          """)
    }
    return result
  }
}

/// A new empty directory, which is removed with its owner.
public final class ScratchDirectory: Sendable {
  public let path: String

  public init() throws {
    var template = Array(
      (NSTemporaryDirectory() as NSString).appendingPathComponent("swasmc-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ProcessRun.Failure(description: "no temporary directory: errno \(errno)")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
