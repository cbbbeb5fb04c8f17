// Writes OCI layouts, right ones and wrong ones.

import CompileCache
import Foundation

public struct LayoutWriter {
  /// By their paths in the layout.
  public var files: [String: [UInt8]] = [
    "oci-layout": Array(#"{"imageLayoutVersion": "1.0.0"}"#.utf8)
  ]

  public static let manifestType = "application/vnd.oci.image.manifest.v1+json"
  public static let indexType = "application/vnd.oci.image.index.v1+json"

  /// An empty layout.
  public init() {}

  /// A layout with one module, as package tools write it.
  public init(module: [UInt8]) {
    self.init()
    let layer = add(module, type: "application/wasm")
    let manifest = addManifest(layers: [layer])
    files["index.json"] = Self.index([manifest])
  }

  /// Adds a blob. Returns its descriptor.
  public mutating func add(_ bytes: [UInt8], type: String) -> String {
    let hex = Self.hex(bytes)
    files["blobs/sha256/\(hex)"] = bytes
    return Self.descriptor("sha256:\(hex)", size: "\(bytes.count)", type: type)
  }

  /// - Parameter layers: Their descriptors.
  public mutating func addManifest(
    layers: [String], configType: String = "application/vnd.wasm.config.v0+json"
  ) -> String {
    let config = add(Array(#"{"architecture": "wasm", "os": "wasip2"}"#.utf8), type: configType)
    let text = """
      {"schemaVersion": 2, "mediaType": "\(Self.manifestType)", "config": \(config),
        "layers": [\(layers.joined(separator: ", "))]}
      """
    return add(Array(text.utf8), type: Self.manifestType)
  }

  public static func hex(_ bytes: [UInt8]) -> String {
    CacheKey(of: bytes).bytes.map { String(format: "%02x", Int($0)) }.joined()
  }

  public static func descriptor(_ digest: String, size: String, type: String) -> String {
    #"{"mediaType": "\#(type)", "digest": "\#(digest)", "size": \#(size)}"#
  }

  /// - Parameter manifests: Their descriptors.
  public static func index(_ manifests: [String]) -> [UInt8] {
    Array(#"{"schemaVersion": 2, "manifests": [\#(manifests.joined(separator: ", "))]}"#.utf8)
  }

  /// Makes the directory.
  public func write(to directory: String) throws {
    for (path, bytes) in files {
      let file = URL(fileURLWithPath: directory + "/" + path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
  }
}
