// Holes in the check that an attack found. Most tests also have similar code that must be proven.
import Testing

private let outside = "an access that may lie outside guest memory"

@Suite struct HoleTests {
  /// The sum of offset and length wrapped.
  @Test func offsetPlusLengthDoesNotWrap() throws {
    let declared = "  call void @llvm.memset.p0.i64(ptr %p, i8 0, i64 LENGTH, i1 false)\n  ret void"
    func fill(_ offset: String, _ length: String) -> String {
      function(
        "  %p = getelementptr i8, ptr %base, i64 \(offset)\n"
          + declared.replacing("LENGTH", with: length))
    }
    try expectProven(fill("65536", "65536"))
    #expect(try failures(fill("1099511627776", "9223372036854775807"))["f"] != nil)
    #expect(try failures(fill("9223372036854775807", "8"))["f"] != nil)
  }

  @Test func halvesOfAddressesAreNumbers() throws {
    func access(_ type: String) -> String {
      let widen = type == "i64" ? "add i64 %n1, 0" : "zext \(type) %n1 to i64"
      return function(
        "  %n1 = ptrtoint ptr %base to \(type)\n  %n2 = \(widen)\n  %p = inttoptr i64 %n2 to ptr\n"
          + "  store i8 0, ptr %p\n  ret void")
    }
    try expectProven(access("i64"))
    #expect(try failures(access("i32"))["f"] != nil)
  }

  @Test func slotsHoldNothingBeforeTheFirstStore() throws {
    func access(_ before: String, _ after: String) -> String {
      function(
        "  %s = alloca i64\n\(before)  %x = load i64, ptr %s\n\(after)"
          + "  %p = getelementptr i8, ptr %base, i64 %x\n  store i8 0, ptr %p\n  ret void")
    }
    let store = "  store i64 8, ptr %s\n"
    try expectProven(access(store, ""))
    try expectRefused(access("", store), outside)
    func pointer(_ before: String, _ after: String) -> String {
      function(
        "  %s = alloca ptr\n\(before)  %x = load ptr, ptr %s\n\(after)  store i8 0, ptr %x\n  ret void"
      )
    }
    let keep = "  store ptr %base, ptr %s\n"
    try expectProven(pointer(keep, ""))
    #expect(try failures(pointer("", keep))["f"] != nil)
  }

  /// Two slots with separate lifetimes could share one address.
  @Test func slotsLiveAsLongAsTheirFrame() throws {
    let text = try hardened(
      function(
        "  %s = alloca i64\n  call void @llvm.lifetime.start.p0(ptr %s)\n  store i64 0, ptr %s\n"
          + "  call void @llvm.lifetime.end.p0(ptr %s)\n  ret void")
        + "declare void @llvm.lifetime.start.p0(ptr)\ndeclare void @llvm.lifetime.end.p0(ptr)\n")
    #expect(!text.contains("call void @llvm.lifetime"))
  }

  @Test func framesEndWithTheirFunction() throws {
    let made = """
      define internal ptr @made() {
        %s = alloca i64
        store i64 0, ptr %s
        ret ptr %s
      }

      """
    let given = """
      define internal fastcc void @given(ptr %s) noinline {
        store i64 0, ptr %s
        ret void
      }

      """
    #expect(
      try failures(function("  %s = call ptr @made()\n  store i64 0, ptr %s\n  ret void") + made)[
        "f"] != nil)
    func passing(_ call: String) -> String {
      head
        + "define fastcc void @f(ptr %unused) {\n  %s = alloca i64\n  \(call) fastcc void @given(ptr %s)\n"
        + "  ret void\n}\n" + given
    }
    try expectProven(passing("call"))
    #expect(try failures(passing("musttail call"))["f"] != nil)
  }

  @Test func constantsAreReadWithTheirTypes() throws {
    func loading(_ constant: String, _ offset: Int) -> String {
      function(
        "  %p = load ptr, ptr getelementptr (i8, ptr @c, i64 \(offset))\n  %v = load i8, ptr %p\n  ret void"
      )
        + "@d = internal constant [4 x i8] zeroinitializer\n@c = internal constant \(constant)\n"
    }
    try expectProven(loading("[2 x ptr] [ptr @d, ptr @d]", 8))
    #expect(try failures(loading("[2 x ptr] [ptr @d, ptr @d]", 4))["f"] != nil)
    #expect(try failures(loading("{ ptr, i64 } { ptr @d, i64 4096 }", 8))["f"] != nil)
  }

  @Test func addressesGoToNoOtherAddressSpace() throws {
    func store(_ space: Int) -> String {
      function(
        "  %p = addrspacecast ptr %base to ptr addrspace(\(space))\n"
          + "  store i8 0, ptr addrspace(\(space)) %p\n  ret void")
    }
    try expectProven(store(1))
    for space in [256, 257, 258, 270] { #expect(try failures(store(space))["f"] != nil) }
  }

  @Test(arguments: [
    "%r = udiv i64 %w, 0", "%r = urem i64 %w, 0", "%r = shl i64 %w, 64",
    "%r = insertelement <2 x i64> zeroinitializer, i64 %w, i32 2",
    "%d = uitofp i64 %w to double\n  %r = fptoui double %d to i40",
  ])
  func operationsWithoutADefinedResultAreRefused(operation: String) throws {
    #expect(try failures(function("  \(operation)\n  ret void"))["f"] != nil)
  }

  @Test func undefinedOperandsBecomeNumbers() throws {
    let text = try hardened(
      function(
        "  %x = xor i64 %w, undef\n  %y = freeze i64 poison\n  %z = call i64 @llvm.ctlz.i64(i64 %w, i1 true)\n"
          + "  %s = select i1 undef, i64 %x, i64 %y\n  ret void")
        + "declare i64 @llvm.ctlz.i64(i64, i1)\n")
    #expect(!text.contains("undef") && !text.contains("poison") && !text.contains("i1 true"))
  }

  /// The runtime has more functions than generated code may call.
  @Test func onlyFunctionsOfWASIMayBeCalledAsSuch() throws {
    func call(_ name: String, _ types: String, _ arguments: String) -> String {
      function("  %r = call i32 @\(name)(ptr @swasm_main_state\(arguments))\n  ret void")
        + "declare i32 @\(name)(ptr\(types))\n"
    }
    try expectProven(call("swasm_wasi_fd_tell", ", i32, i32", ", i32 %a, i32 %b"))
    #expect(try failures(call("swasm_wasi_fd_tell", ", i32, i64", ", i32 %a, i64 %w"))["f"] != nil)
    let inner = call("swasm_wasi_descriptor", ", i64, i64", ", i64 %w, i64 %w")
    #expect(try failures(inner)["f"] != nil)
  }

  @Test func modulesHaveNoConstructorsAliasesOrAssembly() throws {
    let plain = function("  ret void")
    try expectProven(plain)
    for addition in [
      "module asm \"nop\"\n",
      "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 0, ptr @x, ptr null }]\n"
        + "declare void @x()\n",
      "@other = alias i8, ptr @swasm_main_state2\n@swasm_main_state2 = global i8 0\n",
    ] {
      #expect(try failures(plain + addition)["f"] != nil, "\(addition)")
    }
    #expect(
      try failures(plain.replacing("define fastcc void @f", with: "define void @f"))["f"] != nil)
    #expect(
      try failures(plain.replacing("define fastcc void @f", with: "define weak fastcc void @f"))[
        "f"] != nil)
  }

  /// Only the lower half of an id is compared.
  @Test func idsInTablesHaveAsManyBitsAsAreCompared() throws {
    func call(_ second: String, element: String = "{ ptr, i64 }") -> String {
      let loads =
        "  %k = and i32 %a, 1\n  %i = zext i32 %k to i64\n"
        + "  %p = getelementptr \(element), ptr @t, i64 %i\n  %q = getelementptr i8, ptr %p, i64 8\n"
      return function(
        loads
          + """
            %id = load i32, ptr %q
            %c = icmp eq i32 %id, 1
            br i1 %c, label %x, label %y
          x:
            %code = load ptr, ptr %p
            %r = call fastcc i32 %code(i32 %a)
            ret void
          y:
            ret void
          """)
        + "@t = internal constant [2 x \(element)] [\(element) { ptr @g, i64 1 }, \(element) \(second)]\n"
        + "declare fastcc i32 @g(i32)\ndeclare fastcc i64 @h(i32)\n"
    }
    try expectProven(call("{ ptr @h, i64 2 }"))
    let reason = "an indirect call whose target is not proven to have its type"
    try expectRefused(call("{ ptr @h, i64 1 }"), reason)
    try expectRefused(call("{ ptr @h, i64 4294967297 }"), reason)
  }

  @Test func aggregatesOfAddressesStayInRegisters() throws {
    func store(_ type: String, _ value: String) -> String {
      function(
        "  %s = alloca \(type)\n  %v = insertvalue \(type) zeroinitializer, \(value), 0\n"
          + "  store \(type) %v, ptr %s\n  %m = load i64, ptr %s\n  store i64 %m, ptr %base\n  ret void"
      )
    }
    try expectProven(store("{ i64, i32 }", "i64 %w"))
    for type in ["{ ptr, i32 }", "[2 x ptr]", "{ { ptr }, i32 }", "[1 x <2 x ptr>]"] {
      let text =
        type.hasPrefix("[1") || type.hasPrefix("{ {")
        ? function(
          "  %s = alloca \(type)\n  store \(type) zeroinitializer, ptr %s\n"
            + "  %v = load \(type), ptr %s\n  ret void")
        : store(type, "ptr %base")
      try expectRefused(text, "an access to an aggregate that has addresses")
    }
  }

  /// Code generation assumed that guest memory has 0 above the bits that are read.
  @Test func numbersOfOddWidthsAreReadWhole() throws {
    func access(_ load: String) -> String {
      function(
        "  %x = \(load), ptr %base\n  %z = zext i20 %x to i64\n  %i = shl i64 %z, 14\n"
          + "  %p = getelementptr i8, ptr %base, i64 %i\n  store i8 0, ptr %p\n  ret void")
    }
    try expectProven(access("load i20"))
    let text = try hardened(access("load i20"))
    #expect(text.contains("load i24, ptr %base") && !text.contains("load i20"))
    let vector = "  %x = load <4 x i1>, ptr %base\n  ret void"
    try expectRefused(function(vector), "a read of a number that is not whole bytes")
    try expectRefused(
      function("  %x = load { i64, i7 }, ptr %base\n  ret void"),
      "a read of a number that is not whole bytes")
    try expectProven(function("  %x = load <4 x i8>, ptr %base\n  ret void"))
  }

  /// The constant goes through an address of 32 bits.
  @Test func constantsDoNotPassOtherAddressSpaces() throws {
    func store(_ space: Int) -> String {
      let other = "ptr addrspace(\(space))"
      let there = "\(other) addrspacecast (ptr @swasm_main_state to \(other))"
      return function(
        "  store i8 0, ptr addrspacecast (\(other) getelementptr (i8, \(there), i64 192) to ptr)\n  ret void"
      )
    }
    try expectProven(store(1))
    for space in [257, 270] { #expect(try failures(store(space))["f"] != nil) }
  }

  /// A sum had two multiples, and one of them was a part of the other's number. The check lost a coefficient when it
  /// replaced both. Then it took %d for a number other than 0.
  @Test func multiplesInsideOfMultiplesAreCounted() throws {
    func text(_ low: String) -> String {
      function(
        """
          %y = and i64 %w, 15
          %x = or i64 %y, 7
          %r = urem i64 %x, 12
          %p = sub i64 %x, %r
          %y8 = and i64 %y, 7
          %m = sub i64 %y, %y8
          %nn = zext i32 %n to i64
          %z = and i64 %nn, 63
          %s = add i64 %p, %m
          %c = icmp ne i64 %s, %z
          br i1 %c, label %ok, label %no
        ok:
          %d1 = sub i64 7, %r
          %d2 = add i64 %d1, %y
          %d3 = sub i64 %d2, %y8
          %d4 = sub i64 %d3, %z
          %d = and i64 %d4, 1099511627775
          %v = call i64 @llvm.umin.i64(i64 \(low), i64 1)
          %i = sub i64 1, %v
          %o = shl i64 %i, 44
          %q = getelementptr i8, ptr %base, i64 %o
          store i8 1, ptr %q
          ret void
        no:
          call void @llvm.ubsantrap(i8 5)
          unreachable
        """) + "declare i64 @llvm.umin.i64(i64, i64)\n"
    }
    try expectRefused(text("%d"), outside)
    try expectProven(text("1"))
  }
}
