// The modules that contain attacks: memories of one kind or several, a table, globals, functions that set the first
// state and hash the last one, helpers that are called through the table, and the attacks "f0", "f1" ...

import WasmEncoding

struct AttackMemory: Sendable {
  let minimumPages: UInt64
  let maximumPages: UInt64
  var is64 = false
  var isShared = false
  var hasBytePages = false
  var isImported = false

  var bytes: UInt64 { hasBytePages ? minimumPages : minimumPages << 16 }

  fileprivate var type: WasmWriter {
    var writer = WasmWriter()
    writer.raw([1 | (isShared ? 2 : 0) | (is64 ? 4 : 0) | (hasBytePages ? 8 : 0)])
    writer.unsigned(minimumPages)
    writer.unsigned(maximumPages)
    if hasBytePages { writer.unsigned(0) }
    return writer
  }

  /// The parts of the memory that are filled and hashed, in bytes. The host program has the same windows.
  fileprivate var windows: [(start: UInt64, bytes: UInt64)] {
    if bytes <= 4 << 16 { return [(0, bytes & ~7)] }
    let ends: [(UInt64, UInt64)] = [(0, 1 << 16), (bytes - 1 << 16, 1 << 16)]
    return bytes <= 1 << 31 + 1 << 16 ? ends : ends + [(1 << 31 - 1 << 15, 1 << 16)]
  }
}

/// A profile of `fuzz attacks`: what its functions may use.
struct AttackProfile: Sendable {
  let name: String
  let memories: [AttackMemory]
  /// How many of ten functions use atomics.
  var atomics = 1
  /// Whether wasmtime can run its modules, too: not if a module takes gigabytes.
  var isSmall = true

  static let all: [AttackProfile] = [
    AttackProfile(name: "plain", memories: [AttackMemory(minimumPages: 1, maximumPages: 3)]),
    AttackProfile(
      name: "several",
      memories: [
        AttackMemory(minimumPages: 1, maximumPages: 3),
        AttackMemory(minimumPages: 2, maximumPages: 2),
        AttackMemory(minimumPages: 1, maximumPages: 4, is64: true),
        AttackMemory(minimumPages: 5000, maximumPages: 9000, hasBytePages: true),
      ]),
    AttackProfile(
      name: "imported",
      memories: [
        AttackMemory(minimumPages: 1, maximumPages: 3, isImported: true),
        AttackMemory(minimumPages: 1, maximumPages: 1),
      ]),
    AttackProfile(
      name: "memory64", memories: [AttackMemory(minimumPages: 1, maximumPages: 3, is64: true)]),
    AttackProfile(
      name: "shared",
      memories: [AttackMemory(minimumPages: 1, maximumPages: 3, isShared: true)], atomics: 5),
    AttackProfile(
      name: "large", memories: [AttackMemory(minimumPages: 36_000, maximumPages: 36_001)],
      isSmall: false),
    AttackProfile(
      name: "full", memories: [AttackMemory(minimumPages: 65_536, maximumPages: 65_536)],
      isSmall: false),
  ]

  var hasImports: Bool { memories.contains(where: \.isImported) }
}

struct AttackModule {
  /// Types: attacks, "fill", "hash", helpers.
  static let attackType: UInt8 = 0
  static let helperType: UInt8 = 3
  static let tableLength = 16
  static let globalKinds: [ValueKind] = [.i32, .i32, .i64, .f64]
  static let segmentBytes = 64
  private static let firstAttack = 2 + helpers.count
  /// The parameters are p, q and n of type i32, and m of type i64. AttackLocal has the positions of the other locals.
  static let locals: [(count: Int, type: UInt8)] = [
    (AttackLocal.integers.count, 0x7f), (AttackLocal.wideIntegers.count, 0x7e), (1, 0x7d),
    (1, 0x7c), (1, 0x7b),
  ]

  /// The module's bytes; nil if a body cannot be encoded.
  static func bytes(_ profile: AttackProfile, bodies: [[AttackNode]]) -> [UInt8]? {
    let attacks = bodies.map { AttackEncoder.body($0, locals: locals) }
    guard attacks.allSatisfy({ $0 != nil }) else { return nil }
    let all =
      [fill(profile), hash(profile)] + helpers.map(WasmWriter.of) + attacks.compactMap { $0 }
    let own = profile.memories.filter { !$0.isImported }
    let functionTypes = WasmWriter.vector(all.count) { writer, index in
      writer.raw([index < 2 ? UInt8(index + 1) : index < firstAttack ? helperType : attackType])
    }
    var sections: [(id: UInt8, contents: WasmWriter)] = [(1, types)]
    if profile.hasImports { sections.append((2, imports(profile))) }
    sections += [(3, functionTypes), (4, .of([1, 0x70, 1, UInt8(tableLength), 40]))]
    sections.append((5, .vector(own.count) { $0.raw(own[$1].type.bytes) }))
    sections += [(6, globals), (7, exports(profile, bodies.count)), (9, elements), (12, .of([1]))]
    sections.append((10, .vector(all.count) { $0.sized(all[$1]) }))
    sections.append((11, data))
    return WasmWriter.module(sections)
  }

  /// A module that exports the memories that the attack module imports.
  static func environment(_ profile: AttackProfile) -> [UInt8] {
    let memories = profile.memories.filter(\.isImported)
    return WasmWriter.module([
      (5, .vector(memories.count) { $0.raw(memories[$1].type.bytes) }),
      (
        7,
        .vector(memories.count) { writer, index in
          writer.name("m\(index)")
          writer.raw([2, UInt8(index)])
        }
      ),
    ])
  }

  private static let types = WasmWriter.of(
    [4, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7e, 1, 0x7e, 0x60, 0, 0, 0x60, 0, 1, 0x7e]
      + [0x60, 1, 0x7f, 1, 0x7f])

  private static func imports(_ profile: AttackProfile) -> WasmWriter {
    let memories = profile.memories.filter(\.isImported)
    return .vector(memories.count) { writer, index in
      writer.name("environment")
      writer.name("m\(index)")
      writer.raw([2] + memories[index].type.bytes)
    }
  }

  private static let globals = WasmWriter.of(
    [4, 0x7f, 1, 0x41, 0, 0x0b, 0x7f, 1, 0x41, 0x20, 0x0b, 0x7e, 1, 0x42, 3, 0x0b, 0x7c, 1, 0x44]
      + [0, 0, 0, 0, 0, 0, 0, 0x40, 0x0b])

  private static func exports(_ profile: AttackProfile, _ attackCount: Int) -> WasmWriter {
    var entries: [(String, UInt8, Int)] = [("fill", 0, 0), ("hash", 0, 1), ("t", 1, 0)]
    entries += profile.memories.indices.map { ("m\($0)", 2, $0) }
    entries += globalKinds.indices.map { ("g\($0)", 3, $0) }
    entries += (0..<attackCount).map { ("f\($0)", 0, firstAttack + $0) }
    return .vector(entries.count) { writer, index in
      writer.name(entries[index].0)
      writer.raw([entries[index].1])
      writer.unsigned(entries[index].2)
    }
  }

  /// The table's elements: helpers, one of which has another type, and nulls.
  private static let elements = WasmWriter.of(
    [2, 0, 0x41, 0, 0x0b, 12, 2, 3, 4, 5, 2, 3, 4, 5, 2, 3, 0, 3]
      // The functions that ref.func may name.
      + [3, 0, 1, 2])

  private static let data: WasmWriter = .vector(1) { writer, _ in
    writer.raw([1])
    writer.unsigned(segmentBytes)
    writer.raw((0..<segmentBytes).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) })
  }

  /// Functions (i32) -> i32: a sum, a product that counts its calls in a global, one that reads the size of memory, and
  /// a division.
  private static let helpers: [[UInt8]] = [
    [0, 0x20, 0, 0x41, 1, 0x6a, 0x0b],
    [0, 0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x20, 0, 0x41, 3, 0x6c, 0x0b],
    [0, 0x3f, 0, 0x1a, 0x20, 0, 0x41, 7, 0x72, 0x0b],
    [0, 0x41, 0xe4, 0, 0x20, 0, 0x41, 3, 0x71, 0x6e, 0x0b],
  ]

  // MARK: The first state and the last

  /// Fills memory. Of four words one is an index below 4,096, one is below 65,536, one is arbitrary, and one is 0 or 1.
  private static func fill(_ profile: AttackProfile) -> WasmWriter {
    var code = WasmWriter.of([1, 2, 0x7f])
    for (index, memory) in profile.memories.enumerated() {
      for window in memory.windows {
        let limit = Int64(Int32(truncatingIfNeeded: Int64(window.start + window.bytes)))
        code.raw([0x41])
        code.signed(Int64(Int32(truncatingIfNeeded: Int64(window.start))))
        code.raw([0x21, 0, 0x03, 0x40])
        // v = place * odd; v ^= v >> 15
        code.raw([0x20, 0] + [0x41, 0xb1, 0xf3, 0xdd, 0xf1, 0x79, 0x6c, 0x22, 1])
        code.raw([0x20, 1, 0x41, 15, 0x76, 0x73, 0x21, 1])
        address(&code, memory)
        // mask: chosen by bits 2 and 3 of the place
        code.raw(
          [0x20, 1, 0x41, 0xff, 0x1f, 0x41, 0xff, 0xff, 3] + [0x20, 0, 0x41, 4, 0x71, 0x1b])
        code.raw([0x41, 0x7f, 0x41, 1, 0x20, 0, 0x41, 4, 0x71, 0x1b])
        code.raw([0x20, 0, 0x41, 8, 0x71, 0x1b, 0x71, 0x36])
        memoryArgument(&code, index)
        code.raw([0x20, 0, 0x41, 4, 0x6a, 0x22, 0, 0x41])
        code.signed(limit)
        code.raw([0x47, 0x0d, 0, 0x0b])
      }
    }
    code.raw([0x0b])
    return code
  }

  private static func hash(_ profile: AttackProfile) -> WasmWriter {
    let multiply: [UInt8] = [0x42, 0xb3, 0x83, 0x80, 0x80, 0x80, 0x20, 0x7e, 0x21, 1]
    var code = WasmWriter.of([2, 1, 0x7f, 1, 0x7e])
    for (index, memory) in profile.memories.enumerated() {
      for window in memory.windows {
        code.raw([0x41])
        code.signed(Int64(Int32(truncatingIfNeeded: Int64(window.start))))
        code.raw([0x21, 0, 0x03, 0x40, 0x20, 1])
        address(&code, memory)
        code.raw([0x29])
        memoryArgument(&code, index)
        code.raw([0x85] + multiply + [0x20, 0, 0x41, 8, 0x6a, 0x22, 0, 0x41])
        code.signed(Int64(Int32(truncatingIfNeeded: Int64(window.start + window.bytes))))
        code.raw([0x47, 0x0d, 0, 0x0b])
      }
      code.raw([0x20, 1, 0x3f, UInt8(index)] + (memory.is64 ? [] : [0xad]) + [0x85] + multiply)
    }
    for (index, kind) in globalKinds.enumerated() {
      let toWide: [UInt8] = kind == .i32 ? [0xad] : kind == .f64 ? [0xbd] : []
      code.raw([0x20, 1, 0x23, UInt8(index)] + toWide + [0x85] + multiply)
    }
    code.raw([0x20, 1, 0xfc, 16, 0, 0xad, 0x85, 0x0b])
    return code
  }

  private static func address(_ code: inout WasmWriter, _ memory: AttackMemory) {
    code.raw([0x20, 0] + (memory.is64 ? [0xad] : []))
  }

  private static func memoryArgument(_ code: inout WasmWriter, _ memory: Int) {
    code.raw(memory == 0 ? [0, 0] : [0x40, UInt8(memory), 0])
  }
}

/// The positions of an attack's local variables.
enum AttackLocal {
  static let p = 0, q = 1, n = 2, m = 3
  static let integers = 4...13
  /// Counters and pointers of the outer and the inner loop, ends, sums, and values that are used after the loop.
  static let counter = 4, innerCounter = 5, pointer = 6, innerPointer = 7, end = 8, sum = 9
  static let last = 10, alias = 11, loaded = 12, other = 13
  static let wideIntegers = 14...17
  static let wideCounter = 14, innerWideCounter = 15, wideSum = 16, wideLoaded = 17
  static let single = 18, double = 19, vector = 20
}
