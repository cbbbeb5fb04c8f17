// `swasmc run`: makes an executable without a name and becomes it. The process stays the same, so exit status and
// signals are the program's own. Nothing is left behind, even after SIGKILL.

import Glibc
import System

/// Compiles the module and turns this process into the program. Returns only by throwing.
public func runFile(
  _ path: HostString, arguments: [HostString], _ options: CompileOptions
) throws(DriverError) {
  let input = try InputFile.read(path: path)
  var options = options
  options.emit = .exe
  options.mustRun = true
  let executable = try compile(input, options)
  try becomeProgram(executable, name: input.baseName, arguments: arguments)
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
    throw .failed("cannot run \(name)", error)
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
  let path: HostString = "\(ScratchDirectory.defaultParent)/swasmc-\(getpid())"
  let temporary = try TemporaryPath(path)
  do {
    try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o700).write(bytes)
  }
  let file = try FileDescriptor.open(path, O_RDONLY)
  _ = consume temporary
  return file
}
