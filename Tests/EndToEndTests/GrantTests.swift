// Grants beyond one directory: single files, nested and overlapping directories, sockets.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct GrantTests {
  private func answers(
    _ arguments: [String], options: [String], in scratch: ScratchDirectory, hardening: Hardening
  ) throws -> [String] {
    let program = try GuestProgram(.c, "access").compiled(options)
    let run = try ProcessRun.run(
      program, arguments, environment: hardening.environment, directory: scratch.path)
    return run.outputText.split(separator: "\n").map(String.init)
  }

  private func yard() throws -> ScratchDirectory {
    let scratch = try ScratchDirectory()
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: scratch.path + "/tree/inner", withIntermediateDirectories: true)
    for file in ["tree/file", "tree/inner/file", "one", "other"] {
      try file.write(toFile: scratch.path + "/" + file, atomically: false, encoding: .utf8)
    }
    return scratch
  }

  @Test(arguments: Hardening.allCases)
  func aSingleFileIsGranted(hardening: Hardening) throws {
    let scratch = try yard()
    let answers = try answers(
      [
        "r", "/in/one", "w", "/in/one", "r", "/in/other", "r", "/in/one/..", "r", "/in", "w",
        "/fixed", "r", "/fixed",
      ],
      options: ["--dir", "one::/in/one", "--dir", "other::/fixed:ro"], in: scratch,
      hardening: hardening)
    #expect(
      answers.map { $0.contains("allowed") } == [true, true, false, false, false, false, true],
      "\(answers)")
    #expect(try String(contentsOfFile: scratch.path + "/other", encoding: .utf8) == "other")
  }

  /// Several grants may have names with which a path begins. Libraries choose the grant with the longest name.
  @Test(arguments: Hardening.allCases)
  func nestedGrantsHaveTheirOwnRights(hardening: Hardening) throws {
    let scratch = try yard()
    let answers = try answers(
      [
        "w", "/t/file", "w", "/t/inner/file", "r", "/t/inner/file", "w", "/w/file", "w",
        "/r/inner/file",
      ],
      options: [
        "--dir", "tree::/t", "--dir", "tree/inner::/t/inner:ro", "--dir", "tree/inner::/w", "--dir",
        "tree::/r:ro",
      ],
      in: scratch, hardening: hardening)
    #expect(
      answers.map { $0.contains("allowed") } == [true, false, true, true, false], "\(answers)")
  }

  @Test(arguments: Hardening.allCases)
  func aReadOnlyTreeWithAWritablePart(hardening: Hardening) throws {
    let scratch = try yard()
    let answers = try answers(
      ["w", "/t/file", "w", "/t/inner/new", "r", "/t/file"],
      options: ["--dir", "tree::/t:ro", "--dir", "tree/inner::/t/inner"], in: scratch,
      hardening: hardening)
    #expect(answers.map { $0.contains("allowed") } == [false, true, true], "\(answers)")
  }

  /// A run of a program may leave a link where the next run is granted a directory.
  @Test(arguments: Hardening.allCases)
  func aLinkOfAnEarlierRunLeadsOutOfNoGrant(hardening: Hardening) throws {
    let scratch = try yard()
    let program = try GuestProgram(.c, "access").compiled(["--dir", "tree::/t"])
    func run(_ arguments: [String], _ more: String = "") throws -> ProcessRun {
      let environment = hardening.environment.merging(["SWASM_DIR": more]) { $1 }
      return try ProcessRun.run(
        program, arguments, environment: environment, directory: scratch.path)
    }
    #expect(try run(["s", "..", "/t/left"]).outputText.contains("allowed"))
    for second in ["tree/left::/s", "tree/left::/s:ro", "\(scratch.path)/tree/left/tree::/s"] {
      let escape = try run(["r", "/s/one"], second)
      #expect(escape.status == 1 && escape.outputText == "", "\(escape.outputText)")
      #expect(escape.errorText.contains("error[E1201]"), "\(escape.errorText)")
      #expect(escape.errorText.contains("tree/left\n"), "\(escape.errorText)")
    }
    #expect(try run(["r", "/s/file"], "tree/inner::/s").outputText.contains("allowed"))
  }

  // MARK: Sockets

  /// A listening socket of this process at a port that the kernel chose.
  private func listener() throws -> (socket: Int32, port: UInt16) {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> UInt16? in
        guard bind(socket, generic, length) == 0, listen(socket, 8) == 0,
          getsockname(socket, generic, &length) == 0
        else { return nil }
        return UInt16(bigEndian: pointer.pointee.sin_port)
      }
    }
    return (socket, try #require(port))
  }

  /// Sends a text and prints the answer; somebody must be listening.
  private static let client = """
    import socket, sys
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
    s.sendall(b"over the wire"); s.shutdown(socket.SHUT_WR)
    answer = b""
    while part := s.recv(100): answer += part
    print(answer.decode())
    """

  @Test(arguments: Hardening.allCases)
  func aGrantedSocketServes(hardening: Hardening) throws {
    let scratch = try yard()
    let (socket, port) = try listener()
    close(socket)
    // Grant a directory and a file, so that the socket comes after them.
    let program = try GuestProgram(.c, "serve").compiled([
      "--dir", "tree::/t", "--dir", "one::/one",
    ])
    // The guest prints a line when it runs. Its sockets have been listening since before that.
    let script = """
      coproc server { "$1" 5; }
      pid=$server_PID
      exec 9<&"${server[0]}"
      read -r line <&9 && [[ $line == serving ]] || exit 1
      python3 -c "$2" "$3"
      cat <&9
      wait $pid
      """
    let run = try ProcessRun.run(
      "/bin/bash", ["-c", script, "bash", program, Self.client, String(port)],
      environment: [
        "SWASM_LISTEN": "127.0.0.1:\(port)",
        "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin",
      ].merging(hardening.environment) { $1 }, directory: scratch.path, seconds: 60)
    #expect(run.status == 0, "\(run.errorText)")
    #expect(
      Set(run.outputText.split(separator: "\n")) == ["OVER THE WIRE", "served 13 bytes"],
      "\(run.outputText)")
  }

  /// As systemd starts it: the socket is descriptor 3, LISTEN_PID is the program's own.
  @Test(arguments: Hardening.allCases)
  func passedSocketsServe(hardening: Hardening) throws {
    let program = try GuestProgram(.c, "serve").compiled(["--listen", "fds"])
    let starter = """
      import os, socket, sys, threading
      listening = socket.create_server(("127.0.0.1", 0))
      port = listening.getsockname()[1]
      child = os.fork()
      if child == 0:
          os.dup2(listening.fileno(), 3)
          os.set_inheritable(3, True)
          given = {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
          if sys.argv[3]: given["SWASM_HARDEN"] = sys.argv[3]
          os.execve(sys.argv[1], [sys.argv[1], "3"], given)
      listening.close()
      sys.argv[1] = port
      exec(sys.argv[2])
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
      """
    let run = try ProcessRun.run(
      "/usr/bin/python3",
      ["-c", starter, program, Self.client, hardening.environment["SWASM_HARDEN"] ?? ""],
      seconds: 60)
    #expect(run.status == 0, "\(run.errorText)")
    #expect(
      Set(run.outputText.split(separator: "\n")) == [
        "serving", "OVER THE WIRE", "served 13 bytes",
      ],
      "\(run.outputText)")
  }

  @Test func anAddressInUseIsRefused() throws {
    let (socket, port) = try listener()
    defer { close(socket) }
    let program = try GuestProgram(.c, "serve").compiled()
    let run = try ProcessRun.run(program, [], environment: ["SWASM_LISTEN": "127.0.0.1:\(port)"])
    #expect(run.status == 1)
    #expect(run.errorText.contains("in use"), "\(run.errorText)")
  }
}
