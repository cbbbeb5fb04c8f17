// Functions of hundreds of comparisons: the one that counts is found, and the work stays within the budget.
import Testing

@Suite struct ScaleTests {
  /// `count` ranges of `%n` bytes that begin at `%w` and 16 bytes further each, compared in turn but for one.
  private func fills(_ count: Int, uncompared: Int? = nil) -> String {
    let fills = (0..<count).map { index in
      let at = "\(index)"
      let start = index == 0 ? "%w" : "%w\(index)"
      let begin = index == 0 ? "" : "  %w\(index) = add i64 %w, \(index * 16)\n"
      let compared = """
          %few\(at) = icmp ult i64 %bytes1, %count
          %last\(at) = sub i64 %bytes1, %count
          %far\(at) = icmp ugt i64 \(start), %last\(at)
          %oob\(at) = or i1 %few\(at), %far\(at)
          br i1 %oob\(at), label %end, label %ok\(at)
        ok\(at):

        """
      return begin + (index == uncompared ? "" : compared) + """
          %to\(at) = getelementptr i8, ptr %base1, i64 \(start)
          call void @llvm.memset.p0.i64(ptr %to\(at), i8 0, i64 %count, i1 false)

        """
    }
    return function(
      "  %count = zext i32 %n to i64\n" + fills.joined() + "  br label %end\nend:\n  ret void")
  }

  @Test(arguments: [1, 10, 150])
  func eachRangeIsProvenByItsOwnComparison(_ count: Int) throws {
    try expectProven(fills(count))
  }

  @Test(arguments: [0, 75, 149])
  func oneThatIsNotComparedIsFound(_ index: Int) throws {
    try expectRefused(
      fills(150, uncompared: index), "an access that may lie outside guest memory")
  }
}
