// The native program of a set of compiled modules: the host program, the runtime and the objects in one
// executable. It gets questions as lines and answers in lines (see runtime-c/tests/host/script_host.c).

import Foundation
import Targets

/// An instance that a host makes.
public struct HostInstance: Sendable {
  /// The symbol of the program's descriptor.
  let program: String
  /// The position of the instance in the program.
  let position: Int
  /// The symbol of the program's state; nil if the host allocates one.
  let state: String?
}

/// A linked host program. Its files stay in the directory that its maker chose.
public struct HostProgram {
  private let program: String
  private let directory: String
  private let target: Target

  /// Links the modules that `compiler` made; files go to `directory`.
  public init(workspace: Workspace, directory: String, linking compiler: ModuleCompiler) throws {
    try self.init(workspace: workspace, directory: directory, linking: [compiler])
  }

  public init(
    workspace: Workspace, directory: String, linking compilers: [ModuleCompiler],
    source: String = "script_host"
  ) throws {
    try self.init(
      workspace: workspace, directory: directory, objects: compilers.flatMap(\.objects),
      instances: compilers.flatMap(\.instances), target: compilers[0].target, source: source)
  }

  /// Links objects that exist already.
  /// - Parameter source: The host program in runtime-c/tests/host, without its extension.
  public init(
    workspace: Workspace, directory: String, objects: [String], instances: [HostInstance],
    target: Target, source: String = "script_host"
  ) throws {
    self.directory = directory
    self.target = target
    program = directory + "/host"
    let table = directory + "/modules.s"
    try Self.instanceTable(instances).write(
      toFile: table, atomically: false, encoding: .utf8)
    let compiler = try CrossTools(workspace, target)
    try compiler.run(
      compiler.linkOptions + [
        "-o", program, try Self.object(workspace, for: target, source: source), table,
      ]
        + objects + [workspace.runtimeArchive(target)])
  }

  /// Runs the host with these questions. It is killed after `seconds` of wall time.
  public func ask(_ lines: [String], seconds: Int) throws -> HostAnswers {
    let result = try run(lines, seconds: seconds)
    let ending =
      result.status == 0
      ? "the host ended early"
      : "the host ended with status \(result.status) \(result.errorText)"
    return HostAnswers(output: result.outputText, ending: ending)
  }

  /// Asks, and leaves it to the caller to read the answers.
  public func run(_ lines: [String], seconds: Int) throws -> ProcessRun {
    let script = directory + "/host.script"
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: script, atomically: false, encoding: .utf8)
    let command = try target.command(program, [script])
    return try ProcessRun.run(command[0], Array(command.dropFirst()), seconds: seconds)
  }

  private static func instanceTable(_ instances: [HostInstance]) -> String {
    let rows = instances.map { "  .quad \($0.program), \($0.position), \($0.state ?? "0")" }
    return """
        .section .data.rel.ro,"aw"
        .balign 8
        .globl swasm_test_modules
      swasm_test_modules:
      \(rows.joined(separator: "\n"))
        .section .rodata,"a"
        .balign 8
        .globl swasm_test_module_count
      swasm_test_module_count:
        .quad \(instances.count)
        .section .data.rel.ro,"aw"
        .quad swasm_component_trap_message
        .section .note.GNU-stack,"",@progbits

      """
  }

  /// The compiled host program. It is made if it is absent, or older than its source or the runtime's main headers.
  public static func object(
    _ workspace: Workspace, for target: Target = .host, source name: String = "script_host"
  ) throws -> String {
    let source = workspace.root + "/runtime-c/tests/host/\(name).c"
    let directory = workspace.buildDirectory + "/conformance"
    let object = "\(directory)/\(name).\(target.name).o"
    let headers = ["/runtime-c/src/runtime.h", "/runtime-c/abi/swasm_abi.h"].map {
      workspace.root + $0
    }
    if let made = modified(object),
      (headers + [source]).allSatisfy({ (modified($0) ?? made) < made })
    {
      return object
    }
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let fresh = object + ".\(getpid())"
    try CrossTools(workspace, target).run([
      "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1", "-fPIE", "-c", source,
      "-o",
      fresh,
    ])
    rename(fresh, object)
    return object
  }

  private static func modified(_ path: String) -> Date? {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
  }
}
