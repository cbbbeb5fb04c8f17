// The parts that modules may have besides bodies of functions (Modules.h).
import Testing

private let plain = function("  ret void")

@Suite struct ModuleFormTests {
  @Test(arguments: [
    "@c = internal constant i64 5",
    "@llvm.compiler.used = appending global [1 x ptr] [ptr @f], section \"llvm.metadata\"",
    "@counted = internal global [9 x i64] zeroinitializer, section \"swasm_profile\"",
    "@swasm_profile_f12 = hidden global [9 x i64] zeroinitializer, section \"swasm_profile\"",
    "@swasm_main_program = hidden constant i64 5",
    "define internal void @g() personality ptr @swasm_personality {\n  ret void\n}\ndeclare void @swasm_personality()",
  ])
  func knownPartsOfModulesAreAccepted(addition: String) throws {
    try expectProven(plain + addition + "\n")
  }

  @Test(arguments: [
    "@swasm_profile_path = hidden global [9 x i64] zeroinitializer, section \"swasm_profile\"",
    "@swasm_profile_f12 = hidden global [9 x i64] zeroinitializer",
    "@c = constant i64 5", "@c = weak constant i64 5", "@c = internal thread_local global i64 5",
    "@c = internal constant i64 5, section \".init_array\"", "@environ = external global i64",
    "@c = internal addrspace(257) global i64 5",
    "@c = internal externally_initialized global i64 5",
    "$c = comdat any\n@c = internal global i64 5, comdat", "@llvm.other = internal global i64 5",
    "@c = extern_weak global i64", "@c = internal global i64 5, code_model \"large\"",
    "declare extern_weak void @g()", "declare void @llvm.nothing.known()",
    "define internal void @g() section \".init\" {\n  ret void\n}",
    "define internal void @g() gc \"statepoint-example\" {\n  ret void\n}",
    "define internal void @g() prefix i32 5 {\n  ret void\n}",
    "define internal void @g() prologue i32 5 {\n  ret void\n}",
    "define internal void @g() personality ptr @other {\n  ret void\n}\ndeclare void @other()",
  ])
  func unknownPartsOfModulesAreRefused(addition: String) throws {
    #expect(try failures(plain + addition + "\n")["f"] != nil)
  }

  @Test func layoutsAndAlignmentsAreThoseOfTheInstance() throws {
    #expect(try failures(plain.replacing("i128:128-", with: ""))["f"] != nil)
    try expectProven(plain.replacing("align 64", with: "align 16"))
    #expect(try failures(plain.replacing("align 64", with: "align 128"))["f"] != nil)
  }

  /// A proof about the instance says nothing about a variable of its name that only this module has.
  @Test func theInstanceIsTheOneThatOthersUse() throws {
    func text(_ kind: String) -> String {
      plain.replacing("external hidden global [1024 x i8]", with: kind)
    }
    try expectProven(text("hidden global [1024 x i8] zeroinitializer"))
    try expectRefused(
      text("internal global [8 x i8] zeroinitializer"), "an instance of the module's own")
    try expectRefused(
      text("external hidden constant [1024 x i8]"), "an instance of the module's own")
  }

  /// Every proof assumes that a value is defined before it is used.
  @Test func codeIsWellFormed() throws {
    func using(_ name: String) -> String {
      function(
        "  %c = icmp eq i32 %a, 0\n  br i1 %c, label %x, label %y\nx:\n  %i = zext i32 %b to i64\n  br label %y\n"
          + "y:\n  %k = zext i32 %n to i64\n  %p = getelementptr i8, ptr %base, i64 %\(name)\n"
          + "  store i8 0, ptr %p\n  ret void")
    }
    try expectProven(using("k"))
    try expectRefused(using("i"), "code that is not well-formed")
  }

  /// A module may not define a function that has the name of one of the runtime's.
  @Test func theRuntimesFunctionsAreDeclared() throws {
    let new = "  %e = call ptr @swasm_exception_new(ptr @swasm_main_state, i32 0, i32 1)\n"
    let use = "  %v = getelementptr i8, ptr %e, i64 48\n  store i32 1, ptr %v\n  ret void"
    try expectProven(function(new + use))
    let own =
      "define internal ptr @swasm_exception_new(ptr %i, i32 %t, i32 %n) {\n  %p = inttoptr i32 %n to ptr\n  ret ptr %p\n}\n"
    #expect(
      try failures(
        function(new + use).replacing("declare ptr @swasm_exception_new(ptr, i32, i32)\n", with: "")
          + own)["f"] != nil)
  }
}
