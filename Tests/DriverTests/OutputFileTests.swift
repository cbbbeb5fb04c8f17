// An output appears whole or not at all. An input is read whole, or there is an error.

import Glibc
import System
import Testing

@testable import Driver

@Suite struct OutputFileTests {
  @Test func anExecutableReplacesWhatWasThere() throws {
    let scratch = try Scratch()
    let path = try scratch.write("app", [1, 2, 3])
    try OutputFile(path: path, input: "in.wasm").write([9], executable: true)
    #expect(try scratch.read("app") == [9])
    #expect(access(path.description, X_OK) == 0)
    #expect(try scratch.list() == ["app"])
  }

  @Test func otherOutputsAreNotExecutable() throws {
    let scratch = try Scratch()
    try OutputFile(path: scratch.file("app.o"), input: "in.wasm").write([9], executable: false)
    var status = stat()
    #expect(stat(scratch.file("app.o").description, &status) == 0)
    #expect(status.st_mode & 0o111 == 0)
  }

  @Test func preparingLeavesTheOldOutputAlone() throws {
    let scratch = try Scratch()
    let path = try scratch.write("app", [1])
    _ = try OutputFile(path: path, input: "in.wasm")
    #expect(try scratch.read("app") == [1])
    #expect(try scratch.list() == ["app"])
  }

  @Test func aSymbolicLinkIsFollowed() throws {
    let scratch = try Scratch()
    try scratch.write("real", [1])
    symlink("real", scratch.file("link").description)
    try OutputFile(path: scratch.file("link"), input: "in.wasm").write([2], executable: true)
    #expect(try scratch.read("real") == [2])
    #expect(try scratch.list() == ["link", "real"])
  }

  /// An initialiser may have made it.
  @Test func noLinkIsFollowedIfThatIsAskedFor() throws {
    let scratch = try Scratch()
    try scratch.write("real", [1])
    symlink("real", scratch.file("link").description)
    symlink(".", scratch.file("inside").description)
    for name: HostString in ["link", "inside/new", "inside/link"] {
      #expect(throws: DriverError.self, "\(name)") {
        try OutputFile(path: scratch.file(name), input: "in.wasm", followsLinks: false)
      }
    }
    let output = try OutputFile(
      path: scratch.file("new"), input: "in.wasm", followsLinks: false)
    symlink("real", scratch.file("new").description)
    #expect(throws: DriverError.self) { try output.write([2], executable: false) }
    #expect(try scratch.read("real") == [1])
    unlink(scratch.file("new").description)
    try output.write([3], executable: false)
    #expect(try scratch.read("new") == [3])
  }

  @Test func aLinkThatLeadsNowhereYetIsFollowed() throws {
    let scratch = try Scratch()
    symlink("next", scratch.file("link").description)
    symlink("real", scratch.file("next").description)
    try OutputFile(path: scratch.file("link"), input: "in.wasm").write([2], executable: true)
    #expect(try scratch.read("real") == [2])
    #expect(try scratch.list() == ["link", "next", "real"])
    symlink("round", scratch.file("round").description)
    #expect(throws: DriverError.self) {
      try OutputFile(path: scratch.file("round"), input: "in.wasm")
    }
  }

  /// Another compiler may have left it, or may be at work in a container of its own, with the same process number.
  @Test func anotherTemporaryFileIsLeftAlone() throws {
    let scratch = try Scratch()
    try scratch.write(".app.swasmc-\(getpid())", [1])
    try OutputFile(path: scratch.file("app"), input: "in.wasm").write([2], executable: true)
    #expect(try scratch.read("app") == [2])
    #expect(try scratch.read(".app.swasmc-\(getpid())") == [1])
  }

  /// A descriptor of this process that is closed on exec was not given to it.
  @Test(arguments: ["/dev/fd", "/proc/self/fd", "/proc/\(getpid())/fd"])
  func ownDescriptorsAreNoOutput(directory: String) throws {
    let scratch = try Scratch()
    let file = try FileDescriptor.open(try scratch.write("own", []), O_WRONLY)
    let path = HostString("\(directory)/\(file.raw)")
    #expect(throws: DriverError.cannot(.writing, "cannot write \(path): Bad file descriptor")) {
      try OutputFile(path: path, input: "in.wasm")
    }
    _ = fcntl(file.raw, F_SETFD, 0)
    try OutputFile(path: path, input: "in.wasm").write([3], executable: false)
    #expect(try scratch.read("own") == [3])
  }

  @Test func theInputIsNotOverwritten() throws {
    let scratch = try Scratch()
    let path = try scratch.write("app.wasm", [1])
    link(path.description, scratch.file("same").description)
    #expect(
      throws: DriverError.cannot(.writing, "the output \(path) is the input; name another file")
    ) {
      try OutputFile(path: path, input: path)
    }
    #expect(throws: DriverError.self) { try OutputFile(path: scratch.file("same"), input: path) }
  }

  @Test func aMissingDirectoryIsNamed() throws {
    let scratch = try Scratch()
    let path = scratch.file("no/app")
    #expect(
      throws: DriverError.cannot(
        .writing, "cannot write \(path): there is no directory \(scratch.path)/no")
    ) { try OutputFile(path: path, input: "in.wasm") }
  }

  @Test func aDirectoryIsNoOutput() throws {
    let scratch = try Scratch()
    #expect(throws: DriverError.cannot(.writing, "cannot write \(scratch.path): it is a directory"))
    {
      try OutputFile(path: scratch.path, input: "in.wasm")
    }
  }

  @Test func aDeviceIsWrittenToDirectly() throws {
    try OutputFile(path: "/dev/null", input: "in.wasm").write([1], executable: true)
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func aFullDeviceIsAnError() throws {
    #expect(throws: DriverError.cannot(.writing, "cannot write /dev/full: No space left on device"))
    {
      try OutputFile(path: "/dev/full", input: "in.wasm").write([1], executable: true)
    }
  }

  @Test func aTemporaryPathThatIsNotKeptIsRemoved() throws {
    let scratch = try Scratch()
    do {
      let temporary = try TemporaryPath(in: scratch.path, prefix: "half")
      try temporary.create(mode: 0o600).write([1])
      #expect(try scratch.list().count == 1)
    }
    #expect(try scratch.list() == [])
  }
}

@Suite struct InputFileTests {
  @Test func aFileThatCannotBeReadIsNamed() throws {
    let scratch = try Scratch()
    let missing = scratch.file("no.wasm")
    #expect(
      throws: DriverError.cannot(.reading, "cannot read \(missing): No such file or directory")
    ) {
      try InputFile.read(path: missing)
    }
    let error = #expect(throws: DriverError.self) { try InputFile.read(path: scratch.path) }
    #expect(error?.message.text.contains("it is a directory without the file oci-layout") == true)
  }

  @Test func anEmptyFileIsNoModule() throws {
    let scratch = try Scratch()
    let path = try scratch.write("empty.wasm", [])
    let error = #expect(throws: DriverError.self) { try InputFile.read(path: path) }
    #expect(error?.message == "\(path): error[E0105]: the file is empty")
    #expect(error?.exitStatus == 1)
  }

  @Test func theWholeFileIsRead() throws {
    let scratch = try Scratch()
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let path = try scratch.write("app.wasm", bytes)
    let input = try InputFile.read(path: path)
    #expect(input.bytes == bytes)
    #expect(input.baseName == "app.wasm")
  }
}
