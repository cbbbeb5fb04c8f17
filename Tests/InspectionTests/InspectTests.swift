// What `swasmc inspect` finds in modules, components and executables, valid and not.

import CSwasmABI
import Foundation
import ObjectFile
import Policy
import System
import TestSupport
import Testing
import WasmModule

@testable import Driver
@testable import Inspection

@Suite struct CapabilityTests {
  /// Without a capability, a call would be missing in what people read about a program.
  @Test func eachCallOfPreview1HasACapability() {
    for position in 0..<swasm_wasi_call_count {
      let name = String(cString: swasm_wasi_call_at(position).pointee.name)
      #expect(Capability(preview1: name) != nil, "\(name)")
    }
  }

  @Test func eachFunctionOfWASI02HasACapability() {
    for position in 0..<swasm_wasi2_count {
      let row = swasm_wasi2_at(position).pointee
      let (interface, name) = (String(cString: row.interface), String(cString: row.name))
      #expect(Capability(interface: interface, function: name) != nil, "\(interface)#\(name)")
    }
  }

  @Test func otherNamesHaveNone() {
    #expect(Capability(preview1: "proc_spawn") == nil)
    #expect(Capability(interface: "wasi:http/types", function: "f") == nil)
  }
}

@Suite(.enabled(if: assembles, "`make setup` installs wasm-tools")) struct ModuleReportTests {
  private static let everything = #"""
    (module $all
      (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "path_open" (func (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_read" (func (param i64)))
      (import "env" "log" (func (param i32)))
      (import "env" "base" (global i32))
      (memory (export "memory") 1 4)
      (table (export "table") 2 funcref)
      (global (export "counter") (mut i64) (i64.const 0))
      (tag (export "thrown") (param i32))
      (func $init (drop (i32.extend8_s (i32.const 1))))
      (func (export "f") (param i32 v128) (result i32 i32) (i32.const 1) (i32.const 2))
      (func (export "g") (param i32) (nop) (nop) (nop) (nop) (nop) (nop) (nop) (nop) (nop))
      (start $init))
    """#

  @Test func textShowsEverything() throws {
    try expectGolden(try report(wat: Self.everything).text.text, "everything.txt")
  }

  @Test func jsonShowsEverything() throws {
    let text = try report(wat: Self.everything).json
    try expectGolden(text, "everything.json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["valid"] as? Bool == true)
    #expect((object["unknownImports"] as? [Any])?.count == 3)
  }

  @Test func aComponentIsShownAsWIT() throws {
    try expectGolden(
      try report(
        wat: """
          (component
            (import "a:b/points@1.0.0" (instance $i
              (type $p' (record (field "x" u32)))
              (export "p" (type $p (eq $p')))
              (export "draw" (func (param "at" $p)))))
            (alias export $i "p" (type $p))
            (import "root" (func (param "s" string)))
            (import "wasi:clocks/wall-clock@0.2.3" (instance
              (type $d (record (field "seconds" u64) (field "nanoseconds" u32)))
              (export "datetime" (type $e (eq $d)))
              (export "now" (func (result $e)))))
            (import "other:thing/log@0.1.0" (instance (export "write" (func (param "s" string)))))
            (core module $m
              (memory (export "m") 1)
              (func (export "f") (param i32) (result i32) (local.get 0))
              (func (export "n") (param i32))
              (func (export "a") (param i32 i32 i32 i32) (result i32) (i32.const 0)))
            (core instance $m (instantiate $m))
            (type $r (resource (rep i32)))
            (func $make (param "x" u32) (result (own $r)) (canon lift (core func $m "f")))
            (component $c
              (import "r" (type $r (sub resource)))
              (import "make" (func $make (param "x" u32) (result (own $r))))
              (type $k' (variant (case "record" u32) (case "none")))
              (export $k "variant" (type $k'))
              (export $s "r" (type $r))
              (export "[constructor]r" (func $make) (func (param "x" u32) (result (own $s))))
              (export "[static]r.many" (func $make) (func (param "x" u32) (result (own $s)))))
            (instance $i2 (instantiate $c (with "r" (type $r)) (with "make" (func $make))))
            (export "a:b/things@1.0.0" (instance $i2))
            (func $f (param "p" $p) (result (tuple u32 (option u32)))
              (canon lift (core func $m "f") (memory (core memory $m "m"))))
            (export "f" (func $f)))
          """
      ).text.text, "component.txt")
  }

  @Test(arguments: [
    (#"(import "env" "memory" (memory 1 2 shared))"#, "threads"),
    (#"(import "wasi" "thread-spawn" (func (param i32) (result i32)))"#, "threads"),
    (#"(import "wbg" "__wbg_log_1" (func))"#, "wasm-bindgen"),
    (#"(import "env" "emscripten_resize_heap" (func (param i32) (result i32)))"#, "emscripten"),
    (#"(import "gojs" "runtime.wasmExit" (func (param i32)))"#, "go-js"),
    (#"(import "env" "abort" (func (param i32 i32 i32 i32)))"#, "assemblyscript"),
    (#"(type (struct (field i32)))"#, "garbage-collection"),
    (#"(@custom "dylink.0" "")"#, "shared-library"),
  ])
  func otherHostsAreRecognised(item: String, key: String) throws {
    let report = try report(wat: "(module \(item))")
    #expect(report.notes.map(\.key) == [key])
  }

  @Test func theShortNamesOfEmscriptenAreRecognised() throws {
    let imports = ["a", "b", "c"].map { #"(import "a" "\#($0)" (func))"# }.joined()
    #expect(try report(wat: "(module \(imports))").notes.map(\.key) == ["emscripten"])
  }

  @Test func aModuleThatIsNotValidIsShownAsFarAsItCanBeRead() throws {
    var bytes = try assembled(Self.everything)
    for count in 9..<bytes.count {
      let report = try report(Array(bytes.prefix(count)))
      #expect(report.problem != nil || report.sections.reduce(8) { $0 + $1.bytes } == count)
      #expect(report.problem == nil || report.suggestion == nil)
      _ = (report.text, report.json)
    }
    bytes[bytes.count - 12] ^= 0x55
    _ = try report(bytes).text
  }

  /// Each function is larger than the one before, and there are as many exports: no work may be done for each pair.
  @Test func manyFunctionsAndExportsAreShown() throws {
    let count = 3000
    let functions = (0..<count).map { number in
      "(func (export \"f\(number)\")\(String(repeating: " nop", count: number / 8)))"
    }
    let report = try report(wat: "(module \(functions.joined()))")
    #expect(report.largestFunctions.count == 10)
    #expect(report.largestFunctions.allSatisfy { $0.name?.hasPrefix("f29") == true })
    #expect(report.text.text.contains("and \(count - 40) more"))
  }

  @Test func mutantsOfComponentsAreShown() throws {
    var bytes = try assembled(addComponent)
    for position in 8..<bytes.count {
      let old = bytes[position]
      for value in [0, 0x7f, 0xff, old ^ 1] as [UInt8] {
        bytes[position] = value
        _ = try report(bytes).json
      }
      bytes[position] = old
    }
  }

  @Test func namesAreSafeToPrint() throws {
    let report = try report(
      wat: #"(module (import "x\07" "y\0a" (func)) (func (export "a\u{1b}[31m\u{202e}b")))"#)
    #expect(report.text.text.contains("a?[31m?b"))
    #expect(!report.text.text.unicodeScalars.contains { $0.isHidden && $0 != "\n" })
    #expect(report.json.contains("\\u001b"))
  }
}

@Suite struct ExecutableReportTests {
  private static let options = [
    "--dir", "data::/d:ro", "--env", "A=b", "--env", "HOME", "--inherit-env", "--listen",
    "127.0.0.1:80", "--connect", "a.com:443", "--resolve", "*.b.com", "--max-memory", "1M",
    "--stack-size", "64K", "--max-fds", "9", "--timeout", "1500ms", "--deterministic", "7",
    "--stdin", "null", "--argv0", "me", "--harden", "require", "--sealed",
  ]

  @Test(.enabled(if: assembles && workspace.swasmc != nil))
  func anExecutableSaysHowItWasMade() throws {
    let scratch = try ScratchDirectory()
    let (module, app) = (scratch.path + "/a.wasm", scratch.path + "/a")
    let bytes = try assembled(#"(module (func (export "_start")))"#)
    try Data(bytes).write(to: URL(fileURLWithPath: module))
    try ProcessRun.require(
      try #require(workspace.swasmc),
      [module, "-o", app, "-O1", "--bounds-checks", "explicit", "--strip"] + Self.options)
    let executable = [UInt8](try Data(contentsOf: URL(fileURLWithPath: app)))
    let report = try ExecutableReport(InputFile(name: "app", bytes: executable))
    let words = report.policy.commandLine.flatMap { [$0.name] + ($0.value.map { ["\($0)"] } ?? []) }
    try expectGolden(words.joined(separator: " ") + "\n", "executable.txt")
    #expect(report.build["bounds-checks"] == "explicit")
    #expect(report.build["optimization"] == "1")
    #expect(report.build["strip"] == "yes")
    #expect(report.text.text.contains("It is sealed"))
    // Whatever is changed in it, it is shown or refused.
    var damaged = executable
    for position in stride(from: 0, to: damaged.count, by: 61) {
      let old = damaged[position]
      damaged[position] = 0xff
      _ = try? Inspection(InputFile(name: "app", bytes: damaged), asJSON: true)
      damaged[position] = old
    }
  }

  @Test func otherFilesAreRefused() throws {
    for (path, what) in [("/bin/true", "was not made by swasmc"), ("/etc/passwd", "magic header")] {
      let error = #expect(throws: DriverError.self) {
        try Inspection(path: HostString(path), asJSON: false)
      }
      #expect(error?.message.text.contains(what) == true, "\(error?.message.text ?? "")")
      #expect(error?.exitStatus == 1)
    }
  }
}

@Suite struct PolicyReadingTests {
  @Test func aPolicyIsReadBack() throws {
    var policy = Policy()
    policy.directories = [DirectoryGrant(host: "a", guest: "/b", readOnly: true)]
    policy.environment = [
      try #require(EnvironmentGrant("A=b=c")), try #require(EnvironmentGrant("B")),
    ]
    policy.sealed = true
    policy.maxMemory = ByteSize(bytes: 5)
    policy.hardening = .require
    policy.standardStreams.output = .null
    policy.deterministicSeed = 0
    policy.invoke = "f(1)"
    #expect(Policy(encoded: policy.encoded()) == policy)
    let bytes = policy.encoded()
    for count in 0..<bytes.count { #expect(Policy(encoded: bytes.prefix(count)) == nil) }
    #expect(Policy(encoded: [99, 0, 0, 0, 0, 0, 0, 0] + bytes) == nil)
  }
}
