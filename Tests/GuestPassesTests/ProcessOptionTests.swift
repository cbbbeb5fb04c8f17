// If this build of LLVM lacks an option that we set for the whole process, or refuses its value, that is an error.
import CGuestPasses
import Testing

@testable import LLVMKit

@Suite struct ProcessOptionTests {
  private func complaint(_ name: String, _ value: String) -> String? {
    swasm_set_process_option(name, value).map { message in
      defer { swasm_optimize_free(message) }
      return String(cString: message)
    }
  }

  @Test func aMissingOptionAndARefusedValueAreErrors() {
    #expect(
      complaint("swasm-no-such-option", "false")
        == "this build of LLVM has no option swasm-no-such-option")
    #expect(
      complaint("slp-threshold", "many")
        == "this build of LLVM refuses many for its option slp-threshold")
  }
}
