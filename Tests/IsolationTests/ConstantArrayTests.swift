// Places in constant arrays that LLVM chooses by phis, selects and arrays of numbers, and code that is loaded from
// there.
import Testing

private let outside = "an access that may lie outside its object"
private let unproven = "an indirect call whose target is not proven to have its type"

/// Two functions of different types.
private let functions = """
  define internal fastcc i32 @g(i32 %x) {
    ret i32 %x
  }
  define internal fastcc i64 @h(i32 %x) {
    ret i64 0
  }

  """

@Suite struct ChosenPlaceTests {
  /// A call of code from one of many places, which a switch chooses.
  private func chosen(among count: Int, odd: Int? = nil, first: Int = 0) -> String {
    let cases = (0..<count).map { "i32 \($0), label %c\($0)" }.joined(separator: " ")
    let blocks = (0..<count).map { "c\($0):\nbr label %go" }.joined(separator: "\n")
    let places = (0..<count).map { "[ \(first + 8 * $0 + (odd == $0 ? 4 : 0)), %c\($0) ]" }
    return function(
      """
        switch i32 %a, label %no [ \(cases) ]
        \(blocks)
      go:
        %o = phi i64 \(places.joined(separator: ", "))
        %p = getelementptr i8, ptr @targets, i64 %o
        %code = load ptr, ptr %p
        %r = call fastcc i32 %code(i32 %b)
        ret void
      no:
        ret void
      """)
      + "@targets = internal constant [\(count) x ptr] ["
      + (0..<count).map { $0 % 2 == 0 ? "ptr @g" : "ptr null" }.joined(separator: ", ") + "]\n"
      + functions
  }

  @Test(arguments: [2, 12, 40])
  func codeMayComeFromManyPlaces(_ count: Int) throws {
    try expectProven(chosen(among: count))
    for odd in [0, count - 1] {
      #expect(try failures(chosen(among: count, odd: odd))["f"] != nil)
    }
    try expectRefused(chosen(among: count, first: 8), outside)
  }

  /// A place that is read from an array of numbers.
  private func looked(
    up numbers: String, type: String = "i64", count: Int = 3, storage: String = "internal constant"
  ) -> String {
    function(
      """
        %c = icmp ult i32 %a, \(count)
        br i1 %c, label %go, label %no
      go:
        %z = zext i32 %a to i64
        %n1 = getelementptr \(type), ptr @numbers, i64 %z
        %l = load \(type), ptr %n1
        %o = \(type == "i64" ? "add i64 %l, 0" : "zext \(type) %l to i64")
        %p = getelementptr i8, ptr @targets, i64 %o
        %q = getelementptr i8, ptr %p, i64 -16
        %code = load ptr, ptr %q
        %r = call fastcc i32 %code(i32 %b)
        ret void
      no:
        ret void
      """)
      + "@numbers = \(storage) [3 x \(type)] [\(numbers)]\n"
      + "@targets = internal constant [3 x ptr] [ptr @g, ptr null, ptr @g]\n" + functions
  }

  @Test func aPlaceMayComeFromAnArrayOfNumbers() throws {
    try expectProven(looked(up: "i64 16, i64 32, i64 24"))
    try expectProven(looked(up: "i8 16, i8 32, i8 24", type: "i8"))
    #expect(try failures(looked(up: "i64 16, i64 28, i64 24"))["f"] != nil)
    try expectRefused(looked(up: "i64 16, i64 40, i64 24"), outside)
    try expectRefused(looked(up: "i64 8, i64 32, i64 24"), outside)
    try expectRefused(looked(up: "i64 16, i64 32, i64 24", count: 4), outside)
    // Somebody could write these.
    let variable = looked(up: "i64 16, i64 32, i64 24", storage: "internal global")
    #expect(try failures(variable)["f"] != nil)
  }
}

@Suite struct ConstantPointerTests {
  /// A part of an array that is 0 as a whole holds null, from which a large object would reach far.
  @Test func partsThatAreZeroHoldNull() throws {
    func access(_ first: String) -> String {
      function(
        """
          %c = icmp ult i32 %a, 2
          br i1 %c, label %go, label %no
        go:
          %z = zext i32 %a to i64
          %p = getelementptr [1 x ptr], ptr @places, i64 %z
          %q = load ptr, ptr %p
          %e = getelementptr i8, ptr %q, i64 1000000
          %v = load i8, ptr %e
          store i8 %v, ptr %base
          ret void
        no:
          ret void
        """) + "@large = internal constant [1048576 x i8] zeroinitializer\n"
        + "@places = internal constant [2 x [1 x ptr]] [[1 x ptr] \(first), [1 x ptr] [ptr @large]]\n"
    }
    try expectProven(access("[ptr @large]"))
    #expect(try failures(access("[ptr null]"))["f"] != nil)
    #expect(try failures(access("zeroinitializer"))["f"] != nil)
  }
}

@Suite struct LookupChainTests {
  /// Loads from an array of even numbers, each at the place that the load before gave.
  private func chain(of count: Int) -> String {
    var body = "%i0 = and i64 %w, 6\n"
    for step in 1...count {
      body += "%p\(step) = getelementptr i8, ptr @numbers, i64 %i\(step - 1)\n"
      body += "%n\(step) = load i16, ptr %p\(step)\n%i\(step) = zext i16 %n\(step) to i64\n"
    }
    return function(body + "ret void")
      + "@numbers = internal constant [4 x i16] [i16 2, i16 6, i16 4, i16 0]\n"
  }

  @Test(arguments: [2, 20, 100])
  func eachLookupIsAskedAboutOnce(_ count: Int) throws { try expectProven(chain(of: count)) }

  @Test func theCheckOfALongChainEnds() throws { _ = try failures(chain(of: 3000)) }
}

@Suite struct JoinedComparisonTests {
  /// Code from an entry of a shared table, where two blocks meet that each compared the entry's number.
  private func joined(
    second: String = "%q", number: Int = 1, place: String = "%p", head: String = ""
  ) -> String {
    function(
      """
        %k = and i32 %a, 1
        %i = zext i32 %k to i64
        %p = getelementptr { ptr, i64 }, ptr @t, i64 %i
        %q = getelementptr i8, ptr %p, i64 8
        %other = getelementptr i8, ptr @t, i64 8
        %c = icmp eq i32 %b, 0
        br i1 %c, label %left, label %right
      left:
        %id = load i32, ptr %q
        %e = icmp eq i32 %id, 1
        br i1 %e, label %meet, label %no
      right:
        %id2 = load i32, ptr \(second)
        %e2 = icmp eq i32 %id2, \(number)
        br i1 %e2, label %meet, label %no
      meet:
        \(head)
        %code = load ptr, ptr \(place)
        %r = call fastcc i32 %code(i32 %a)
        ret void
      no:
        ret void
      """)
      + "@t = internal constant [2 x { ptr, i64 }] "
      + "[{ ptr, i64 } { ptr @g, i64 1 }, { ptr, i64 } { ptr @h, i64 2 }]\n" + functions
  }

  @Test func theComparisonsOfTwoJoinedBlocksProveOneCall() throws {
    try expectProven(joined())
    try expectRefused(joined(number: 2), unproven)
    try expectRefused(joined(second: "%other"), unproven)
    let chosen = "%m = phi ptr [ %p, %left ], [ getelementptr (i8, ptr @t, i64 16), %right ]"
    try expectRefused(joined(place: "%m", head: chosen), unproven)
    let later =
      "%j = phi i64 [ %i, %left ], [ 1, %right ]\n%m = getelementptr { ptr, i64 }, ptr @t, i64 %j"
    try expectRefused(joined(place: "%m", head: later), unproven)
  }
}
