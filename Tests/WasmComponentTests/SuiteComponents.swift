// The components of the official suite, as seeds of hostile ones.

import Foundation
import TestSupport

enum SuiteComponents {
  static var isAvailable: Bool { directory != nil && Text.isAvailable }

  private static var directory: String? {
    let workspace = Workspace.current
    guard let shared = workspace.sharedDirectory else { return nil }
    let path = shared + "/component-model"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// The binary form of every component, valid or not, in the order of the files' names.
  static func all() throws -> [[UInt8]] {
    guard let directory else { return [] }
    let scratch = try ScratchDirectory()
    let paths = (FileManager.default.enumerator(atPath: directory)?.allObjects ?? [])
      .compactMap { $0 as? String }.filter { $0.hasSuffix(".wast") }.sorted()
    var components: [[UInt8]] = []
    for path in paths {
      let stem = path.replacing("/", with: "-").replacing(".wast", with: "")
      let folder = scratch.path + "/" + stem
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      // A script that the tool cannot read is no seed.
      let run = try ProcessRun.run(
        try Workspace.current.requiredTool("WASM_TOOLS"),
        [
          "json-from-wast", directory + "/" + path, "-o", folder + "/script.json", "--wasm-dir",
          folder,
        ])
      guard run.status == 0 else { continue }
      for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      where file.hasSuffix(".wasm") {
        components.append(
          [UInt8](FileManager.default.contents(atPath: folder + "/" + file) ?? Data()))
      }
    }
    return components
  }
}

/// Changes, copies or removes bytes of a component. New values usually have a meaning in the format.
struct ComponentMutator {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func mutant(of seeds: [[UInt8]]) -> [UInt8] {
    var bytes = random.pick(seeds)
    guard bytes.count > 8 else { return bytes }
    for _ in 0...random.below(3) { change(&bytes) }
    return bytes
  }

  private static let codes: [UInt8] = [
    0x00, 0x01, 0x02, 0x03, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x50, 0x60, 0x63, 0x65, 0x66, 0x67, 0x68,
    0x69,
    0x6a, 0x6b, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x79, 0x7d, 0x7f, 0x10, 0x11, 0x12, 0x80, 0xff,
  ]

  private mutating func change(_ bytes: inout [UInt8]) {
    let position = 8 + random.below(bytes.count - 8)
    switch random.below(8) {
    case 0, 1, 2: bytes[position] = UInt8(random.below(8))
    case 3: bytes[position] &+= 1
    case 4: bytes[position] = random.pick(Self.codes)
    case 5: bytes[position] ^= 1 << UInt8(random.below(8))
    case 6:
      let source = 8 + random.below(bytes.count - 8)
      let count = min(1 + random.below(8), bytes.count - max(position, source))
      for offset in 0..<count { bytes[position + offset] = bytes[source + offset] }
    default: bytes.removeSubrange(position..<min(bytes.count, position + 1 + random.below(3)))
    }
    if bytes.count <= 8 { bytes = Array(bytes.prefix(8)) + [0x00] }
  }
}
