// Names of Rust in messages. Hostile names cost little.

import Testing

@testable import Driver

@Suite struct DemanglingTests {
  @Test(arguments: [
    ("_ZN4core9panicking9panic_fmt17h768731f43edd91bfE", "core::panicking::panic_fmt"),
    (
      "_ZN3std2rt5start28_$u7b$$u7b$closure$u7d$$u7d$17hdccb57e0523d390bE.llvm.1743",
      "std::rt::start::{{closure}}"
    ),
    ("_ZN38_$LT$T$u20$as$u20$core..fmt..Debug$GT$3fmt1a9h0123456789abcdefE", ""),
    (
      "_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE",
      "<&T as core::fmt::Debug>::fmt"
    ),
    ("core::panicking::panic_fmt::h768731f43edd91bf", "core::panicking::panic_fmt"),
    ("_RNvCskwGfYPst2Cb_3foo16example_function", "foo::example_function"),
  ])
  func namesOfRust(name: String, shown: String) {
    #expect(demangled(name) == (shown.isEmpty ? name : shown))
  }

  @Test(arguments: [
    "", "_ZN", "_ZNE", "_ZN3fooE", "_ZN3foo3barEv", "_ZN99999999999999999999fooE", "_ZN9foo",
    "main",
    "_ZN17h0123456789abcdefE", "_ZN3foo17h0123456789abcdegE", "::h0123456789abcde", "_R", "_RNv",
    "h0123456789abcdef", "_ZN3foo17h0123456789abcdefEv",
  ])
  func otherNamesStay(name: String) { #expect(demangled(name) == name) }

  @Test func anEscapeThatIsNotOneStays() {
    #expect(demangled("_ZN7$XX$a.b17h0123456789abcdefE") == "$XX$a.b")
    #expect(demangled("_ZN10$u110000$x17h0123456789abcdefE") == "$u110000$x")
    #expect(demangled("_ZN4a$$$17h0123456789abcdefE") == "a$$$")
  }

  /// Each tuple refers twice to the one before.
  @Test func aNameThatGrowsStays() {
    var name = "_RIC1aTuuE"
    var places = [4]
    for _ in 0..<24 {
      let reference = "B" + (places.last == 0 ? "_" : "\(String(places.last! - 1, radix: 36))_")
      places.append(name.utf8.count - 2)
      name += "T\(reference)\(reference)E"
    }
    #expect(demangled(name + "E") == name + "E")
    #expect(
      demangled(String(repeating: "_RN", count: 1000)) == String(repeating: "_RN", count: 1000))
  }
}
