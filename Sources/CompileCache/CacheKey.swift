// Keys of the cache: hashes of everything that a product depends on. A value is hashed with all the fields that Swift's
// reflection shows. So a field that somebody adds to a type is in the key from then on.

import CCompileCache
import System

/// The key of an entry: a SHA-256 hash.
public struct CacheKey: Hashable, Sendable {
  package let bytes: [UInt8]

  init(_ key: swasmc_key) { bytes = withUnsafeBytes(of: key) { Array($0) } }

  var raw: swasmc_key {
    var key = swasmc_key()
    withUnsafeMutableBytes(of: &key) { $0.copyBytes(from: bytes) }
    return key
  }

  /// The hash of the bytes alone.
  public init(of bytes: [UInt8]) {
    var hash = swasmc_sha256()
    swasmc_sha256_begin(&hash)
    bytes.withUnsafeBytes { swasmc_sha256_add(&hash, $0.baseAddress, $0.count) }
    self.init(finishing: &hash)
  }

  fileprivate init(finishing hash: inout swasmc_sha256) {
    var key = swasmc_key()
    swasmc_sha256_finish(&hash, &key)
    self.init(key)
  }
}

/// Makes a key of several things. Each is hashed with the number of its bytes. So lists that differ are different
/// inputs of the hash.
public struct CacheKeyBuilder: ~Copyable {
  private var hash = swasmc_sha256()

  /// - Parameter purpose: What the key is for. With a new number in it, no older entry is found any more.
  public init(purpose: StaticString) {
    swasmc_sha256_begin(&hash)
    add(text: "\(purpose)")
  }

  public mutating func add(bytes: [UInt8]) {
    bytes.withUnsafeBytes { swasmc_sha256_add_text(&hash, $0.baseAddress, $0.count) }
  }

  public mutating func add(text: String) { add(bytes: Array(text.utf8)) }

  public mutating func add(_ key: CacheKey) { add(bytes: key.bytes) }

  /// Adds the identity of a file: which file it is, and when it was changed. False if it is not a regular file.
  public mutating func add(file: HostString) -> Bool {
    var identity = swasmc_identity()
    guard file.withCString({ swasmc_identify($0, &identity) }) else { return false }
    add(bytes: withUnsafeBytes(of: identity) { Array($0) })
    return true
  }

  /// Adds everything that a value holds. The value may consist of structures, enumerations, arrays, tuples, optionals,
  /// integers, truth values and texts. Anything else ends the process, because its encoding might differ in the next
  /// process.
  public mutating func add(value: Any) { add(bytes: canonicalEncoding(of: value)) }

  public consuming func finish() -> CacheKey { CacheKey(finishing: &hash) }
}

/// Different values have different encodings.
func canonicalEncoding(of value: Any) -> [UInt8] {
  var writer = CanonicalWriter()
  writer.write(value)
  return writer.bytes
}

private struct CanonicalWriter {
  var bytes: [UInt8] = []

  mutating func write(_ value: Any) {
    write(text: String(reflecting: type(of: value)))
    let mirror = Mirror(reflecting: value)
    // A cast would unwrap an optional. Then an empty text in an optional would have the encoding of nil.
    if mirror.displayStyle != .optional, writeLeaf(value) { return }
    switch mirror.displayStyle {
    case .enum where mirror.children.isEmpty: write(text: String(describing: value))
    case .struct where !mirror.children.isEmpty, .enum, .optional, .collection, .tuple:
      write(count: mirror.children.count)
      for child in mirror.children {
        write(text: child.label ?? "")
        write(child.value)
      }
    default:
      preconditionFailure("\(type(of: value)) has no encoding for the key of the compile cache")
    }
  }

  /// Writes a number, a truth value or a text. False for any other value.
  private mutating func writeLeaf(_ value: Any) -> Bool {
    switch value {
    case let number as any FixedWidthInteger: write(text: String(number))
    case let truth as Bool: write(text: String(truth))
    case let text as String: write(text: text)
    default: return false
    }
    return true
  }

  private mutating func write(text: String) {
    write(count: text.utf8.count)
    bytes += text.utf8
  }

  private mutating func write(count: Int) {
    withUnsafeBytes(of: UInt64(count).littleEndian) { bytes += $0 }
  }
}
