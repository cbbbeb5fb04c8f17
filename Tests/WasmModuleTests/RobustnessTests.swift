// Hostile input is accepted or refused. It never causes a crash, a hang, or more memory than the file justifies.

import Testing
import WasmModule

@Suite struct RobustnessTests {
  /// A valid module with every section, and instructions of each family: control, calls, variables, references, tables,
  /// memory, numbers, wide arithmetic, vectors, atomics, exceptions.
  static let whole: [Byte] = {
    let body: [Byte] = [
      2, 2, i32, 1, v128, 0x03, 0x40, 0x20, 0, 0x41, 0x80, 0x01, 0x6a, 0x22, 2, 0x0d, 0, end, 0x20,
      0,
      0x28, 2, 0x10, 0x41, 0, 0x11, 1, 0, 0x02, 0x40, 0x41, 2, 0x0e, 2, 0, 0, 0, end, 0x02, 0x40,
      0x1f, 0x40, 1, 0, 0, 0, end, end, 0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 8, 0, 0, 0x41, 0, 0xfd,
      0x0f, 0x21, 3, 0x20, 0,
      0x04, 0x7f, 0x41, 1, 0x05, 0x10, 0, end, 0x1a, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xfc, 2,
      0x1a, 0xd2, 0, 0x1a, 0xd0, 0x6f, 0xd1, 0x24, 1, 0x06, 0x40, 0x19, end, 0x23, 0, 0x1a,
      // table.set of table.get, table.size, i32.store, i64.mul_wide_s
      0x41, 0, 0x41, 0, 0x25, 0, 0x26, 0, 0xfc, 16, 0, 0x1a, 0x41, 0, 0x41, 1, 0x36, 2, 0, 0x42, 1,
      0x42, 2, 0xfc, 21, 0x1a, 0x1a,
      // i32.atomic.load
      0x41, 9, 0xfe, 0x10, 2, 0, end,
    ]
    let types = vector([
      functionType([], [i32]), functionType([i32], []), functionType([], []),
      functionType([i32], [i32]),
    ])
    return module(
      section(.type, types), section(.import, vector([name("env") + name("f") + [0, 0]])),
      section(.function, [2, 3, 2]), section(.table, [1, funcref, 1, 1, 4]),
      section(.memory, [1, 1, 1, 2]), section(.tag, [1, 0, 2]),
      section(.global, vector([[i64, 0, 0x42, 5, end], [i32, 1, 0x41, 5, end]])),
      section(.export, vector([name("run") + [0, 1], name("memory") + [2, 0]])),
      section(.start, [2]), section(.element, vector([[0, 0x41, 0, end, 2, 0, 1]])),
      section(.dataCount, [1]), section(.code, vector([sized(body), sized([0, end])])),
      section(.data, vector([[1, 3, 1, 2, 3]])),
      section(.custom, name("name") + [1] + sized([1, 1] + name("run"))))
  }()

  @Test func theSampleIsValid() {
    #expect(judge(Self.whole) == nil)
  }

  @Test func everyTruncationIsJudgedWithinTheFile() {
    // A prefix can be a module only if it ends where a section begins. There are 14 sections, so at most 14 prefixes
    // are accepted.
    var accepted = 0
    for length in 0..<Self.whole.count {
      let error = judge(Array(Self.whole.prefix(length)))
      #expect((error?.offset ?? 0) <= length)
      if error == nil { accepted += 1 }
    }
    #expect(accepted <= 14)
  }

  @Test func everyFlippedBitIsJudgedWithoutCrashing() {
    var refused = 0
    for position in Self.whole.indices {
      for bit in 0..<8 {
        var bytes = Self.whole
        bytes[position] ^= 1 << Byte(bit)
        if let error = judge(bytes) {
          refused += 1
          #expect(error.offset >= 0 && error.offset <= bytes.count)
        }
      }
    }
    #expect(refused > Self.whole.count * 4)
  }

  @Test func randomChangesAreJudgedWithoutCrashing() {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    for _ in 0..<20_000 {
      var bytes = Self.whole
      for _ in 0...random(6) {
        let position = 8 + random(bytes.count - 8)
        switch random(3) {
        case 0: bytes[position] = Byte(random(256))
        case 1: bytes.insert(Byte(random(256)), at: position)
        default: bytes.remove(at: position)
        }
      }
      if let error = judge(bytes) { #expect(error.offset <= bytes.count) }
    }
  }

  @Test func countsThatDoNotFitAreRefused() {
    for id in [
      SectionID.type, .import, .function, .table, .memory, .global, .export, .element, .code, .data,
      .tag,
    ] {
      let error = judge(module(section(id, [0xff, 0xff, 0xff, 0xff, 0x0f])))
      #expect(error?.kind == .malformed, "\(id)")
    }
    let table: [Byte] = [0x41, 0, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f]
    #expect(
      judge(function(table))?.message == "unexpected end: 4294967295 br_table targets do not fit")
  }

  @Test func localsAreLimited() {
    let declare = { (count: Int) in [1] + leb(count) + [i32] }
    #expect(judge(function(locals: declare(50_000), [])) == nil)
    let error = judge(function(locals: declare(50_001), []))
    #expect(error?.kind == .limit)
    #expect(error?.message == "implementation limit: more than 50000 locals")
    let many: [Byte] = [2] + leb(0xffff_ffff) + [i32] + leb(1) + [i32]
    #expect(judge(function(locals: many, []))?.message == "too many locals")
  }

  @Test func parametersCountAmongTheLocals() {
    let error = judge(function([i32], [], locals: [1] + leb(50_000) + [i32], []))
    #expect(error?.kind == .limit)
  }

  @Test func hugeFunctionsAreLimited() {
    let body = [Byte](repeating: 0x01, count: 7_654_321)
    #expect(judge(function(body))?.kind == .limit)
  }

  @Test func deepNestingNeedsNoStack() throws {
    let depth = 200_000
    let open = [[Byte]](repeating: [0x02, 0x40], count: depth).flatMap { $0 }
    let bytes = function(open + [Byte](repeating: end, count: depth))
    #expect(try validate(bytes).facts[0].labelDepth == depth + 1)
    #expect(judge(function(open))?.kind == .malformed)
  }

  @Test func branchTablesMayHaveManyTargets() {
    let targets = [Byte](repeating: 0, count: 100_000)
    #expect(judge(function([0x41, 0, 0x0e] + leb(targets.count) + targets + [0])) == nil)
  }
}
