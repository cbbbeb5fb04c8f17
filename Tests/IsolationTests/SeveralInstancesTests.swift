// A program of two instances. The runtime gets the head of one of them, and numbers that belong to the same instance.

import Testing

private func thrown(at offset: Int, tag: Int, values: Int = 1) -> String {
  function(
    """
      %x = call ptr @swasm_exception_new(ptr getelementptr (i8, ptr @swasm_main_state, i64 \(offset)), i32 \(tag), i32 \(values))
      ret void
    """)
}

private func read(at offset: Int) -> String {
  function(
    "  %x = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 \(offset))\n  ret void")
}

@Suite struct SeveralInstancesTests {
  @Test func eachInstanceHasItsOwnTags() throws {
    try expectProven(thrown(at: 0, tag: 1, values: 2))
    try expectProven(thrown(at: 832, tag: 0))
    try expectRefused(thrown(at: 832, tag: 1, values: 2), "what is passed is no tag's number")
    try expectRefused(
      thrown(at: 832, tag: 0, values: 2), "what is passed is not the number of the tag's values")
  }

  @Test(arguments: [8, 64, 824, 840, 896, 1024])
  func onlyTheHeadOfAnInstanceIsPassed(offset: Int) throws {
    try expectRefused(thrown(at: offset, tag: 0), "what is passed is not an instance")
  }

  @Test func guestCodeDoesNotReadHeads() throws {
    for offset in [832, 856, 888] {
      try expectRefused(
        read(at: offset), "an access to a part of an instance that is not the guest's")
    }
  }
}
