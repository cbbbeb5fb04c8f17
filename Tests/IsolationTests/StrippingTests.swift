// Facts that are removed, and lanes that become defined, before code generation (Harden.h, UndefinedLanes.h).
import Testing

@Suite struct StrippingTests {
  @Test func metadataThatPromisesSomethingIsRemoved() throws {
    let tags =
      "!tbaa !0, !alias.scope !3, !noalias !3, !invariant.load !4, !nontemporal !5, !range !6"
    let text = try hardened(
      function(
        "  %g = addrspacecast ptr %base to ptr addrspace(1)\n"
          + "  %x = load i64, ptr %base, \(tags)\n  %y = load i64, ptr addrspace(1) %g, \(tags)\n"
          + "  %z = load i32, ptr addrspace(1) %g, !tbaa !7\n  ret void")
          + """
          !0 = !{!1, !1, i64 0}
          !1 = !{!"a", !2}
          !2 = !{!"root"}
          !3 = !{!8}
          !4 = !{}
          !5 = !{i32 1}
          !6 = !{i64 0, i64 9}
          !7 = !{!1, !1, i64 0, i64 1}
          !8 = !{!8, !9}
          !9 = !{!9}
          !llvm.linker.options = !{!10}
          !10 = !{!"-lother"}
          !llvm.module.flags = !{!11, !12}
          !11 = !{i32 2, !"Dwarf Version", i32 5}
          !12 = !{i32 2, !"RtLibUseGOT", i32 1}
          """)
    let lines = text.split(separator: "\n")
    func line(_ name: String) -> Substring { lines.first { $0.contains("%\(name) = ") } ?? "" }
    #expect(line("x").contains("load") && !line("x").contains("!"))
    #expect(line("y").contains("!tbaa") && line("y").contains("!alias.scope"))
    #expect(
      !line("y").contains("!range") && !line("y").contains("!invariant")
        && !line("y").contains("!nontemporal"))
    #expect(line("z").contains("load") && !line("z").contains("!"))
    #expect(!text.contains("linker.options") && !text.contains("RtLibUseGOT"))
    #expect(text.contains("Dwarf Version"))
  }

  /// Every access through a pointer of address space 1 keeps its alias metadata. So the check refuses it if the access
  /// is not to guest memory.
  @Test func aliasMetadataIsAcceptedOnGuestMemoryAlone() throws {
    func text(_ pointer: String) -> String {
      function(
        "  %s = alloca i64\n  %p = addrspacecast ptr \(pointer) to ptr addrspace(1)\n"
          + "  store i64 0, ptr addrspace(1) %p, !tbaa !0\n  ret void")
        + "!0 = !{!1, !1, i64 0}\n!1 = !{!\"a\", !2}\n!2 = !{!\"root\"}\n"
    }
    try expectProven(text("%base"))
    try expectRefused(text("%s"), "metadata about memory that is not the guest's")
  }

  /// `!invariant.load` allows code generation to read a value again at any time. That is right for the base of a
  /// memory, which never changes. A global (at 224) and a part of a table (at 256) may change.
  @Test func onlyTheBaseOfAMemoryIsInvariant() throws {
    func text(_ offset: Int) -> String {
      function(
        "  %p = load ptr addrspace(1), ptr getelementptr (i8, ptr @swasm_main_state, i64 \(offset)), !invariant.load !0\n"
          + "  ret void") + "!0 = !{}\n"
    }
    try expectProven(text(64))
    #expect(try hardened(text(64)).contains("!invariant.load"))
    for offset in [224, 256] {
      try expectRefused(text(offset), "metadata by which something never changes")
    }
  }

  @Test func attributesAndFlagsAreRemoved() throws {
    let text = try hardened(
      head + """
        define fastcc noundef i64 @f(i64 range(i64 0, 5) %w, ptr noalias nonnull align 64 %p, i8 zeroext %b) #0 {
          %a = add nuw nsw i64 %w, 1
          %d = fadd fast double 1.0, 2.0
          %o = or disjoint i64 %a, 1
          %q = getelementptr inbounds nuw i8, ptr %p, i64 8
          %c = icmp samesign ult i64 %a, 5
          %l = load <3 x i32>, ptr %q, align 16
          %m = load <4 x i32>, ptr %q, align 16
          %r = call fastcc i64 @f(i64 noundef %w, ptr dereferenceable(8) %p, i8 %b) #1
          ret i64 %r
        }
        attributes #0 = { nounwind cold memory(none) nosync willreturn mustprogress "no-nans-fp-math"="true" "target-features"="+avx512f" "stack-probe-size"="1048576" strictfp }
        attributes #1 = { nobuiltin noreturn speculatable }
        """)
    for word in [
      "noundef", "range(", "noalias", "nonnull", "align 64", "zeroext", "nuw", "nsw", "fast ",
      "disjoint", "inbounds",
      "samesign", "dereferenceable", "memory(none) ", "nosync willreturn", "no-nans",
      "target-features",
      "stack-probe-size", "strictfp", "nobuiltin", "speculatable }",
    ] {
      // The alignment of the state stays, and so do the attributes of intrinsics.
      let body = text.split(separator: "\n").filter {
        !$0.contains("@swasm_main_state =") && !$0.contains("llvm.")
      }
      .filter { !$0.contains("nocallback") && !$0.contains("noreturn") }
      #expect(!body.contains { $0.contains(word) }, "\(word)")
    }
    #expect(
      text.contains("<3 x i32>, ptr %q, align 1\n") && text.contains("<4 x i32>, ptr %q, align 16"))
    #expect(text.contains("cold") && text.contains("\"probe-stack\"=\"inline-asm\""))
  }

  @Test(arguments: [
    // The lane is used as a part of a number, in a sum, after other operations, by an extraction, and by a store.
    "%r = bitcast <2 x i64> %v to i128",
    "%r = call i64 @llvm.vector.reduce.add.v2i64(<2 x i64> %v)",
    "%y = add <2 x i64> %v, %v\n  %z = shufflevector <2 x i64> %y, <2 x i64> poison, <2 x i32> <i32 1, i32 1>\n"
      + "  %r = bitcast <2 x i64> %z to i128",
    "%r = extractelement <2 x i64> %v, i32 1",
    "store <2 x i64> %v, ptr %base",
  ])
  func lanesThatAreUsedBecomeDefined(use: String) throws {
    for begin in [
      "insertelement <2 x i64> poison, i64 %w, i32 0",
      "shufflevector <2 x i64> %t, <2 x i64> poison, <2 x i32> <i32 0, i32 poison>",
      "shufflevector <2 x i64> %t, <2 x i64> undef, <2 x i32> <i32 0, i32 3>",
    ] {
      let lines = try lanes(begin, use)
      #expect(lines.contains { $0.contains("%v = ") && !$0.contains("i32 poison>") }, "\(begin)")
      #expect(!lines.contains { $0.contains("insertelement <2 x i64> poison, i64 %w") })
      #expect(
        !lines.contains {
          $0.contains("<2 x i64> undef") || $0.contains("poison, <2 x i32> <i32 0, i32 3>")
        })
    }
  }

  @Test(arguments: [
    "%r = extractelement <2 x i64> %v, i32 0",
    "%y = add <2 x i64> %v, %v\n  %r = extractelement <2 x i64> %y, i32 0",
    "%y = insertelement <2 x i64> %v, i64 1, i32 1\n  store <2 x i64> %y, ptr %base",
    "%y = shufflevector <2 x i64> %v, <2 x i64> poison, <2 x i32> zeroinitializer\n  %r = bitcast <2 x i64> %y to i128",
  ])
  func lanesThatAreNotUsedStayUndefined(use: String) throws {
    #expect(
      try lanes("shufflevector <2 x i64> %t, <2 x i64> poison, <2 x i32> <i32 0, i32 poison>", use)
        .contains { $0.contains("i32 poison>") })
    #expect(
      try lanes("insertelement <2 x i64> poison, i64 %w, i32 0", use)
        .contains { $0.contains("poison, i64 %w") })
  }

  private func lanes(_ begin: String, _ use: String) throws -> [Substring] {
    try hardened(
      function("  %t = load <2 x i64>, ptr %base\n  %v = \(begin)\n  \(use)\n  ret void")
        + "declare i64 @llvm.vector.reduce.add.v2i64(<2 x i64>)\n"
    ).split(separator: "\n")
  }

  @Test func aggregatesAndConstantsAreDefined() throws {
    let text = try hardened(
      function(
        "  %s = insertvalue { i64, i64 } poison, i64 %w, 0\n  %t = insertvalue { i64, [2 x i64] } { i64 1, [2 x i64] undef }, i64 %w, 0\n"
          + "  %x = load i64, ptr @c\n  ret void")
        + "@c = internal constant { i64, <2 x i64>, i64 } { i64 undef, <2 x i64> <i64 1, i64 undef>, i64 4 }\n"
    )
    #expect(!text.contains("poison") && !text.contains("undef"))
  }
}
