// The data for the runtime must be as lowering wrote it.
import Testing

@Suite struct DescriptorTests {
  /// A descriptor of a list of sizes, a list that leads back to it, and a function.
  private func module(
    sizes: String = "[3 x i64] [i64 1, i64 2, i64 0]", function name: String = "f",
    first: String = "ptr @sizes", back: String = "ptr @swasm_main_program",
    sizesName: String = "sizes"
  ) -> String {
    function("  ret void") + """
      define fastcc void @k() {
        ret void
      }
      @\(sizesName) = private unnamed_addr constant \(sizes)
      @names = private constant { ptr, [4 x i8] } { \(back), [4 x i8] c"abc\\00" }
      @swasm_main_program = hidden constant { ptr, i32, ptr, ptr } {
        \(first), i32 7, ptr @\(name), ptr @names
      }
      """
  }

  private func expectSame(as changed: String, _ isSame: Bool) throws {
    let reasons = Set(try failures(changed, original: module()).values)
    #expect(reasons == (isSame ? [] : ["a descriptor that is not the module's"]))
  }

  @Test func anotherFormOfTheSameDataIsAccepted() throws {
    try expectSame(as: module(), true)
    try expectSame(as: module(first: "ptr @other", sizesName: "other"), true)
  }

  @Test func otherDataIsRefused() throws {
    try expectSame(as: module(sizes: "[3 x i64] [i64 1, i64 3, i64 0]"), false)
    try expectSame(as: module(sizes: "[3 x i64] [i64 1, i64 2, i64 1]"), false)
    try expectSame(as: module(sizes: "[4 x i64] [i64 1, i64 2, i64 0, i64 0]"), false)
    try expectSame(as: module(function: "k"), false)
    try expectSame(as: module(first: "ptr getelementptr (i8, ptr @sizes, i64 8)"), false)
    try expectSame(as: module(back: "ptr @names"), false)
    try expectSame(as: module(back: "ptr null"), false)
  }
}
