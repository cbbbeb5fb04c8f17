// Names of Rust as people write them, for messages. (Linkers write C++ names into modules as people write them already,
// and tools show those of symbols so.)
//
// Names are hostile. The older scheme is read here, in one pass. The newer one (v0) is read by LLVM; as its names can
// refer to parts of themselves and so grow, only short names with few such references are.

import LLVMKit

/// The name as Rust writes it, without the hash at its end; the name itself if it is not one of Rust.
func demangled(_ name: String) -> String {
  let bytes = Array(name.utf8)
  if bytes.starts(with: "_R".utf8) { return demangledV0(name, bytes) }
  if bytes.starts(with: "_ZN".utf8), let parts = legacyParts(bytes.dropFirst(3)) {
    return parts.map(unescaped).joined(separator: "::")
  }
  guard let path = withoutHash(bytes[...]) else { return name }
  return String(decoding: path, as: UTF8.self)
}

/// The path of a function of C++ whose name has no types in it: `_ZN4shop4Cart5totalEv` is `shop::Cart::total`. nil for
/// other names.
func plainPathOfCxx(_ name: String) -> String? {
  var rest = Array(name.utf8)[...]
  guard rest.starts(with: "_Z".utf8) else { return nil }
  rest = rest.dropFirst(2)
  let isNested = rest.first == UInt8(ascii: "N")
  if isNested { rest = rest.dropFirst() }
  if isNested, rest.first == UInt8(ascii: "K") { rest = rest.dropFirst() }
  var parts: [String] = []
  while let (part, after) = lengthAndPart(rest) {
    parts.append(String(decoding: part, as: UTF8.self))
    rest = after
    if !isNested { break }
  }
  let isWhole = isNested ? rest.first == UInt8(ascii: "E") : rest.first != UInt8(ascii: "I")
  return parts.isEmpty || !isWhole ? nil : parts.joined(separator: "::")
}

/// A part of a path, which is a length and as many bytes, and what follows it.
private func lengthAndPart(_ bytes: ArraySlice<UInt8>)
  -> (part: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)?
{
  let digits = bytes.prefix { (0x30...0x39).contains($0) }
  let rest = bytes.dropFirst(digits.count)
  guard let count = Int(String(decoding: digits, as: UTF8.self)), count <= rest.count else {
    return nil
  }
  return (rest.prefix(count), rest.dropFirst(count))
}

/// Removes `::h` and 16 hexadecimal digits; nil if there are none.
private func withoutHash(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
  let hash = bytes.suffix(19)
  guard hash.count == 19, hash.starts(with: "::".utf8), isHash(hash.dropFirst(2)) else {
    return nil
  }
  return bytes.dropLast(19)
}

private func isHash(_ bytes: ArraySlice<UInt8>) -> Bool {
  bytes.count == 17 && bytes.first == UInt8(ascii: "h")
    && bytes.dropFirst().allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

/// The parts of a path: each is a length and as many bytes, up to an E. The last one is a hash, which tells the name
/// from one of C++. nil if it is not such a name.
private func legacyParts(_ name: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
  var (rest, parts) = (name, [] as [ArraySlice<UInt8>])
  while let first = rest.first, first != UInt8(ascii: "E") {
    guard let (part, after) = lengthAndPart(rest) else { return nil }
    parts.append(part)
    rest = after
  }
  // The compiler may append something: `.llvm.123`.
  guard rest.count == 1 || rest.dropFirst().first == UInt8(ascii: "."),
    let hash = parts.popLast(), isHash(hash), !parts.isEmpty
  else { return nil }
  return parts
}

private let escapes = [
  "SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",",
]

/// A part of a path: `$LT$` means `<`, `$u7b$` the character with that number, and `..` means `::`.
private func unescaped(_ part: ArraySlice<UInt8>) -> String {
  var rest = part.starts(with: "_$".utf8) ? part.dropFirst() : part
  var result = ""
  while let byte = rest.first {
    if byte == UInt8(ascii: "$"), let end = rest.dropFirst().prefix(8).firstIndex(of: byte),
      let character = meaning(String(decoding: rest[rest.startIndex + 1..<end], as: UTF8.self))
    {
      result += character
      rest = rest[(end + 1)...]
    } else if rest.starts(with: "..".utf8) {
      result += "::"
      rest = rest.dropFirst(2)
    } else {
      let plain = rest.dropFirst().prefix { $0 != UInt8(ascii: "$") && $0 != UInt8(ascii: ".") }
      result += String(decoding: rest[rest.startIndex..<plain.endIndex], as: UTF8.self)
      rest = rest[plain.endIndex...]
    }
  }
  return result
}

private func meaning(_ escape: String) -> String? {
  if let character = escapes[escape] { return character }
  guard escape.first == "u", let number = UInt32(escape.dropFirst(), radix: 16) else { return nil }
  return Unicode.Scalar(number).map { String($0) }
}

private let mostBytesOfV0 = 512
/// Each can double the length.
private let mostReferencesOfV0 = 10

private func demangledV0(_ name: String, _ bytes: [UInt8]) -> String {
  guard bytes.count <= mostBytesOfV0,
    bytes.count(where: { $0 == UInt8(ascii: "B") }) <= mostReferencesOfV0,
    let text = demangledRust(name)
  else { return name }
  return text
}
