// `--trace wasi`: a line on standard error for each WASI call. It is linked only where somebody asked for it.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct TraceTests {
  private func traced(
    _ program: String, _ arguments: [String], _ environment: [String: String] = [:],
    in directory: String? = nil, input: [UInt8] = []
  ) throws -> ProcessRun {
    try ProcessRun.run(
      program, arguments, input: input, environment: environment, directory: directory, seconds: 60)
  }

  /// The lines of a trace, without the program's name.
  private func lines(_ run: ProcessRun) -> [Substring] {
    run.errorText.split(separator: "\n").map { $0.drop { $0 != ":" }.dropFirst(2) }
  }

  @Test(arguments: Hardening.allCases)
  func callsOnFilesAreShown(hardening: Hardening) throws {
    let scratch = try ScratchDirectory()
    let program = try GuestProgram(.c, "careful").compiled(["--trace", "wasi"])
    let run = try traced(
      program, ["files"], hardening.environment.merging(["SWASM_DIR": "."]) { $1 },
      in: scratch.path)
    #expect(run.status == 0)
    #expect(run.outputText == "fine\n")
    let lines = lines(run)
    let wanted: [String] = [
      "fd_prestat_get(3) = SUCCESS, directory with a name of 1 byte",
      "fd_prestat_dir_name(3) = SUCCESS, \".\"",
      #"fd_write(4, [11 bytes "hello world"]) = SUCCESS, 11"#,
      #"fd_pwrite(4, [1 byte "H"], 0) = SUCCESS, 1"#,
      "fd_seek(4, 6, SET) = SUCCESS, 6",
      #"fd_read(4, [5 bytes]) = SUCCESS, 5 bytes "world""#,
      #"fd_pread(4, [5 bytes], 0) = SUCCESS, 5 bytes "Hello""#,
      "fd_filestat_set_size(4, 5) = SUCCESS",
      "fd_allocate(4, 0, 8) = SUCCESS",
      "fd_advise(4, 0, 0, SEQUENTIAL) = SUCCESS",
      "fd_filestat_set_times(4, 1.000000000 s, 2.000000000 s, ATIM|MTIM) = SUCCESS",
      "fd_fdstat_set_flags(4, APPEND) = SUCCESS",
      "fd_sync(4) = SUCCESS",
      "fd_close(4) = SUCCESS",
      #"path_filestat_get(3, 0, "file") = SUCCESS, REGULAR_FILE, 8 bytes, modified at 2.000000000 s"#,
      #"path_unlink_file(3, "file") = SUCCESS"#,
      #"path_filestat_get(3, SYMLINK_FOLLOW, "file") = NOENT"#,
    ]
    var rest = lines[...]
    for line in wanted {
      let place = rest.firstIndex { $0 == line }
      #expect(place != nil, "\(line) is not in\n\(run.errorText)")
      if let place { rest = rest[(place + 1)...] }
    }
    let opened = try #require(lines.first { $0.hasPrefix("path_open(") })
    #expect(opened.hasPrefix(#"path_open(3, SYMLINK_FOLLOW, "file", CREAT|TRUNC, all rights but "#))
    #expect(opened.hasSuffix(", 0) = SUCCESS, fd 4"))
    #expect(!run.errorText.contains(scratch.path))
  }

  @Test func otherKindsOfCallsAreShown() throws {
    let scratch = try ScratchDirectory()
    let program = try GuestProgram(.c, "careful").compiled(["--trace", "wasi"])
    func shows(_ part: String, _ patterns: [Regex<Substring>]) throws {
      let run = try traced(
        program, [part], ["SWASM_DIR": "."], in: scratch.path, input: Array("x".utf8))
      #expect(run.status == 0, "\(run.errorText)")
      for pattern in patterns {
        #expect(lines(run).contains { $0.wholeMatch(of: pattern) != nil }, "\(run.errorText)")
      }
    }
    try shows(
      "clocks",
      [
        /clock_time_get\(REALTIME, .*\) = SUCCESS, [0-9]{10}\.[0-9]{9} s/,
        /clock_res_get\(MONOTONIC\) = SUCCESS, 0\.[0-9]{9} s/,
        /poll_oneoff\(\[clock [A-Z]+ in 0\.003000000 s\]\) = SUCCESS, \[clock\]/,
      ])
    try shows("random", [/random_get\(256 bytes\) = SUCCESS/])
    try shows(
      "waiting",
      [
        /poll_oneoff\(\[.*read 0.*write 1.*\]\) = SUCCESS, \[.*read 1 byte.*\]/,
        /fd_read\(0, \[1 byte\]\) = SUCCESS, 1 byte "x"/,
      ])
    try shows(
      "directories",
      [
        /path_create_directory\(3, "made"\) = SUCCESS/,
        /path_link\(3, 0, "made\/a", 3, "made\/b"\) = SUCCESS/,
        /path_symlink\("a", 3, "made\/c"\) = SUCCESS/,
        /path_readlink\(3, "made\/c"\) = SUCCESS, "a"/,
        /path_rename\(3, "made\/b", 3, "made\/d"\) = SUCCESS/,
        /fd_fdstat_get\(3\) = SUCCESS, DIRECTORY, 0, .*/,
        /fd_readdir\(4, 4096 bytes, 0\) = SUCCESS, [0-9]+/,
      ])
  }

  @Test func theEndIsShown() throws {
    let program = try GuestProgram(.c, "exits").compiled(["--trace", "wasi"])
    let run = try traced(program, ["exit", "4"])
    #expect(run.status == 4)
    #expect(lines(run).last == "proc_exit(4)")
  }

  /// A name with control characters, quotes and other bytes, and one that is too long to show.
  @Test func textIsEscapedAndCut() throws {
    let program = try GuestProgram(.c, "access").compiled(["--trace", "wasi", "--dir", "/"])
    let run = try traced(
      program, ["r", "/a\u{1b}[2J\"\\\nb\u{e9}", "r", "/" + String(repeating: "x", count: 300)])
    #expect(run.errorText.contains(#""a\x1b[2J\"\\\nb\xc3\xa9""#), "\(run.errorText)")
    #expect(run.errorText.contains(String(repeating: "x", count: 200) + "\"..."))
    #expect(!run.errorText.contains(String(repeating: "x", count: 201)))
  }

  @Test func hostileArgumentsAreShown() throws {
    let program = try GuestProgram(.c, "random_calls").compiled(["--trace", "wasi"])
    let plain = try traced(GuestProgram(.c, "random_calls").compiled(), [])
    let run = try traced(program, [])
    #expect(run.status == plain.status)
    #expect(run.output == plain.output)
    #expect(run.errorText.contains("bad address 0x"))
    #expect(run.errorText.utf8.allSatisfy { $0 == 0x0a || (0x20...0x7e).contains($0) })
  }

  @Test func componentsShowTheirCallsOfPreview1() throws {
    guard GuestProgram.isBuildable(.component) else { return }
    let program = try GuestProgram(.component, "hello").compiled(["--trace", "wasi"])
    let run = try traced(program, [])
    #expect(run.status == 0)
    #expect(lines(run).contains { $0.hasPrefix("fd_write(1, [") }, "\(run.errorText)")
    guard
      let socket = try? GuestProgram(.component, "tcp_client").compiled([
        "--trace", "wasi", "--connect", "127.0.0.1:1",
      ])
    else { return }
    let refused = try traced(socket, ["127.0.0.1", "1"])
    #expect(
      refused.errorText.contains("swasm_net.open(IPV4, TCP) = SUCCESS, fd "), "\(refused.errorText)"
    )
    #expect(refused.errorText.contains(", 127.0.0.1:1) = "), "\(refused.errorText)")
  }

  // MARK: Where it is

  @Test func whoStartsTheProgramChooses() throws {
    let program = try GuestProgram(.c, "hello").compiled(["--trace", "off"])
    #expect(try traced(program, []).errorText == "")
    #expect(try traced(program, [], ["SWASM_TRACE": "wasi"]).errorText.contains("fd_write(1, "))
    #expect(try traced(program, [], ["SWASM_TRACE": "all"]).status == 1)
    let on = try GuestProgram(.c, "hello").compiled(["--trace", "wasi"])
    #expect(try traced(on, [], ["SWASM_TRACE": "off"]).errorText == "")
    let sealed = try GuestProgram(.c, "hello").compiled(["--trace", "off", "--sealed"])
    #expect(try traced(sealed, [], ["SWASM_TRACE": "wasi"]).errorText == "")
  }

  @Test func otherExecutablesHaveNone() throws {
    let program = try GuestProgram(.c, "hello").compiled()
    let run = try traced(program, [], ["SWASM_TRACE": "wasi"])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(
      run.errorText
        == "hello.swasmc: error[E1003]: this program was compiled without --trace: SWASM_TRACE\n")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: program))
    #expect(bytes.range(of: Data("SYMLINK_FOLLOW".utf8)) == nil)
    #expect(try traced(program, [], ["SWASM_TRACE": "off"]).status == 0)
  }

  @Test func anObjectCannotHaveOne() throws {
    let wasm = try GuestProgram(.c, "hello").wasm()
    let run = try runSwasmc(["--emit", "obj", "--trace", "wasi", wasm, "-o", "/dev/null"])
    #expect(run.status == 64)
    #expect(run.errorText.contains("--trace needs --emit exe"))
  }

  @Test func runTracesAtOnce() throws {
    let run = try runSwasmc(["run", "--trace", "wasi", try GuestProgram(.c, "hello").wasm()])
    #expect(run.outputText == "hello, world\n")
    #expect(run.errorText.contains("fd_write(1, "), "\(run.errorText)")
  }
}
