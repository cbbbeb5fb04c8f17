// Rules that the official suite does not reach.

import Testing
import WasmComponent
import WasmModule

@Suite(.enabled(if: Text.isAvailable, "`make setup` installs wasm-tools"))
struct RuleTests {
  private func refusal(text: String) throws -> WasmError? {
    WasmComponentTests.refusal(try Text.bytes(text))
  }

  @Test(
    arguments: [
      ("(component (type (list (borrow 0))))", "unknown type 0"),
      ("(component (type (map f32 u8)))", "the key of a map"),
      (
        "(component (core module $m (memory (export \"m\") 1 1 shared)) (core instance $i (instantiate $m)) "
          + "(alias core export $i \"m\" (core memory)) (import \"f\" (func $f (param \"s\" string))) "
          + "(core func (canon lower (func $f) (memory 0))))",
        "plain 32-bit linear memory"
      ),
      (
        "(component (core module $m (func (export \"f\")) (func (export \"c\") (param i32 i32 i32))) "
          + "(core instance $i (instantiate $m)) (type $t (func async)) "
          + "(func (type $t) (canon lift (core func $i \"f\") async (callback (core func $i \"c\")))))",
        "canonical option `callback` uses a core function with an incorrect signature"
      ),
      (
        "(component (type $r (resource (rep i32))) (type (stream (borrow $r))))",
        "the elements of a stream cannot contain a `borrow` type"
      ),
      (
        "(component (import \"r\" (type $r (sub resource))) (import \"[constructor]r\" (func async (result (own $r)))))",
        "a constructor cannot be async"
      ),
    ] as [(String, String)])
  func aBrokenRuleIsNamed(text: String, message: String) throws {
    let error = try refusal(text: text)
    #expect(error?.kind == .invalid, "\(String(describing: error))")
    #expect(error?.message.contains(message) == true, "\(String(describing: error))")
  }

  @Test func wideMemoryOfACanonicalFunctionIsNamed() throws {
    let error = try refusal(
      text: """
        (component
          (core module $m (memory (export "m") i64 1))
          (core instance $i (instantiate $m))
          (import "f" (func $f (param "s" string)))
          (core func (canon lower (func $f) (memory (core memory $i "m")))))
        """)
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains("64-bit memory") == true)
  }

  /// Two arguments are compared with equal types, one after the other. The resources that the first comparison matches
  /// with each other must not count in the second one.
  @Test func resourcesOfOneComparisonDoNotLeakIntoTheNext() throws {
    let error = try refusal(
      text: """
        (component
          (component $good (type $r (resource (rep i32))) (export $e "r" (type $r)) (export "s" (type $e)))
          (component $bad (type $r (resource (rep i32))) (type $s (resource (rep i32)))
            (export "r" (type $r)) (export "s" (type $s)))
          (component $takes
            (import "a" (component (export "r" (type $r (sub resource))) (export "s" (type (eq $r)))))
            (import "b" (component (export "r" (type $r (sub resource))) (export "s" (type (eq $r))))))
          (instance (instantiate $takes (with "a" (component $good)) (with "b" (component $bad)))))
        """)
    #expect(error?.message.contains("resource types are not the same") == true)
  }

  @Test func componentWithMoreImportsThanWantedIsNoSubtype() throws {
    let error = try refusal(
      text: """
        (component
          (component $c (import "x" (func)) (import "y" (func)))
          (component $takes (import "c" (component (import "x" (func)))))
          (instance (instantiate $takes (with "c" (component $c)))))
        """)
    #expect(error?.message.contains("missing import named `y`") == true)
  }

  @Test func componentWithFewerImportsThanWantedIsASubtype() throws {
    let error = try refusal(
      text: """
        (component
          (component $c (import "x" (func)))
          (component $takes (import "c" (component (import "x" (func)) (import "y" (func)))))
          (instance (instantiate $takes (with "c" (component $c)))))
        """)
    #expect(error == nil)
  }
}
