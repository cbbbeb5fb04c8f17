// Typing rules by instruction family. Each is shown by the smallest body that breaks it, with the offset and the
// message.

import Testing
import WasmModule

@Suite struct ValidationTests {
  @Test func mismatchNamesInstructionTypesAndOffset() {
    let body: [Byte] = [0x41, 0, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x6a, 0x1a]
    let bytes = function(body)
    let error = WasmError(
      .invalid, at: bodyStart(bytes, body) + 11,
      "type mismatch in i32.add: expected i32, found f64")
    #expect(judge(bytes) == error)
  }

  @Test(
    arguments: [
      ([0x6a, 0x1a], "type mismatch in i32.add: expected i32, found nothing"),
      ([0x1a], "type mismatch in drop: expected a value, found nothing"),
      ([0x41, 0], "type mismatch at end of function: values remaining on stack at end of block"),
      ([0x20, 7, 0x1a], "unknown local 7"),
      ([0x23, 7, 0x1a], "unknown global 7"),
      ([0x10, 7], "unknown function 7"),
      ([0x0c, 1], "unknown label 1"),
      ([0x02, 0x7f, end], "type mismatch at end of block: expected i32, found nothing"),
      (
        [0x41, 0, 0x04, 0x7f, 0x41, 0, end, 0x1a],
        "type mismatch at end of if: expected i32, found nothing"
      ),
      ([0x05], "else without if"),
      ([0x41, 0, 0x28], "unexpected end of section or function"),
      ([0x41, 0, 0x28, 3, 0, 0x1a], "alignment must not be larger than natural"),
      ([0x41, 0, 0x28, 0x42, 1, 0, 0x1a], "unknown memory 1"),
      ([0x41, 0, 0x25, 0, 0x1a], "unknown table 0"),
      ([0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 8, 0, 0], "data count section required"),
      ([0xd2, 0, 0x1a], "undeclared function reference 0"),
      ([0xd0, 5, 0x1a], "unknown type 5"),
      ([0x02, 9, end], "unknown type 9"),
      (
        [0x41, 0, 0x42, 0, 0x41, 0, 0x1b, 0x1a], "type mismatch in select: expected i32, found i64"
      ),
      (
        [0xd0, funcref, 0xd0, funcref, 0x41, 0, 0x1b, 0x1a],
        "type mismatch in select: select without a type takes numbers or vectors, found funcref and funcref"
      ),
      ([0x08, 0], "unknown tag 0"),
      ([0x0a], "type mismatch in throw_ref: expected exnref, found nothing"),
      ([0x06, 0x40, 0x09, 0, end], "invalid rethrow label 0"),
      ([0x19], "catch_all without try"),
      ([0x41, 0, 0xfd, 0x0f, 0xfd, 0x15, 16, 0x1a], "invalid lane index"),
      ([end], "instructions after the end of the function"),
    ] as [([Byte], String)])
  func wrongBodiesAreRefused(_ body: [Byte], _ message: String) {
    let error = judge(function(body))
    #expect(error?.message == message)
  }

  @Test(
    arguments: [
      [0x00], [0x00, 0x6a, 0x1a], [0x0f, 0x1a], [0x0c, 0, 0x1b, 0x1a],
      [0x02, 0x7f, 0x00, end, 0x1a], [0x00, 0x02, 0x00, end],
      [0x02, 0x40, 0x41, 0, 0x0e, 1, 0, 1, end], [0x00, 0xd5, 0, 0x1a], [0x00, 0xd1, 0x1a],
      [0x06, 0x40, 0x19, 0x09, 0, end], [0x06, 0x40, 0x06, 0x40, 0x18, 0, end],
      [0x02, 0x69, 0x1f, 0x40, 1, 3, 0, end, 0x00, end, 0x1a], [0xfe, 3, 0],
    ] as [[Byte]])
  func rightBodiesAreAccepted(_ body: [Byte]) {
    #expect(judge(function(body)) == nil)
  }

  @Test func bodyWithoutEndIsMalformed() {
    let bytes = module(
      section(.type, [1, 0x60, 0, 0]), section(.function, [1, 0]), section(.code, [1, 2, 0, 0x01]))
    #expect(judge(bytes)?.kind == .malformed)
  }

  @Test func branchTableTargetsTakeTheSameNumberOfValues() {
    let body: [Byte] = [0x02, 0x7f, 0x41, 0, 0x41, 0, 0x0e, 1, 0, 1, end, 0x1a]
    #expect(
      judge(function(body))?.message == "type mismatch in br_table: targets take 0 and 1 values")
  }

  @Test func nonNullLocalsAreSetBeforeTheyAreRead() {
    let locals: [Byte] = [1, 1, 0x64, 0]
    #expect(judge(function(locals: locals, [0x20, 0, 0x1a]))?.message == "uninitialized local 0")
    // What is set inside a block counts only there. The value comes from a polymorphic stack.
    let set: [Byte] = [0x02, 0x40, 0x00, 0x21, 0, 0x20, 0, 0x1a, end]
    #expect(judge(function(locals: locals, set)) == nil)
    #expect(
      judge(function(locals: locals, set + [0x20, 0, 0x1a]))?.message == "uninitialized local 0")
  }

  @Test func localsBeyondTheFlatOnesKeepTheirTypes() {
    let locals: [Byte] = [3, 40, i32, 60, i64, 100, f32]
    #expect(judge(function([], [i64], locals: locals, [0x20, 99])) == nil)
    #expect(judge(function([], [f32], locals: locals, [0x20, 100])) == nil)
    #expect(judge(function([], [f32], locals: locals, [0x20, 0xc7, 1])) == nil)
    #expect(
      judge(function([], [f32], locals: locals, [0x20, 0xc8, 1]))?.message == "unknown local 200")
  }

  @Test func tailCallsReturnWhatTheCallerReturns() {
    #expect(judge(function([], [i32], [0x12, 0])) == nil)
    let types = section(.type, vector([functionType([], [i32]), functionType([], [])]))
    let bytes = module(
      types, section(.function, [2, 0, 1]),
      section(.code, vector([sized([0, 0x12, 1, end]), sized([0, end])])))
    #expect(judge(bytes)?.message == "type mismatch in return_call: expected 1 values, found 0")
  }

  @Test func factsNameLoopsDepthsAndAssignments() throws {
    // loop { local.set 1; loop { local.set 0 } } with an assignment of local 2 outside.
    let body: [Byte] = [
      0x41, 0, 0x21, 2, 0x03, 0x40, 0x41, 0, 0x21, 1, 0x03, 0x40, 0x41, 0, 0x22, 0, 0x1a, end, end,
    ]
    let bytes = function(locals: [1, 3, i32], body)
    let validated = try validate(bytes)
    let facts = validated.facts[0]
    #expect(facts.labelDepth == 3 && facts.operandDepth == 1 && facts.instructionCount == 12)
    let loops = validated.loops[facts.loops]
    let start = bodyStart(bytes, body)
    #expect(loops.map(\.offset) == [start + 4, start + 10])
    let assigned = loops.map { Set(validated.loopAssignments[$0.assignments].map(\.raw)) }
    #expect(assigned == [[0, 1], [0]])
  }

  @Test func typedReferencesMatchByStructure() {
    // Types 0 and 1 are equal, so a reference to one may be called through the other.
    let types = section(.type, vector([functionType([], []), functionType([], [])]))
    let body: [Byte] = [0, 0xd2, 0, 0x14, 1, end]
    let bytes = module(
      types, section(.function, [1, 0]), section(.export, vector([name("f") + [0, 0]])),
      section(.code, vector([sized(body)])))
    #expect(judge(bytes) == nil)
  }
}
