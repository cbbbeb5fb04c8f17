// The component in an OCI image layout: the artifact that package tools for WebAssembly push to registries. Nothing is
// fetched. The layout may be hostile: every blob that is read must have the size and the digest that its descriptor
// states.
//
// Spec: opencontainers/image-spec, image-layout.md, image-index.md, manifest.md, descriptor.md; CNCF Wasm OCI artifact.

import CompileCache
import Foundation
import System

/// Why a layout is refused.
struct LayoutError: Error {
  let message: Message

  init(_ message: Message) { self.message = message }
}

/// The files of a layout, by their paths in it.
protocol LayoutFiles: ~Copyable {
  /// - Parameters:
  ///   - path: Names of directories, and of the file.
  ///   - size: How many bytes the file must have; nil: any number.
  ///   - limitBytes: How many it may have.
  func read(_ path: [String], size: Int?, limitBytes: Int) throws(LayoutError) -> [UInt8]
}

extension LayoutFiles where Self: ~Copyable {
  func checkSize(of name: String, _ found: Int, size: Int?, limitBytes: Int) throws(LayoutError) {
    if let size, found != size {
      throw LayoutError("\(name) has \(found) bytes; the layout says \(size)")
    }
    guard found <= limitBytes else {
      throw LayoutError("\(name) has \(found) bytes; at most \(limitBytes) are read")
    }
  }
}

struct OCILayout<Files: LayoutFiles & ~Copyable>: ~Copyable {
  private let files: Files

  /// The most bytes of each JSON file. Registries accept manifests up to this size.
  private static var jsonBytes: Int { 4 << 20 }
  /// How many indexes may be nested, index.json included. Digests rule out cycles, but not deep nesting.
  private static var mostIndexes: Int { 4 }

  init(_ files: consuming Files) { self.files = files }

  /// The bytes of the only layer with WebAssembly.
  func component() throws(LayoutError) -> [UInt8] {
    let version: LayoutVersion = try decode(
      try files.read(["oci-layout"], size: nil, limitBytes: Self.jsonBytes), "oci-layout")
    guard version.imageLayoutVersion == "1.0.0" else {
      throw LayoutError(
        "it is an OCI layout of version \(version.imageLayoutVersion); only 1.0.0 is read")
    }
    let manifest = try manifest()
    guard manifest.config.mediaType == MediaType.config else {
      throw LayoutError(
        "its config has the type \(manifest.config.mediaType); a WebAssembly artifact has \(MediaType.config)"
      )
    }
    _ = try blob(manifest.config, limitBytes: Self.jsonBytes)
    let layers = manifest.layers.filter { $0.mediaType == MediaType.wasm }
    guard layers.count == 1 else {
      throw LayoutError(
        "its manifest has \(layers.count) layers of the type \(MediaType.wasm); it must have one")
    }
    return try blob(layers[0], limitBytes: InputFile.limitBytes)
  }

  private func manifest() throws(LayoutError) -> Manifest {
    var name: Message = "index.json"
    var bytes = try files.read(["index.json"], size: nil, limitBytes: Self.jsonBytes)
    for _ in 0..<Self.mostIndexes {
      let index: Index = try decode(bytes, name)
      let descriptor = try onlyManifest(of: index, name)
      bytes = try blob(descriptor, limitBytes: Self.jsonBytes)
      name = "the blob \(descriptor.digest)"
      switch descriptor.mediaType {
      case MediaType.manifest: return try decode(bytes, name)
      case MediaType.index: break
      default:
        throw LayoutError(
          "\(name) has the type \(descriptor.mediaType), which is neither a manifest nor an index")
      }
    }
    throw LayoutError("its indexes are nested more than \(Self.mostIndexes) deep")
  }

  private func onlyManifest(of index: Index, _ name: Message) throws(LayoutError) -> Descriptor {
    if index.manifests.count == 1 { return index.manifests[0] }
    if index.manifests.isEmpty { throw LayoutError("\(name) names no manifest") }
    let most = 20
    let lines = index.manifests.prefix(most).map { descriptor -> Message in
      let reference = descriptor.annotations?["org.opencontainers.image.ref.name"]
      return "\n  \(descriptor.digest)\(reference.map { " (\($0))" as Message } ?? "")"
    }
    throw LayoutError(
      """
      \(name) names \(index.manifests.count) manifests; it must name one:\(lines.joined(separator: ""))\
      \(index.manifests.count > most ? "\n  …" as Message : "")
      """)
  }

  // MARK: Blobs

  private func blob(_ descriptor: Descriptor, limitBytes: Int) throws(LayoutError) -> [UInt8] {
    let digest = try Digest(descriptor.digest)
    guard descriptor.size >= 0, descriptor.size <= limitBytes else {
      throw LayoutError(
        "the blob \(descriptor.digest) has \(descriptor.size) bytes; at most \(limitBytes) are read"
      )
    }
    let bytes = try files.read(
      ["blobs", "sha256", digest.hex], size: Int(descriptor.size), limitBytes: limitBytes)
    guard Digest(of: bytes) == digest else {
      throw LayoutError(
        "the blob \(descriptor.digest) was changed: its digest is sha256:\(Digest(of: bytes).hex)")
    }
    return bytes
  }

  /// The most bytes in a JSON text with characters outside of ASCII. Swift compares and hashes such texts in a time that
  /// can grow with the square of their length.
  private static var mostTextBytes: Int { 4096 }

  private static func hasLongText(_ json: [UInt8]) -> Bool {
    var (count, isInText, isEscaped, isASCII) = (0, false, false, true)
    for byte in json {
      if !isInText {
        isInText = byte == UInt8(ascii: "\"")
        (count, isEscaped, isASCII) = (0, false, true)
      } else if isEscaped {
        isEscaped = false
        isASCII = isASCII && byte != UInt8(ascii: "u")
      } else if byte == UInt8(ascii: "\"") {
        isInText = false
      } else {
        isEscaped = byte == UInt8(ascii: "\\")
        isASCII = isASCII && byte < 0x80
      }
      count += 1
      if isInText && !isASCII && count > mostTextBytes { return true }
    }
    return false
  }

  private func decode<Value: Decodable>(_ bytes: [UInt8], _ name: Message) throws(LayoutError)
    -> Value
  {
    guard !Self.hasLongText(bytes) else {
      throw LayoutError(
        "\(name) has a text of more than \(Self.mostTextBytes) bytes that is not ASCII")
    }
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch DecodingError.keyNotFound(let key, let context) {
      throw LayoutError("\(name) lacks \(place(context.codingPath + [key]))")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context)
    {
      throw context.codingPath.isEmpty
        ? LayoutError("\(name) is not an object of JSON")
        : LayoutError("\(name) has the wrong kind of value for \(place(context.codingPath))")
    } catch {
      // A number that is too large is an error without a place.
      let isJSON = (try? JSONDecoder().decode(AnyJSON.self, from: Data(bytes))) != nil
      throw LayoutError(
        isJSON ? "\(name) has a number or a text that is out of range" : "\(name) is not valid JSON"
      )
    }
  }

  /// As `"manifests[0].digest"`.
  private func place(_ path: [any CodingKey]) -> Message {
    var text: Message = ""
    for (position, key) in path.enumerated() {
      if let index = key.intValue {
        text = "\(text)[\(index)]"
      } else {
        text = "\(text)\(position == 0 ? "" : "." as Message)\(key.stringValue)"
      }
    }
    return "\"\(text)\""
  }
}

private enum MediaType {
  static let index = "application/vnd.oci.image.index.v1+json"
  static let manifest = "application/vnd.oci.image.manifest.v1+json"
  static let config = "application/vnd.wasm.config.v0+json"
  static let wasm = "application/wasm"
}

/// Any object, array or other value.
private struct AnyJSON: Decodable {
  init(from decoder: any Decoder) {}
}

// The members that are needed, under their names in JSON.

private struct LayoutVersion: Decodable {
  let imageLayoutVersion: String
}

private struct Index: Decodable {
  let manifests: [Descriptor]
}

private struct Manifest: Decodable {
  let config: Descriptor
  let layers: [Descriptor]
}

private struct Descriptor: Decodable {
  let mediaType: String
  let digest: String
  let size: Int64
  let annotations: [String: String]?
}

/// The SHA-256 of a blob. Its text becomes part of a path, so only 64 lower-case hexadecimal digits are accepted.
private struct Digest: Equatable {
  let hex: String

  init(of bytes: [UInt8]) {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var hex = ""
    for byte in CacheKey(of: bytes).bytes {
      hex.unicodeScalars.append(digits[Int(byte >> 4)])
      hex.unicodeScalars.append(digits[Int(byte & 15)])
    }
    self.hex = hex
  }

  init(_ text: String) throws(LayoutError) {
    let algorithm = "sha256:"
    guard text.utf8.starts(with: algorithm.utf8) else {
      throw LayoutError(
        "the digest \(Self.shown(text)) does not begin with sha256:; no other algorithm is supported"
      )
    }
    let hex = text.utf8.dropFirst(algorithm.utf8.count)
    guard hex.count == 64,
      hex.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else {
      throw LayoutError(
        "the digest \(Self.shown(text)) is not sha256: and 64 lower-case hexadecimal digits")
    }
    self.hex = String(decoding: hex, as: UTF8.self)
  }

  private static func shown(_ text: String) -> Message {
    text.utf8.count > 100 ? "\(String(text.unicodeScalars.prefix(100)))…" : "\(text)"
  }
}
