// SHA-256 against the vectors of FIPS 180-4, with the processor's instructions and without; encodings of values.

import CCompileCache
import Testing

@testable import CompileCache

@Suite(.serialized) struct HashingTests {
  private func hex(_ key: swasmc_key) -> String {
    withUnsafeBytes(of: key) { bytes in
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  private func hash(_ parts: [[UInt8]], portable: Bool) -> swasmc_key {
    swasmc_sha256_use_portable(portable)
    defer { swasmc_sha256_use_portable(false) }
    var hash = swasmc_sha256()
    var key = swasmc_key()
    swasmc_sha256_begin(&hash)
    for part in parts { swasmc_sha256_add(&hash, part, part.count) }
    swasmc_sha256_finish(&hash, &key)
    return key
  }

  @Test(
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ], [false, true])
  func knownHashes(vector: (text: String, hash: String), portable: Bool) {
    #expect(hex(hash([Array(vector.text.utf8)], portable: portable)) == vector.hash)
  }

  /// Tests all lengths up to three blocks and more, each divided in two at several places.
  @Test func hashingInPartsGivesTheSameHash() {
    let bytes = (0..<200).map { UInt8($0) }
    for length in 0...200 {
      let whole = hex(hash([Array(bytes.prefix(length))], portable: true))
      for cut in [0, 1, length / 3, 63, 64, 65] where cut <= length {
        let parts = [Array(bytes[..<cut]), Array(bytes[cut..<length])]
        #expect(hex(hash(parts, portable: false)) == whole)
      }
    }
  }

  // MARK: Values

  private struct Pair { var a = 0, b = 0 }
  private enum Kind {
    case plain
    case with(Int)
    case list([String])
  }
  private struct Options {
    var pair = Pair()
    var kind = Kind.plain
    var text: String?
    var flag = false
    var bytes: [UInt8] = []
    var small: UInt8 = 0
  }

  @Test func everyFieldIsInTheEncoding() {
    var all: [Options] = [Options()]
    func vary(_ change: (inout Options) -> Void) {
      var options = Options()
      change(&options)
      all.append(options)
    }
    vary { $0.pair.a = 1 }
    vary { $0.pair.b = 1 }
    vary { $0.kind = .with(0) }
    vary { $0.kind = .with(1) }
    vary { $0.kind = .list([]) }
    vary { $0.kind = .list([""]) }
    vary { $0.kind = .list(["ab", "c"]) }
    vary { $0.kind = .list(["a", "bc"]) }
    vary { $0.text = "" }
    vary { $0.text = "nil" }
    vary { $0.flag = true }
    vary { $0.bytes = [0] }
    vary { $0.bytes = [0, 0] }
    vary { $0.small = 1 }
    #expect(Set(all.map { canonicalEncoding(of: $0) }).count == all.count)
    #expect(canonicalEncoding(of: Options()) == canonicalEncoding(of: Options()))
  }

  @Test func differentListsOfTextsHaveDifferentEncodings() {
    func key(_ texts: [String]) -> CacheKey {
      var builder = CacheKeyBuilder(purpose: "test")
      for text in texts { builder.add(text: text) }
      return builder.finish()
    }
    #expect(Set([key([]), key([""]), key(["a", "b"]), key(["ab"]), key(["", "ab"])]).count == 5)
  }
}
