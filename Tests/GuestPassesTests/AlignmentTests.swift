// Functions begin at cache lines, except those that rarely run or must be small.
import Testing

private let module = """
  define i32 @hot(i32 %a) {
    ret i32 %a
  }
  define i32 @rare(i32 %a) cold {
    ret i32 %a
  }
  define i32 @small(i32 %a) optsize {
    ret i32 %a
  }
  """

/// The names of the functions that begin at a cache line.
private func aligned(level: UInt32) throws -> [String] {
  let definitions = try optimized(module, level: level).split(separator: "\n").filter {
    $0.hasPrefix("define")
  }
  return ["hot", "rare", "small"].filter { name in
    definitions.contains { $0.contains("@\(name)(") && $0.contains("align 64") }
  }
}

@Suite struct AlignmentTests {
  @Test(arguments: [2, 3] as [UInt32])
  func hotFunctionsBeginAtCacheLines(level: UInt32) throws {
    #expect(try aligned(level: level) == ["hot"])
  }

  @Test(arguments: [0, 1] as [UInt32])
  func functionsStayCloseTogether(level: UInt32) throws {
    #expect(try aligned(level: level) == [])
  }
}
