// Keys of the cache: a hash of all that decides something. A value goes into it whole, as Swift's reflection sees it, so
// that a field that somebody adds to a type is in the key from then on.

import CCompileCache
import System

public struct CacheKey: Hashable, Sendable {
  package let bytes: [UInt8]

  init(_ key: swasmc_key) { bytes = withUnsafeBytes(of: key) { Array($0) } }

  var raw: swasmc_key {
    var key = swasmc_key()
    withUnsafeMutableBytes(of: &key) { $0.copyBytes(from: bytes) }
    return key
  }

  /// Of the bytes alone.
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

/// Makes a key of several things. Each goes in with its kind and its count, so two lists of things have one hash only if
/// they are the same.
public struct CacheKeyBuilder: ~Copyable {
  private var hash = swasmc_sha256()

  /// - Parameter purpose: What the key is for; a new number in it makes all older entries useless.
  public init(purpose: StaticString) {
    swasmc_sha256_begin(&hash)
    add(text: "\(purpose)")
  }

  public mutating func add(bytes: [UInt8]) {
    bytes.withUnsafeBytes { swasmc_sha256_add_text(&hash, $0.baseAddress, $0.count) }
  }

  public mutating func add(text: String) { add(bytes: Array(text.utf8)) }

  public mutating func add(_ key: CacheKey) { add(bytes: key.bytes) }

  /// Adds which file it is, and in which state. False if there is no such file.
  public mutating func add(file: HostString) -> Bool {
    var identity = swasmc_identity()
    guard file.withCString({ swasmc_identify($0, &identity) }) else { return false }
    add(bytes: withUnsafeBytes(of: identity) { Array($0) })
    return true
  }

  /// Adds all that a value holds. It consists of structures, enumerations, arrays, optionals, numbers and texts. Anything
  /// else has no encoding that is the same in the next process, and ends this one.
  public mutating func add(value: Any) { add(bytes: canonicalEncoding(of: value)) }

  public consuming func finish() -> CacheKey { CacheKey(finishing: &hash) }
}

/// Different for different values.
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
    // A cast would look into an optional, and take an empty text for none.
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

  /// False for a value that consists of others.
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
