// Finds the linker, the runtime archive, and the module that implements WASI 0.2. Reads only the environment and the
// names and modes of files. If a search fails, the error lists the places where it looked.

import Glibc
import System
import Targets

struct Installation: Sendable {
  /// The directory of this executable, after symbolic links.
  let executableDirectory: HostString
  /// The variables of the process.
  let environment: @Sendable (HostString) -> HostString?

  static func current() -> Installation {
    Installation(
      executableDirectory: directory(of: readLink("/proc/self/exe") ?? "/"),
      environment: { HostString.variable($0) })
  }

  func linker() throws(DriverError) -> HostString {
    if let chosen = environment("SWASMC_LINKER"), !chosen.isEmpty {
      if chosen.contains("/") {
        guard isExecutable(chosen) else {
          throw .missing(.linker, "SWASMC_LINKER names \(chosen), which is not an executable file")
        }
        return chosen
      }
      return try findLinker(names: [chosen], what: "\(chosen) (from SWASMC_LINKER)")
    }
    return try findLinker(names: ["ld.lld-22", "ld.lld"], what: "ld.lld, the linker of LLVM")
  }

  private func findLinker(names: [HostString], what: Message) throws(DriverError) -> HostString {
    let path = (environment("PATH") ?? "/usr/bin:/bin").split(at: ":")
    let own = [executableDirectory, "\(Self.directory(of: executableDirectory))/libexec/swasmc"]
    let directories = own + path + ["/usr/lib/llvm-22/bin"]
    for directory in directories {
      for name in names {
        let path: HostString = "\(directory)/\(name)"
        if isExecutable(path) { return path }
      }
    }
    throw .missing(
      .linker,
      """
      cannot find \(what), which makes the executable
      looked in \(own[0]), \(own[1]), PATH and /usr/lib/llvm-22/bin
      `make install` makes a link to the compiler there, which is the linker by that name
      or install it (Debian: apt-get install lld-22), or name one in the variable SWASMC_LINKER
      """)
  }

  func runtimeArchive(_ target: Target) throws(DriverError) -> HostString {
    if let chosen = environment("SWASMC_RUNTIME"), !chosen.isEmpty {
      guard isFile(chosen) else {
        throw .missing(.runtime, "SWASMC_RUNTIME names \(chosen), which is not a file")
      }
      return chosen
    }
    return try find(
      "\(target.runtimeArchive)", "the runtime for \(target.name), which every executable carries",
      "the variable SWASMC_RUNTIME can name the archive")
  }

  /// The module that implements WASI 0.2 for components.
  func wasiModule() throws(DriverError) -> HostString {
    try find(
      "wasi-0.2.wasm", "the module that components need for WASI 0.2",
      "`make install` puts it beside the runtime")
  }

  private func find(_ name: HostString, _ what: Message, _ advice: Message) throws(DriverError)
    -> HostString
  {
    var searched: [HostString] = ["\(Self.directory(of: executableDirectory))/lib/swasmc/\(name)"]
    var directory = executableDirectory
    while directory != "/" {
      directory = Self.directory(of: directory)
      searched.append("\(directory == "/" ? "" : directory)/build/runtime/\(name)")
    }
    if let found = searched.first(where: isFile) { return found }
    throw .missing(
      .runtime,
      """
      cannot find \(what)
      looked for
      \(searched.map { "  \($0)" as Message }.joined(separator: "\n"))
      in a source tree, `make runtime` builds it; \(advice)
      """)
  }

  private func isExecutable(_ path: HostString) -> Bool {
    isFile(path) && path.withCString { access($0, X_OK) } == 0
  }

  private func isFile(_ path: HostString) -> Bool {
    var status = stat()
    return path.withCString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  static func directory(of path: HostString) -> HostString {
    guard let slash = path.bytes.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return "/" }
    return HostString(bytes: path.bytes[..<slash])
  }

  private static func readLink(_ path: String) -> HostString? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes {
      readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count > 0 ? HostString(bytes: buffer[..<count]) : nil
  }
}
