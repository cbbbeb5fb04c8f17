// Phis that pass pointers to each other.

import Testing

@Suite struct PointerWebTests {
  /// Blocks that branch to each other in every way, each with a phi of all the others' pointers.
  ///
  /// - Parameters:
  ///   - first: The pointer that each block gets from the entry.
  ///   - access: The instructions of the last block.
  private func web(of count: Int, first: (Int) -> String, added: Int = 0, access: String) -> String
  {
    let cases = { (own: Int) in
      (0..<count).map { "i32 \($0), label %b\($0)" }.joined(separator: " ")
    }
    var body = "switch i32 %a, label %end [ \(cases(-1)) ]\n"
    for own in 0..<count {
      let others = (0..<count).map { "[ %q\($0), %b\($0) ]" }.joined(separator: ", ")
      body += "b\(own):\n%p\(own) = phi ptr [ \(first(own)), %entry ], \(others)\n"
      body += "%q\(own) = getelementptr i8, ptr %p\(own), i64 \(added)\n"
      body += "%v\(own) = load volatile i8, ptr %base\n"
      if own == count - 1 { body += access + "\n" }
      body += "%c\(own) = zext i8 %v\(own) to i32\n"
      body += "switch i32 %c\(own), label %end [ \(cases(own)) ]\n"
    }
    return function(body + "end:\nret void")
  }

  @Test func manyPathsBetweenPhisAreWalkedOnce() throws {
    let text = web(of: 40, first: { _ in "%base" }, access: "store i32 1, ptr %q39")
    try expectProven(text)
  }

  @Test(arguments: [0, 1, 20, 38])
  func aPointerIntoAnotherRegionIsFound(_ other: Int) throws {
    let text = web(
      of: 40, first: { $0 == other ? "@swasm_main_state" : "%base" },
      access: "store i32 1, ptr %q39")
    try expectRefused(text, "an address of unknown origin")
  }

  @Test func anOffsetThatGrowsIsFound() throws {
    let text = web(of: 12, first: { _ in "%base" }, added: 8, access: "store i32 1, ptr %q11")
    try expectRefused(text, "an access that may lie outside guest memory")
  }

  /// The walk reaches %m first as the place of a load, and only then as a pointer that is passed on.
  @Test(arguments: [true, false])
  func aLoadedPointerIsNotThePointerItWasLoadedFrom(_ isFirst: Bool) throws {
    let loaded = "[ %l, %x ]"
    let member = "[ %m, %y ]"
    let ways = isFirst ? "\(loaded), \(member)" : "\(member), \(loaded)"
    let text = function(
      """
      br label %x
      x:
      %m = phi ptr [ getelementptr (i8, ptr @swasm_main_state, i64 64), %entry ], [ %p, %z ]
      %l = load ptr, ptr %m
      br i1 undef, label %z, label %y
      y:
      br label %z
      z:
      %p = phi ptr \(ways)
      store i32 1, ptr %p
      br label %x
      """)
    #expect(try failures(text)["f"] != nil)
  }

  /// Nothing is known about these pointers, not even where they come from.
  @Test(arguments: [
    "%q = extractelement <2 x ptr> poison, i32 %a",
    "%s = alloca ptr\n%q = load volatile ptr, ptr %s",
    "%x0 = zext i32 %a to i64\n%q0 = getelementptr i8, ptr %base, i64 %x0\n"
      + (1...9).map {
        "%m\($0) = load volatile i32, ptr %base\n%x\($0) = zext i32 %m\($0) to i64\n"
          + "%q\($0) = getelementptr i8, ptr %q\($0 - 1), i64 %x\($0)\n"
      }.joined() + "%q = getelementptr i8, ptr %q9, i64 %w",
  ])
  func pointersOfUnknownOriginAreRefused(pointer: String) throws {
    for use in ["call fastcc void @c(ptr %q)", "%r = call fastcc i32 %q(i32 1)"] {
      let text =
        function("\(pointer)\n\(use)\nret void")
        + "define internal fastcc void @c(ptr %q) {\nstore i8 1, ptr %q\nret void\n}\n"
      #expect(!(try failures(text)).isEmpty)
    }
  }

  /// The pass that splits off a function's cold part passes it the size that was compared before.
  @Test func aSizeThatEveryCallerComparedProvesAnAccess() throws {
    func text(given: String = "%length", least: Int = 3, size: String = "%size") -> String {
      function(
        """
          %length = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 264)
          %other = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 328)
          %few = icmp ult i64 \(given), \(least)
          br i1 %few, label %end, label %ok
        ok:
          call fastcc void @part(i32 %a, i64 \(given))
          br label %end
        end:
          ret void
        """) + """
          define internal fastcc void @part(i32 %a, i64 %size) {
            %elements = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 256)
            %more = add i64 %size, 1
            %few = icmp ult i64 \(size), 3
            br i1 %few, label %end, label %ok
          ok:
            %element = getelementptr i8, ptr %elements, i64 16
            store ptr null, ptr %element
            br label %end
          end:
            ret void
          }

          """
    }
    let outside = "an access that may lie outside a table"
    #expect(try failures(text()) == [:])
    #expect(try failures(text(given: "%other"))["part"] == outside)
    #expect(try failures(text(given: "%w"))["part"] == outside)
    #expect(try failures(text(least: 2, size: "%more"))["part"] == outside)
    // Other code may call it with any number.
    #expect(try failures(text().replacing("internal fastcc", with: "fastcc"))["part"] != nil)
    // LLVM removes the comparison that every caller has made.
    let removed = text().replacing("%few = icmp ult i64 %size, 3", with: "%few = icmp ult i64 0, 0")
    #expect(try failures(removed) == [:])
    #expect(
      try failures(
        text(least: 2).replacing("%few = icmp ult i64 %size, 3", with: "%few = icmp ult i64 0, 0"))[
          "part"] == outside)
  }

  /// The part that is split off does not get the size, but it runs only after the comparison.
  @Test func aLeastSizeThatEveryCallerComparedProvesAnAccess() throws {
    func text(least: Int = 3, other: String = "ret void") -> String {
      function(
        """
          %length = load i64, ptr getelementptr (i8, ptr @swasm_main_state, i64 264)
          %few = icmp ult i64 %length, \(least)
          br i1 %few, label %end, label %ok
        ok:
          call fastcc void @part(i32 %a)
          br label %end
        end:
          \(other)
        """) + """
          define internal fastcc void @part(i32 %a) {
            %elements = load ptr, ptr getelementptr (i8, ptr @swasm_main_state, i64 256)
            %element = getelementptr i8, ptr %elements, i64 16
            store ptr null, ptr %element
            %c = icmp eq i32 %a, 0
            br i1 %c, label %end, label %again
          again:
            %n = sub i32 %a, 1
            call fastcc void @part(i32 %n)
            br label %end
          end:
            ret void
          }

          """
    }
    let outside = "an access that may lie outside a table"
    #expect(try failures(text()) == [:])
    #expect(try failures(text(least: 2))["part"] == outside)
    #expect(
      try failures(text(other: "call fastcc void @part(i32 %a)\nret void"))["part"] == outside)
    #expect(try failures(text().replacing("i64 264", with: "i64 328"))["part"] == outside)
    #expect(try failures(text().replacing("internal fastcc", with: "fastcc"))["part"] != nil)
  }
}
