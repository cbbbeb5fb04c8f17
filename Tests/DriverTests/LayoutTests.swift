// OCI layouts as input: directories and archives, and what is refused in them.

import Foundation
import Glibc
import System
import TestSupport
import Testing

@testable import Driver

@Suite struct LayoutTests {
  private static let module = TinyModule().bytes
  private let scratch = Result { try Scratch() }

  private func directory() throws -> String { try scratch.get().path.description + "/layout" }

  /// Writes a layout as a directory. Returns its path.
  private func write(_ layout: LayoutWriter) throws -> String {
    try layout.write(to: try directory())
    return try directory()
  }

  private func archive(_ options: [String] = []) throws -> HostString {
    let path = try scratch.get().file("layout.tar")
    let words = options + ["-C", try directory(), "-cf", path.description, "."]
    let made = try runTool("/bin/tar", words.map { HostString($0) })
    #expect(made.status == 0)
    return path
  }

  /// The message of the error without the path; nil if there is none.
  private func refusal(_ path: HostString) -> String? {
    do throws(DriverError) {
      _ = try InputFile.read(path: path)
      return nil
    } catch {
      let prefix = "\(path): error[E0106]: "
      #expect(error.exitStatus == 1)
      #expect(error.message.text.hasPrefix(prefix))
      return String(error.message.text.dropFirst(prefix.count))
    }
  }

  private func refusal(_ layout: LayoutWriter) throws -> String? {
    refusal(HostString(try write(layout)))
  }

  // MARK: What is read

  @Test func aDirectoryIsRead() throws {
    let path = try write(LayoutWriter(module: Self.module))
    for path in [path, path + "/"] {
      #expect(try InputFile.read(path: HostString(path)).bytes == Self.module)
    }
  }

  @Test(arguments: ["ustar", "gnu", "pax", "posix"])
  func anArchiveIsRead(format: String) throws {
    _ = try write(LayoutWriter(module: Self.module))
    #expect(try InputFile.read(path: try archive(["--format", format])).bytes == Self.module)
  }

  @Test func anIndexInAnIndexIsRead() throws {
    var layout = LayoutWriter()
    let layer = layout.add(Self.module, type: "application/wasm")
    let manifest = layout.addManifest(layers: [layer])
    let inner = layout.add(LayoutWriter.index([manifest]), type: LayoutWriter.indexType)
    layout.files["index.json"] = LayoutWriter.index([inner])
    #expect(try refusal(layout) == nil)
  }

  @Test func layersOfOtherTypesAreNotRead() throws {
    var layout = LayoutWriter()
    let layers = [
      layout.add([1], type: "text/plain"), layout.add(Self.module, type: "application/wasm"),
    ]
    layout.files["index.json"] = LayoutWriter.index([layout.addManifest(layers: layers)])
    #expect(try refusal(layout) == nil)
  }

  @Test(arguments: [
    ("a.wasm", "a"), ("a.tar", "a"), ("a", "a.out"), ("a/", "a.out"), ("b/a//", "b/a.out"),
  ])
  func outputsAreNamedAfterTheInput(input: String, output: String) {
    #expect(defaultOutputPath(input: HostString(input), emit: .exe) == HostString(output))
  }

  // MARK: Blobs that are not what is said of them

  private func blobPath() throws -> String {
    try directory() + "/blobs/sha256/" + LayoutWriter.hex(Self.module)
  }

  @Test func aChangedBlobIsRefused() throws {
    var layout = LayoutWriter(module: Self.module)
    let hex = LayoutWriter.hex(Self.module)
    var changed = Self.module
    changed[changed.count - 1] ^= 1
    layout.files["blobs/sha256/\(hex)"] = changed
    let message =
      "the blob sha256:\(hex) was changed: its digest is sha256:\(LayoutWriter.hex(changed))"
    #expect(try refusal(layout) == message)
    #expect(refusal(try archive()) == message)
  }

  @Test func aBlobOfAnotherSizeIsRefused() throws {
    var layout = LayoutWriter(module: Self.module)
    let path = "blobs/sha256/\(LayoutWriter.hex(Self.module))"
    layout.files[path] = Self.module + [0]
    let message =
      "\(path) has \(Self.module.count + 1) bytes; the layout says \(Self.module.count)"
    #expect(try refusal(layout) == message)
    #expect(refusal(try archive()) == message)
  }

  @Test func aMissingBlobIsNamed() throws {
    var layout = LayoutWriter(module: Self.module)
    let path = "blobs/sha256/\(LayoutWriter.hex(Self.module))"
    layout.files[path] = nil
    #expect(try refusal(layout) == "the layout has no file \(path)")
    #expect(refusal(try archive()) == "the archive has no file \(path)")
  }

  @Test(arguments: [
    ("sha256:../../../../../../etc/passwd", "is not sha256: and 64 lower-case hexadecimal digits"),
    (
      "sha256:" + String(repeating: "A", count: 64),
      "is not sha256: and 64 lower-case hexadecimal digits"
    ),
    (
      "sha256:" + String(repeating: "a", count: 63),
      "is not sha256: and 64 lower-case hexadecimal digits"
    ),
    ("sha512:" + String(repeating: "a", count: 128), "does not begin with sha256:"),
    ("/etc/passwd", "does not begin with sha256:"), ("", "does not begin with sha256:"),
  ])
  func otherDigestsAreRefused(digest: String, message: String) throws {
    var layout = LayoutWriter()
    layout.files["index.json"] = LayoutWriter.index([
      LayoutWriter.descriptor(digest, size: "5", type: LayoutWriter.manifestType)
    ])
    #expect(try refusal(layout)?.contains(message) == true)
  }

  @Test(arguments: ["-1", "4194305", "1152921504606846976"])
  func otherSizesAreRefused(size: String) throws {
    var layout = LayoutWriter()
    let digest = "sha256:" + String(repeating: "a", count: 64)
    layout.files["index.json"] = LayoutWriter.index([
      LayoutWriter.descriptor(digest, size: size, type: LayoutWriter.manifestType)
    ])
    #expect(
      try refusal(layout) == "the blob \(digest) has \(size) bytes; at most 4194304 are read")
  }

  // MARK: Links and other files

  @Test func linksAreNotFollowed() throws {
    let elsewhere = try scratch.get().write("elsewhere", Self.module).description
    _ = try write(LayoutWriter(module: Self.module))
    try FileManager.default.removeItem(atPath: try blobPath())
    try FileManager.default.createSymbolicLink(
      atPath: try blobPath(), withDestinationPath: elsewhere)
    let name = "blobs/sha256/\(LayoutWriter.hex(Self.module))"
    let path = HostString(try directory())
    #expect(refusal(path) == "\(name) is not a regular file, or a part of its path is a link")
    #expect(refusal(try archive()) == "\(name) is a link; it is not followed")
  }

  @Test func linkedDirectoriesAreNotFollowed() throws {
    _ = try write(LayoutWriter(module: Self.module))
    let (blobs, moved) = (try directory() + "/blobs", try scratch.get().file("moved").description)
    try FileManager.default.moveItem(atPath: blobs, toPath: moved)
    try FileManager.default.createSymbolicLink(atPath: blobs, withDestinationPath: moved)
    #expect(
      refusal(HostString(try directory()))?.hasSuffix(
        "is not a regular file, or a part of its path is a link")
        == true)
  }

  @Test func aPipeDoesNotBlock() throws {
    _ = try write(LayoutWriter(module: Self.module))
    try FileManager.default.removeItem(atPath: try blobPath())
    #expect(mkfifo(try blobPath(), 0o600) == 0)
    #expect(
      refusal(HostString(try directory()))?.hasSuffix(
        "is not a regular file, or a part of its path is a link")
        == true)
  }

  // MARK: Indexes and manifests

  @Test func severalManifestsAreListed() throws {
    var layout = LayoutWriter(module: Self.module)
    let first = layout.addManifest(layers: [])
    let second = first.replacingOccurrences(
      of: "}", with: #", "annotations": {"org.opencontainers.image.ref.name": "1.2"}}"#)
    layout.files["index.json"] = LayoutWriter.index([first, second])
    let message = try refusal(layout)
    #expect(
      message?.hasPrefix("index.json names 2 manifests; it must name one:\n  sha256:") == true)
    #expect(message?.hasSuffix(" (1.2)") == true)
    layout.files["index.json"] = LayoutWriter.index([])
    #expect(try refusal(layout) == "index.json names no manifest")
  }

  @Test func deepIndexesAreRefused() throws {
    var layout = LayoutWriter()
    let layer = layout.add(Self.module, type: "application/wasm")
    var descriptor = layout.addManifest(layers: [layer])
    for _ in 0..<4 {
      descriptor = layout.add(LayoutWriter.index([descriptor]), type: LayoutWriter.indexType)
    }
    layout.files["index.json"] = LayoutWriter.index([descriptor])
    #expect(try refusal(layout) == "its indexes are nested more than 4 deep")
  }

  @Test func otherTypesAreRefused() throws {
    var layout = LayoutWriter()
    let layer = layout.add(Self.module, type: "application/wasm")
    func refusal(_ manifest: String) throws -> String? {
      layout.files["index.json"] = LayoutWriter.index([manifest])
      return try self.refusal(layout)
    }
    #expect(
      try refusal(layout.addManifest(layers: [layer], configType: "application/x"))?
        .hasPrefix("its config has the type application/x; a WebAssembly artifact has ") == true)
    for count in [0, 2] {
      #expect(
        try refusal(layout.addManifest(layers: Array(repeating: layer, count: count)))
          == "its manifest has \(count) layers of the type application/wasm; it must have one")
    }
    #expect(
      try refusal(layer)?.hasSuffix(
        " has the type application/wasm, which is neither a manifest nor an index") == true)
  }

  @Test(
    arguments: [
      ("{", "index.json is not valid JSON"), ("", "index.json is not valid JSON"),
      (
        "{\"" + String(repeating: "\u{315}\u{300}", count: 1025) + "\": 0}",
        "index.json has a text of more than 4096 bytes that is not ASCII"
      ),
      (
        "{\"" + String(repeating: #"\u0315\u0300"#, count: 400) + "\": 0}",
        "index.json has a text of more than 4096 bytes that is not ASCII"
      ),
      (String(repeating: "[", count: 1 << 20), "index.json is not valid JSON"),
      ("[]", "index.json is not an object of JSON"), ("7", "index.json is not an object of JSON"),
      ("{}", #"index.json lacks "manifests""#),
      (#"{"manifests": 7}"#, #"index.json has the wrong kind of value for "manifests""#),
      (#"{"manifests": [{"mediaType": ""}]}"#, #"index.json lacks "manifests[0].digest""#),
      (
        #"{"manifests": [{"mediaType": "", "digest": 7}]}"#,
        #"index.json has the wrong kind of value for "manifests[0].digest""#
      ),
      (
        #"{"manifests": [{"mediaType": "", "digest": "", "size": 1e99}]}"#,
        "index.json has a number or a text that is out of range"
      ),
    ])
  func otherJSONIsRefused(text: String, message: String) throws {
    var layout = LayoutWriter()
    layout.files["index.json"] = Array(text.utf8)
    #expect(try refusal(layout) == message)
  }

  /// A blob is named by its digest.
  @Test func otherJSONInABlobIsRefused() throws {
    var layout = LayoutWriter()
    let text = #"{"config": {"mediaType": "x", "digest": "y", "size": 1}, "layers": [{"size": 1}]}"#
    let manifest = layout.add(Array(text.utf8), type: LayoutWriter.manifestType)
    layout.files["index.json"] = LayoutWriter.index([manifest])
    let hex = LayoutWriter.hex(Array(text.utf8))
    #expect(try refusal(layout) == "the blob sha256:\(hex) lacks \"layers[0].mediaType\"")
  }

  @Test func otherDirectoriesAreRefused() throws {
    var layout = LayoutWriter(module: Self.module)
    layout.files["oci-layout"] = Array(#"{"imageLayoutVersion": "2.0.0"}"#.utf8)
    #expect(try refusal(layout) == "it is an OCI layout of version 2.0.0; only 1.0.0 is read")
    try FileManager.default.removeItem(atPath: try directory() + "/oci-layout")
    #expect(
      refusal(HostString(try directory()))
        == "it is a directory without the file oci-layout, so it is no OCI layout")
    #expect(
      refusal(try archive())?.hasPrefix("the archive has no file oci-layout at its root") == true)
  }

  // MARK: Archives

  private func archiveBytes() throws -> [UInt8] {
    _ = try write(LayoutWriter(module: Self.module))
    _ = try archive(["--format", "ustar"])
    return try scratch.get().read("layout.tar")
  }

  private func refusal(archive bytes: [UInt8]) throws -> String? {
    refusal(try scratch.get().write("changed.tar", bytes))
  }

  /// A header with a right checksum, and contents.
  private func entry(
    _ name: String, kind: Character = "0", _ contents: [UInt8], size: String? = nil
  )
    -> [UInt8]
  {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    put(name, at: 0)
    put(size ?? String(format: "%011o", contents.count), at: 124)
    put("        ", at: 148)
    put(String(kind), at: 156)
    put("ustar", at: 257)
    put("00", at: 263)
    put(String(format: "%06o", block.reduce(0) { $0 + Int($1) }) + "\0", at: 148)
    return block + contents + [UInt8](repeating: 0, count: -contents.count & 511)
  }

  @Test func headersAreChecked() throws {
    let file = entry("oci-layout", [])
    #expect(
      try refusal(archive: file + file)?.hasPrefix("the archive has oci-layout twice") == true)
    var wrong = file
    wrong[0] ^= 1
    #expect(
      try refusal(archive: wrong)
        == "the archive has a header whose checksum is wrong (offset 0x0)")
    for size in ["00000001001", "77777777777", "-0000000001", "\u{7f}       "] {
      #expect(
        try refusal(archive: entry("oci-layout", [1], size: size))
          == "the archive has a file that is longer than the archive (offset 0x0)")
    }
    #expect(
      try refusal(archive: file + [1]) == "the archive ends within a header (offset 0x200)")
  }

  /// A header before a file can give it another name or size. Such a file does not belong to the layout.
  @Test func renamedFilesAreNotFound() throws {
    let file = entry("oci-layout", Array("{}".utf8))
    let missing = "the archive has no file oci-layout at its root"
    for record in ["11 path=abc\n", "9 size=1\n", "99 path=abc\n", "x", "-1 path=a\n"] {
      let renamed = entry("x", kind: "x", Array(record.utf8)) + file
      #expect(try refusal(archive: renamed)?.hasPrefix(missing) == true, "\(record)")
    }
    #expect(try refusal(archive: entry("x", kind: "L", [0x61]) + file)?.hasPrefix(missing) == true)
    let harmless = entry("x", kind: "x", Array("11 mtime=1\n".utf8)) + file
    #expect(try refusal(archive: harmless) == #"oci-layout lacks "imageLayoutVersion""#)
    #expect(
      try refusal(archive: entry("x", kind: "g", Array("11 path=abc\n".utf8)) + file)?
        .hasPrefix("the archive gives all its files one name or size") == true)
  }

  /// Whatever bytes are changed or left out: as long as the file is an archive, the module is the right one, or there
  /// is an error.
  @Test func brokenArchivesAreRefused() throws {
    let bytes = try archiveBytes()
    var random = SeededRandom(seed: 11)
    var refused = 0
    for round in 0..<400 {
      var changed = bytes
      if round % 4 == 0 {
        changed.removeLast(Int.random(in: 1..<bytes.count - 512, using: &random))
      } else {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let position = Int.random(in: 0..<bytes.count, using: &random)
          changed[position] = UInt8.random(in: 0...255, using: &random)
        }
      }
      let path = try scratch.get().write("changed.tar", changed)
      if let input = try? InputFile.read(path: path) {
        if TarFile.isArchive(changed) { #expect(input.bytes == Self.module) }
      } else {
        refused += 1
      }
    }
    #expect(refused > 50)
  }
}
