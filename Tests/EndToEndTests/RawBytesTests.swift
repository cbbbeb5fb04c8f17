// Bytes that are not UTF-8 reach the program, and the host's files, unchanged. A shell makes them, because Foundation's
// Process takes only text.

import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct RawBytesTests {
  /// Runs a script in which `odd` is a word with such bytes and `$S` is the compiler. Returns the printed bytes.
  private func shell(_ script: String) throws -> [UInt8] {
    let scratch = try ScratchDirectory()
    let swasmc = try #require(Workspace.current.swasmc, "swasmc is not built")
    let run = try ProcessRun.run(
      "/bin/sh", ["-c", "odd=$(printf 'a\\377b')\n" + script],
      environment: ProcessInfo.processInfo.environment.merging(["S": swasmc]) { $1 },
      directory: scratch.path)
    #expect(run.status == 0, "\(run.errorText)")
    return run.output
  }

  private let odd: [UInt8] = [0x61, 0xff, 0x62]

  @Test func argumentsAndVariablesKeepTheirBytes() throws {
    let wasm = try GuestProgram(.c, "arguments").wasm()
    let expected = Array("1 [".utf8) + odd + Array("] [".utf8) + odd + Array("]\n".utf8)
    let run = "\"$odd\" ; test $? = 1"
    #expect(
      try shell("$S run --env \"$odd=[$odd]\" '\(wasm)' \(run)") == expected)
    #expect(try shell("$S '\(wasm)' -o app --env \"$odd=[$odd]\" && ./app \(run)") == expected)
  }

  @Test func directoriesAndFilesKeepTheBytesOfTheirNames() throws {
    let wasm = try GuestProgram(.c, "access").wasm()
    let output = try shell(
      """
      mkdir "$odd"
      $S run --dir "$odd::$odd" '\(wasm)' w "$odd/$odd" > /dev/null
      ls "$odd"
      """)
    #expect(output == odd + [0x0a])
  }

  @Test func modulesAndOutputsKeepTheBytesOfTheirNames() throws {
    let wasm = try GuestProgram(.c, "arguments").wasm()
    let output = try shell(
      """
      cp '\(wasm)' "$odd.wasm"
      $S "$odd.wasm" && $S "$odd.wasm" --emit obj -o "$odd-2"
      "./$odd"
      $S run "$odd.wasm"
      ls
      """)
    #expect(output == odd + [0x0a] + odd + Array("-2\n".utf8) + odd + Array(".wasm\n".utf8))
  }
}
