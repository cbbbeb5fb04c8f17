// The grammar of names of imports and exports, and which of them may be together.

import Testing
import WasmComponent
import WasmModule

@Suite struct NameTests {
  /// Why a component type with imports of these names is refused. All are instances, so no name with an annotation is
  /// valid: that would need a resource.
  private func refusal(importing names: [String]) -> WasmError? {
    let imports = names.map { [0x03] + Bytes.externName($0) + [0x05, 0x00] }
    let type =
      [0x41] + Bytes.unsigned(imports.count + 1) + [0x01, 0x42, 0x00] + imports.flatMap { $0 }
    return WasmComponentTests.refusal(Bytes.component(Bytes.section(7, [type])))
  }

  @Test(arguments: [
    "a", "a1", "a-1", "A", "A-b-C1", "a11-B11-123", "a:b/c", "a-1:b-2/C-d", "a:b/c@0.0.1",
    "a:b/c@1.2.3-rc.1", "a:b/c@1.2.3+build.01", "a:b/c@1.2.3-0a.b-c+x-y",
    "a:b/c@18446744073709551615.0.0",
  ])
  func validNamesAreAccepted(name: String) {
    #expect(refusal(importing: [name]) == nil)
  }

  @Test(arguments: [
    "", "1", "1a", "a-", "-a", "a--b", "aB", "a_b", "a b", "ä", "a.b", "[foo]a", "[async]a",
    "A:b/c",
    "a:B/c", "a:b", "a:b/", ":b/c", "a:/c", "a:b/c/d", "a:b:c/d", "a:b/c@", "a:b/c@1", "a:b/c@1.2",
    "a:b/c@1.2.3.4", "a:b/c@01.2.3", "a:b/c@1.2.x", "a:b/c@1.2.3-", "a:b/c@1.2.3+",
    "a:b/c@1.2.3-01",
    "a:b/c@1.2.3-a..b", "a:b/c@18446744073709551616.0.0", "[method]a", "[method]a.b.c",
    "[static].b",
    "[constructor]",
  ])
  func invalidNamesAreRefused(name: String) {
    #expect(refusal(importing: [name])?.kind == .invalid)
  }

  @Test(arguments: [
    "locked-dep=<a:b@1.0.0>", "unlocked-dep=<a:b>", "url=<https://a.b>", "integrity=<sha256-x>",
  ])
  func formerNamesAreKnown(name: String) {
    let error = refusal(importing: [name])
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains("which names a dependency") == true)
  }

  @Test(arguments: [
    (["a", "a"], false), (["a", "A"], false), (["a-B", "A-b"], false), (["a", "b"], true),
    (["a:b/c", "a:b/c"], false), (["a:b/c", "a:b/c@1.0.0"], true),
    (["a:b/c@1.0.0", "a:b/c@2.0.0"], true),
  ])
  func someNamesMayNotBeTogether(names: [String], isValid: Bool) {
    #expect((refusal(importing: names) == nil) == isValid)
  }

  @Test func messagesHideWhatATerminalObeys() {
    let error = refusal(importing: ["a\u{1b}[31m"])
    #expect(error?.message.utf8.contains(0x1b) == false)
  }

  @Test(.enabled(if: Text.isAvailable)) func methodAndLabelOfAnotherNameAreDifferent() throws {
    _ = try Text.validated(
      """
      (component
        (import "r" (type $r (sub resource)))
        (import "go" (func))
        (import "[constructor]r" (func (result (own $r))))
        (import "[method]r.go" (func (param "self" (borrow $r))))
        (import "[static]r.stop" (func)))
      """)
  }

  @Test(.enabled(if: Text.isAvailable)) func methodAndStaticOfOneNameConflict() throws {
    let bytes = try Text.bytes(
      """
      (component
        (import "r" (type $r (sub resource)))
        (import "[method]r.go" (func (param "self" (borrow $r))))
        (import "[static]r.GO" (func)))
      """)
    #expect(
      WasmComponentTests.refusal(bytes)?.message.contains(
        "conflicts with previous name [method]r.go") == true)
  }
}
