// Links objects and the runtime into a static, position-independent executable. It needs no dynamic linker and no libc.
// Objects go to the linker as files in memory, and the executable comes back through a pipe: nothing is written to
// disk.

import Glibc
import ObjectFile
import System
import Targets

struct Linker: Sendable {
  let path: HostString
  let target: Target
  var conditions = CompileConditions()

  /// The objects come before the runtime, because the linker takes only the archive members to which they refer.
  /// - Parameters:
  ///   - wrapped: Functions of the runtime whose callers get `__wrap_NAME` instead.
  ///   - keepsSymbols: Whether the executable has a symbol table.
  ///   - isForDebuggers: Whether it has debug information too.
  func linkExecutable(
    objects: [MemoryFile], runtime: HostString, wrapped: [String] = [], keepsSymbols: Bool = false,
    isForDebuggers: Bool = false
  )
    throws(DriverError) -> [UInt8]
  {
    try run(
      [
        "-static", "-pie", "--no-dynamic-linker", "-z", "text", "-z", "relro", "-z", "now",
        "-z", "noexecstack", "--gc-sections", "--icf=safe", "--pack-dyn-relocs=relr",
        "--hash-style=gnu",
        "--build-id=none", "--eh-frame-hdr",
      ] + (isForDebuggers ? [] : [keepsSymbols ? "--strip-debug" : "-s"])
        + wrapped.map { "--wrap=\($0)" }, objects: objects, archives: [runtime])
  }

  /// Makes one relocatable object of several.
  func combine(objects: [MemoryFile]) throws(DriverError) -> [UInt8] {
    try run(["-r"], objects: objects, archives: [])
  }

  private func run(_ options: [HostString], objects: [MemoryFile], archives: [HostString])
    throws(DriverError) -> [UInt8]
  {
    let output = try linked(options, objects: objects, archives: archives)
    let file = try? ElfFile(output)
    guard let file else { throw .cannot(.linker, "the linker \(path) did not write an ELF file") }
    // Without its beginning, the runtime is none. That is only a warning of the linker.
    if let runtime = archives.first, file.header.eEntry == 0 { throw .wrongRuntime(runtime, "") }
    return output
  }

  private func linked(_ options: [HostString], objects: [MemoryFile], archives: [HostString])
    throws(DriverError) -> [UInt8]
  {
    let result: ToolResult
    let killsBefore = exhaustedMemoryKills()
    do throws(Errno) {
      let descriptors = objects.map { $0.descriptor.raw }
      let threads: [HostString] = conditions.jobs.map { ["--threads=\($0)"] } ?? []
      let inputs = descriptors.map { HostString("/proc/self/fd/\($0)") } + archives
      let words = ["-m", "\(target.linkerEmulation)"] + threads + options
      if conditions.isVerbose { tell([path] + words + ["-o", "-"] + inputs) }
      if conditions.keepsTemporaries { try KeptFiles(objects).write([path] + words, archives) }
      result = try runTool(path, words + ["-o", "-"] + inputs, inheriting: descriptors)
      withExtendedLifetime(objects) {}
    } catch {
      throw .failed(.linker, "the linker \(path) could not be run", error)
    }
    guard result.status == 0, !result.output.isEmpty else {
      if let why = Self.reasonOfKill(result, otherKills: exhaustedMemoryKills() != killsBefore) {
        throw why
      }
      if let why = archives.lazy.compactMap({ Self.fault(of: $0, result) }).first { throw why }
      throw .internal(
        """
        the linker failed with status \(result.status): \(path) (\(version()))
        \(Message(lines: result.diagnostics))
        """)
    }
    return result.output
  }

  private func tell(_ command: [HostString]) {
    let words = command.map { "\($0.quotedForShell)" as Message }
    writeToStandardError("swasmc: \(words.joined(separator: " "))\n")
  }

  /// The error if the linker failed because memory ran out or somebody ended it by a signal. nil if it is a bug of the
  /// linker or of swasmc.
  /// - Parameter otherKills: Whether the kernel killed something meanwhile because memory ran out.
  static func reasonOfKill(_ result: ToolResult, otherKills: Bool) -> DriverError? {
    let signal = result.status - 128
    let words = [
      "out of memory", "bad_alloc", "Cannot allocate memory", "Resource temporarily unavailable",
      "failed to map segment",
    ]
    if signal == SIGKILL && otherKills { return .outOfMemory("the linker was killed") }
    if let line = result.diagnostics.split(separator: "\n").first(where: { line in
      words.contains { line.contains($0) }
    }) {
      return .outOfMemory("the linker says: \(line)")
    }
    let isCrash = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSYS].contains(signal)
    return signal > 0 && !isCrash
      ? .cannot(.linker, "the linker was killed by signal \(signal)") : nil
  }

  /// The error if the linker failed because the runtime is none: a damaged archive, or that of another target or
  /// version.
  static func fault(of runtime: HostString, _ result: ToolResult) -> DriverError? {
    let name = runtime.description
    let lines = result.diagnostics.split(separator: "\n")
    guard
      let line = lines.first(where: { line in
        line.contains(name)
          || line.contains("undefined symbol") && line.contains("swasm_")
      })
    else { return nil }
    return .wrongRuntime(runtime, "\nthe linker says: \(line)")
  }

  /// The first line of `--version`.
  private func version() -> String {
    let text = (try? runTool(path, ["--version"]))?.output ?? []
    return String(decoding: text.prefix { $0 != 0x0a }, as: UTF8.self)
  }
}

extension DriverError {
  fileprivate static func wrongRuntime(_ runtime: HostString, _ reason: Message) -> DriverError {
    .cannot(
      .runtime,
      "the runtime \(runtime) is damaged, or belongs to another target or version of swasmc\(reason)"
    )
  }
}

/// How many processes the kernel has killed for lack of memory since the machine started; 0 if the kernel does not say.
func exhaustedMemoryKills() -> Int {
  guard let file = try? FileDescriptor.open("/proc/vmstat", O_RDONLY),
    let bytes = try? file.readAll(expectedBytes: 0, limitBytes: 1 << 20)
  else { return 0 }
  let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  let line = lines.first { $0.hasPrefix("oom_kill ") }
  return line.flatMap { Int($0.dropFirst("oom_kill ".count)) } ?? 0
}
