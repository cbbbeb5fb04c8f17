// Some values are hidden from the SLP vectoriser. Afterwards nothing may be left of the code that hides them.
import Testing

private let loop = """
  define i32 @f(i32 %n) {
  entry:
    br label %head
  head:
    %i = phi i32 [ 0, %entry ], [ %next, %head ]
    %square = mul i32 %i, %i
    %next = add i32 %i, 1
    %again = icmp ult i32 %next, %n
    br i1 %again, label %head, label %exit
  exit:
    %last = phi i32 [ %square, %head ]
    %sum = add i32 %next, %last
    ret i32 %sum
  }
  """

@Suite struct LoopValueTests {
  @Test func useBehindTheLoopSeesACopy() throws {
    let text = try split(loop, by: "hide-loop-values")
    #expect(text.components(of: "asm \"# value of a loop\"") == 1)
    #expect(text.contains("(i32 %next)"))
    #expect(text.contains("mul i32 %i, %i"))
    #expect(text.contains("phi i32 [ %square, %head ]"))
  }

  @Test func nothingIsLeftOfTheCopies() throws {
    let text = try split(try split(loop, by: "hide-loop-values"), by: "show-loop-values")
    #expect(!text.contains("asm"))
    #expect(text.contains("add i32 %next, %last"))
  }

  @Test func valueOutsideOfLoopsIsLeftAlone() throws {
    let text = try split(
      "define i32 @f(i32 %n) {\n  %a = add i32 %n, 1\n  br label %b\nb:\n  %c = mul i32 %a, %a\n  ret i32 %c\n}",
      by: "hide-loop-values")
    #expect(!text.contains("asm"))
  }
}
