// Whatever happens to the cache, `swasmc run` runs its module: many processes, killed ones, damaged entries,
// directories of others, full disks.

import Foundation
import TestSupport
import Testing

@Suite(
  .enabled(if: CachedInstallation.isBuilt, "needs `make build` and the C toolchain of `make setup`")
)
struct CacheDamageTests {
  /// The program prints its first argument in brackets.
  private func program(_ here: CachedInstallation) throws -> String {
    try here.module(try GuestProgram(.c, "arguments").wasm())
  }

  private let expected = "1 [x] (unset)\n"

  private static let isRoot = getuid() == 0

  // MARK: Many processes

  @Test(arguments: [1, 4])
  func sixteenProcessesShareACache(keys: Int) throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    let script = """
      for i in $(seq 16); do
        "$S" run -O0 --argv0 $((i % \(keys))) '\(wasm)' x > out$i 2>&1 &
      done
      wait
      cat out*
      """
    let printed = try here.shell(script).outputText
    #expect(printed == String(repeating: expected, count: 16), "\(printed)")
    #expect(here.names("p").count == keys)
    #expect(here.names("t").isEmpty)
  }

  /// Kills compilers after times that differ; asserts nothing about time.
  @Test func killedProcessesLeaveNothingBroken() throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    let script = """
      for i in $(seq 100); do
        timeout -s KILL 0.$(printf %03d $((i * 2 + 20))) "$S" run -O0 --argv0 $((i % 7)) '\(wasm)' x
        [ $((i % 10)) = 0 ] && rm -f "$C"/p-*
        true
      done 2>/dev/null | sort -u
      """
    let printed = try here.shell(script).outputText
    #expect(printed == expected || printed == "", "\(printed)")
    for number in 0..<7 {
      let run = try here.run(["run", "-O0", "--argv0", "\(number)", wasm, "x"])
      #expect(run.outputText == expected)
      #expect(run.errorText == "")
    }
    // The next store removes what was left half written.
    #expect(try here.run(["run", "-O0", "--argv0", "new", wasm, "x"]).outputText == expected)
    #expect(here.names("t").isEmpty)
    #expect(here.names("p").count <= 8)
  }

  // MARK: Damaged entries

  private static let damages = [
    "truncate -s 100 $F", "truncate -s 0 $F", "truncate -s +1 $F",
    "printf X | dd of=$F bs=1 seek=5000 conv=notrunc status=none",
    "cp -p $F copy; printf X | dd of=$F bs=1 seek=5000 conv=notrunc status=none; touch -r copy $F",
    "mv $F gone; ln -s ../gone $F", "rm $F; mkdir $F", "rm $F; mkfifo $F", "rm $F",
    "chmod 777 $F", "chmod 520 $F", "rm $F; cp /bin/true $F",
  ]

  @Test(arguments: damages, ["p", "r"])
  func aDamagedEntryIsMadeAgain(damage: String, kind: String) throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    #expect(try here.run(["run", "-O0", wasm, "x"]).outputText == expected)
    for name in here.names(kind) {
      #expect(try here.shell("F=$C/\(name); \(damage)").status == 0)
    }
    for _ in 0..<2 {
      let run = try here.run(["run", "-O0", wasm, "x"])
      #expect(run.outputText == expected)
      #expect(run.errorText == "")
      #expect(run.status == 1)
    }
    let hits = try here.hits()
    #expect(try here.run(["run", "-O0", wasm, "x"]).outputText == expected)
    #expect(try here.hits() == hits + 1)
    // What the launcher believes and what the compiler checks are the same again.
    #expect(here.names("p").count == 1)
  }

  @Test(.enabled(if: isRoot, "only root can give files away"), arguments: ["p", "r"])
  func anEntryOfSomebodyElseIsMadeAgain(kind: String) throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    #expect(try here.run(["run", "-O0", wasm, "x"]).outputText == expected)
    #expect(try here.shell("chown 65534 $C/\(kind)-*").status == 0)
    #expect(try here.run(["run", "-O0", wasm, "x"]).outputText == expected)
    #expect(try here.shell("find $C -uid 65534 -name '\(kind)-*'").outputText == "")
  }

  // MARK: Directories that are not trusted

  @Test(arguments: [
    ("mkdir $C; chmod 777 $C", "can be written to by other users"),
    ("mkdir $C; chmod 720 $C", "can be written to by other users"),
    ("mkdir real; ln -s real $C", "it is a symbolic link or not a directory"),
    ("touch $C", "it is a symbolic link or not a directory"),
  ])
  func anUntrustedDirectoryIsNotUsed(make: String, why: String) throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    #expect(try here.shell(make).status == 0)
    for _ in 0..<2 {
      let run = try here.run(["run", "-O0", wasm, "x"])
      #expect(run.outputText == expected)
      #expect(run.errorText.hasPrefix("swasmc: warning: the compile cache \(here.cache) is not"))
      #expect(run.errorText.contains(why))
      #expect(run.errorText.split(separator: "\n").count == 1)
    }
    #expect(here.names("p").isEmpty)
    let info = try here.run(["cache", "info"])
    #expect(info.status == 1)
    #expect(info.errorText.contains(why))
  }

  /// The entries are good ones, but the directory can have been another user's for a while.
  @Test func entriesOfAnUntrustedDirectoryAreNotRun() throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    #expect(try here.run(["run", "-O0", wasm, "x"]).outputText == expected)
    #expect(try here.shell("chmod 777 $C").status == 0)
    let run = try here.run(["run", "-O0", wasm, "x"])
    #expect(run.outputText == expected)
    #expect(run.errorText.contains("can be written to by other users"))
  }

  @Test(.enabled(if: isRoot, "only root can give directories away"))
  func aDirectoryOfSomebodyElseIsNotUsed() throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    #expect(try here.shell("mkdir -m 700 $C; chown 65534 $C").status == 0)
    let run = try here.run(["run", "-O0", wasm, "x"])
    #expect(run.outputText == expected)
    #expect(run.errorText.contains("it belongs to another user"))
  }

  // MARK: Disks

  /// Runs a script with the cache on a file system of its own, which is mounted with these options.
  private func onTemporaryDisk(
    _ here: CachedInstallation, _ options: String, _ script: String
  ) throws -> ProcessRun {
    try here.shell(
      """
      exec unshare -m --propagation private bash -c '
        mkdir -m 700 "$C" && mount -t tmpfs -o mode=700,\(options) none "$C" || exit 99
        \(script)'
      """)
  }

  @Test(.enabled(if: isRoot, "only root can mount"), arguments: [4, 16, 36, 40, 44, 64])
  func aFullDiskIsNoReasonToFail(kibibytes: Int) throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    let run = try onTemporaryDisk(
      here, "size=\(kibibytes)k",
      "for i in 1 2 3; do \"$S\" run -O0 \"\(wasm)\" x; [ $? = 1 ] || echo $?; done; ls \"$C\" | grep -c ^t-"
    )
    #expect(run.outputText == String(repeating: expected, count: 3) + "0\n", "\(run.errorText)")
  }

  @Test(.enabled(if: isRoot, "only root can mount"))
  func aReadOnlyCacheIsUsedAsItIs() throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    let run = try onTemporaryDisk(
      here, "size=1m",
      """
      "$S" run -O0 "\(wasm)" x; mount -o remount,ro none "$C"
      "$S" run -O0 "\(wasm)" x; "$S" run -O1 "\(wasm)" x; ls "$C" | grep -c ^p-
      """)
    #expect(run.outputText == String(repeating: expected, count: 3) + "1\n")
    #expect(run.errorText == "")
  }

  @Test(.enabled(if: isRoot, "only root can mount"))
  func aDiskWithoutExecutionIsNoReasonToFail() throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    let run = try onTemporaryDisk(
      here, "size=1m,noexec", "for i in 1 2; do \"$S\" run -O0 \"\(wasm)\" x; done")
    #expect(run.outputText == String(repeating: expected, count: 2), "\(run.errorText)")
  }

  /// Neither a new request nor the count of hits can be written. The program runs without them.
  @Test func aLimitOfFileSizesIsNoReasonToFail() throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    let script = """
      "$S" run -O0 '\(wasm)' x
      for i in 1 2; do (ulimit -f 0; exec "$S" run -O0 '\(wasm)' x) | cat; done
      rm "$C"/r-*
      for i in 1 2; do (ulimit -f 0; exec "$S" run -O0 '\(wasm)' x) | cat; done
      """
    let run = try here.shell(script)
    #expect(run.outputText == String(repeating: expected, count: 5), "\(run.errorText)")
    #expect(here.names("t").isEmpty)
    #expect(here.names("r").isEmpty)
  }

  @Test func theBoundIsKept() throws {
    let here = try CachedInstallation()
    let wasm = try program(here)
    #expect(try here.run(["run", "-O0", wasm, "x"]).outputText == expected)
    let one = try here.shell("stat -c %s \"$C\"/p-*").outputText
    let limit = 5 * (Int(one.trimmingCharacters(in: .newlines)) ?? 0) / 2
    for number in 0..<6 {
      let run = try here.run(
        ["run", "-O0", "--argv0", "\(number)", wasm, "x"],
        environment: ["SWASMC_CACHE_SIZE": "\(limit)"])
      #expect(run.outputText == expected)
      let sizes = try here.shell("find \"$C\" -type f -printf '%s\\n'").outputText
      let sum = sizes.split(separator: "\n").compactMap { Int($0) }.reduce(0, +)
      #expect(sum <= limit)
    }
    #expect(here.names("p").count == 2)
  }
}
