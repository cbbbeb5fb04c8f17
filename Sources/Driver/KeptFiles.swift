// What `--keep-temps` keeps: the objects that were linked, and a script that links them again.

import Glibc
import System

struct KeptFiles {
  private let objects: [MemoryFile]

  init(_ objects: [MemoryFile]) { self.objects = objects }

  /// Writes the files to a new directory, and prints its name to standard error.
  /// - Parameter command: The linker and its options, without inputs and output.
  func write(_ command: [HostString], _ archives: [HostString]) throws(Errno) {
    let name: HostString = "\(ScratchDirectory.defaultParent)/swasmc-temps-XXXXXX"
    guard let template = name.withCString({ strdup($0) }) else { throw .last }
    defer { free(template) }
    guard mkdtemp(template) != nil else { throw .last }
    let directory = HostString(cString: template)
    var inputs: [HostString] = []
    for (index, object) in objects.enumerated() {
      let input: HostString = "\(index).o"
      inputs.append(input)
      try Self.write(try object.contents(limitBytes: .max) ?? [], "\(directory)/\(input)")
    }
    let words = command + ["-o", "output"] + inputs + archives
    var script = HostString(
      "#!/bin/sh\n# Links the objects of a compilation again.\ncd \"$(dirname \"$0\")\" || exit\n")
    for word in words { script = "\(script)\(word.quotedForShell) " }
    try Self.write(HostString("\(script)\n").bytes, "\(directory)/link.sh", mode: 0o755)
    writeToStandardError("swasmc: note: what was linked is in \(directory)\n")
  }

  private static func write(_ bytes: [UInt8], _ path: HostString, mode: mode_t = 0o644)
    throws(Errno)
  {
    try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode).write(bytes)
  }
}
