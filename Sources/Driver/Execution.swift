// `swasmc run`: takes an executable from the compile cache, or makes one in a file without a name, and executes it. The
// program runs in this process, so exit status and signals are its own. While it runs, nothing of it is on disk but
// what the cache holds, so nothing stays behind even after SIGKILL.

import CompileCache
import Glibc
import System

/// Compiles the module and turns this process into the program. Returns only by throwing.
/// - Parameters:
///   - plugs: Components whose exports satisfy imports of the component at `path`.
///   - request: The command line, which the cache remembers; nil to use no cache.
public func runFile(
  _ path: HostString, plugs: [HostString], arguments: [HostString], _ options: CompileOptions,
  request: CacheRequest?
) throws(DriverError) {
  do throws(DriverError) {
    try runFile(path, plugs, arguments, options, request)
  } catch {
    throw error.noting(arguments, after: path)
  }
}

private func runFile(
  _ path: HostString, _ plugs: [HostString], _ arguments: [HostString], _ options: CompileOptions,
  _ request: CacheRequest?
) throws(DriverError) {
  let input = try InputFile.read(path: path, plugs: plugs)
  var options = options
  options.emit = .exe
  options.mustRun = true
  if request != nil { options.conditions.objectCache = .users }
  let name = input.baseName
  guard let request, let cached = CachedCompilation.open(input, options) else {
    try becomeProgram(try compile(input, options), name: name, arguments: arguments)
    return
  }
  if let product = cached.product(touches: false) {
    cached.remember(request, countsAsHit: true)
    execute(product.file, name, arguments)
    // The cache may be on a file system whose files cannot be executed (noexec).
    if let bytes = product.bytes() {
      try becomeProgram(bytes, name: name, arguments: arguments)
    }
  }
  let executable = try compile(input, options)
  if cached.store(executable) { cached.remember(request, countsAsHit: false) }
  try becomeProgram(executable, name: name, arguments: arguments)
}

extension DriverError {
  /// If the message names an option that was written after the module, says so. Whatever is written there belongs to
  /// the program.
  func noting(_ arguments: [HostString], after module: HostString) -> DriverError {
    let named = Set(
      message.text.split { !($0.isLetter || $0 == "-") }.filter { $0.hasPrefix("--") })
    let misplaced = arguments.compactMap { argument -> String? in
      guard let name = argument.text?.prefix(while: { $0 != "=" }), named.contains(name) else {
        return nil
      }
      return String(name)
    }
    guard let name = misplaced.first else { return self }
    return adding("\(name) after \(module) belongs to the program; write it before \(module)")
  }

  /// The same error with another line in its message.
  private func adding(_ line: Message) -> DriverError {
    switch self {
    case .invalidModule(let code, let path, let offset, let message):
      .invalidModule(code, path: path, offset: offset, message: "\(message)\n\(line)")
    case .cannot(let code, let message): .cannot(code, "\(message)\n\(line)")
    case .usage(let code, let message): .usage(code, "\(message)\n\(line)")
    case .missing, .outOfMemory, .internal: self
    }
  }
}

private func becomeProgram(
  _ executable: [UInt8], name: HostString, arguments: [HostString]
) throws(DriverError) {
  do throws(Errno) {
    let file = try FileDescriptor.inMemory(name)
    try file.write(executable)
    execute(file, name, arguments)
    // A kernel may be told not to execute files in memory (vm.memfd_noexec).
    guard errno == EACCES else { throw .last }
    execute(try unlinkedFile(executable), name, arguments)
    throw .last
  } catch {
    throw .failed(.system, "cannot run \(name)", error)
  }
}

/// Returns only when it fails. errno says why.
private func execute(
  _ file: borrowing FileDescriptor, _ name: HostString, _ arguments: [HostString]
) {
  _ = withCStrings([name] + arguments) { fexecve(file.raw, $0, environ) }
}

/// An open file on disk whose name is removed already.
private func unlinkedFile(_ bytes: [UInt8]) throws(Errno) -> FileDescriptor {
  let temporary = try TemporaryPath(in: ScratchDirectory.defaultParent, prefix: "swasmc")
  do {
    try temporary.create(mode: 0o700).write(bytes)
  }
  let file = try FileDescriptor.open(temporary.path, O_RDONLY)
  _ = consume temporary
  return file
}
