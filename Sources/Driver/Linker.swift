// Links objects and the runtime into a static, position-independent executable that needs no dynamic linker
// and no libc. Objects go to the linker and the executable comes back through memory: nothing is written to
// disk, so nothing is left there.

struct Linker: Sendable {
  let path: HostString
  let target: TargetArchitecture

  /// `objects` first, so that the archive's members are found; then the runtime.
  func linkExecutable(objects: [[UInt8]], runtime: HostString) throws(DriverError) -> [UInt8] {
    try run(
      [
        "-static", "-pie", "--no-dynamic-linker", "-z", "text", "-z", "relro", "-z", "now",
        "-z", "noexecstack", "--gc-sections", "--pack-dyn-relocs=relr", "--hash-style=gnu",
        "--build-id=none", "--eh-frame-hdr", "-s",
      ], objects: objects, archives: [runtime])
  }

  /// One relocatable object out of several.
  func combine(objects: [[UInt8]]) throws(DriverError) -> [UInt8] {
    try run(["-r"], objects: objects, archives: [])
  }

  private var emulation: HostString {
    switch target {
    case .x64: "elf_x86_64"
    case .arm64: "aarch64linux"
    }
  }

  private func run(_ options: [HostString], objects: [[UInt8]], archives: [HostString])
    throws(DriverError) -> [UInt8]
  {
    let result: ToolResult
    do throws(Errno) {
      var files: [MemoryFile] = []
      for object in objects { files.append(try MemoryFile(object)) }
      let descriptors = files.map { $0.descriptor.raw }
      let inputs = descriptors.map { HostString("/proc/self/fd/\($0)") } + archives
      result = try runTool(
        path, ["-m", emulation] + options + ["-o", "-"] + inputs, inheriting: descriptors)
      withExtendedLifetime(files) {}
    } catch {
      throw .internal("the linker \(path) could not be run: \(error.text)")
    }
    guard result.status == 0, !result.output.isEmpty else {
      throw .internal(
        """
        the linker failed with status \(result.status): \(path) (\(version()))
        \(Message(lines: result.diagnostics))
        """)
    }
    return result.output
  }

  /// The first line of `--version`; asked for only when there is something to explain.
  private func version() -> String {
    let text = (try? runTool(path, ["--version"]))?.output ?? []
    return String(decoding: text.prefix { $0 != 0x0a }, as: UTF8.self)
  }
}

/// A file in memory with given contents, open as long as this lives.
private final class MemoryFile {
  let descriptor: FileDescriptor

  init(_ contents: [UInt8]) throws(Errno) {
    descriptor = try FileDescriptor.inMemory("object")
    try descriptor.write(contents)
  }
}
