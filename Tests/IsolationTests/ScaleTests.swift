// Functions with hundreds of comparisons. The check finds the one that matters, and its work stays within the budget.
import Testing

@Suite struct ScaleTests {
  /// `count` ranges of `%n` bytes. The first begins at `%w`, and each begins 16 bytes after the one before. All except
  /// `uncompared` are compared in turn.
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
  func oneUncomparedRangeAmongManyIsFound(_ index: Int) throws {
    try expectRefused(
      fills(150, uncompared: index), "an access that may lie outside guest memory")
  }

  /// `count` conditions of sums, differences and masks of the same few numbers, which cost much and prove nothing; then
  /// one access, which the comparison with `%limit` proves.
  private func mixed(_ count: Int, limit: String) -> String {
    let conditions = (0..<count).map { at in
      """
        %m\(at) = and i32 %a\(at), \(at * 8 + 7)
        %s\(at) = add i32 %a\(at), %b
        %d\(at) = sub i32 %n, %m\(at)
        %c\(at) = icmp ult i32 %s\(at), %d\(at)
        br i1 %c\(at), label %j\(at), label %t\(at)
      t\(at):
        %e\(at) = add i32 %d\(at), \(at)
        br label %j\(at)
      j\(at):
        %a\(at + 1) = phi i32 [ %a\(at), %\(at == 0 ? "entry" : "j\(at - 1)") ], [ %e\(at), %t\(at) ]

      """
    }
    return function(
      """
        \(conditions.joined())
        %z = zext i32 %a\(count) to i64
        %few = icmp ult i64 %bytes1, 4
        %last = sub i64 %bytes1, 4
        %far = icmp ugt i64 %z, \(limit)
        %oob = or i1 %few, %far
        br i1 %oob, label %end, label %ok
      ok:
        %p = getelementptr i8, ptr %base1, i64 %z
        store i32 1, ptr %p
        br label %end
      end:
        ret void
      """, parameters: "i32 %a0, i32 %b, i64 %w, i32 %n")
  }

  @Test(arguments: [1, 240, 1000])
  func factsLeaveEnoughForProofs(_ count: Int) throws {
    try expectProven(mixed(count, limit: "%last"))
    try expectRefused(
      mixed(count, limit: "%bytes1"), "an access that may lie outside guest memory")
  }
}
