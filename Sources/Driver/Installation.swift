// Finds what a compilation needs beside swasmc itself: the linker and the runtime archive. Looks at files
// and the environment only; where it looked is part of the error.

import Glibc

/// What the object code is for. One for now; the names are those of the runtime's build directories.
public enum TargetArchitecture: String, Sendable {
  case x64 = "x86_64"
  case arm64 = "aarch64"

  var runtimeDirectory: String { "\(rawValue)-linux" }
}

struct Installation: Sendable {
  /// The directory of this executable, after symbolic links.
  let executableDirectory: String
  /// The variables of the process.
  let environment: @Sendable (String) -> String?

  static func current() -> Installation {
    Installation(
      executableDirectory: directory(of: readLink("/proc/self/exe") ?? "/"),
      environment: { getenv($0).map { String(cString: $0) } })
  }

  func linker() throws(DriverError) -> String {
    if let chosen = environment("SWASMC_LINKER"), !chosen.isEmpty {
      if chosen.contains("/") {
        guard isExecutable(chosen) else {
          throw .missing("SWASMC_LINKER names \(chosen), which is not an executable file")
        }
        return chosen
      }
      return try findLinker(names: [chosen], what: "\(chosen) (from SWASMC_LINKER)")
    }
    return try findLinker(names: ["ld.lld-22", "ld.lld"], what: "ld.lld, the linker of LLVM")
  }

  private func findLinker(names: [String], what: String) throws(DriverError) -> String {
    let path = (environment("PATH") ?? "/usr/bin:/bin").split(separator: ":").map(String.init)
    let directories = [executableDirectory] + path + ["/usr/lib/llvm-22/bin"]
    for directory in directories {
      for name in names where isExecutable("\(directory)/\(name)") { return "\(directory)/\(name)" }
    }
    throw .missing(
      """
      cannot find \(what), which makes the executable
      looked beside swasmc, in PATH and in /usr/lib/llvm-22/bin
      install it (Debian: apt-get install lld-22), or name one in the variable SWASMC_LINKER
      """)
  }

  func runtimeArchive(_ target: TargetArchitecture) throws(DriverError) -> String {
    let name = "\(target.runtimeDirectory)/libswasm_rt.a"
    if let chosen = environment("SWASMC_RUNTIME"), !chosen.isEmpty {
      guard isFile(chosen) else {
        throw .missing("SWASMC_RUNTIME names \(chosen), which is not a file")
      }
      return chosen
    }
    var searched = ["\(Self.directory(of: executableDirectory))/lib/swasmc/\(name)"]
    var directory = executableDirectory
    while directory != "/" {
      directory = Self.directory(of: directory)
      searched.append("\(directory == "/" ? "" : directory)/build/runtime/\(name)")
    }
    if let found = searched.first(where: isFile) { return found }
    throw .missing(
      """
      cannot find the runtime for \(target.runtimeDirectory), which every executable carries
      looked for
      \(searched.map { "  \($0)" }.joined(separator: "\n"))
      in a source tree, `make runtime` builds it; the variable SWASMC_RUNTIME can name the archive
      """)
  }

  private func isExecutable(_ path: String) -> Bool { isFile(path) && access(path, X_OK) == 0 }

  private func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func readLink(_ path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes {
      readlink(path, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}
