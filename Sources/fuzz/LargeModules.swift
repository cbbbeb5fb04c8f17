// The large inputs that are not large by one function: they have many items of one kind, or sizes at a limit or above.

import WasmEncoding

extension LargeInput {
  private typealias Section = (id: UInt8, contents: WasmWriter)

  /// A module whose export `run` returns 1.
  /// - Parameters:
  ///   - types: The encoded type of `run`, the only type of the module.
  ///   - before: Sections between those of the functions and of the exports.
  ///   - exports: Sections between those of the exports and of the code.
  ///   - after: Sections after that of the code.
  private static func module(
    types: [UInt8] = [0x60, 0, 1, 0x7f], before: [Section] = [], exports: [Section] = [],
    after: [Section] = []
  ) -> [UInt8] {
    let body = WasmWriter.of([0, 0x41, 1, 0x0b])
    let own: [Section] = [
      (7, .of([1, 3, 0x72, 0x75, 0x6e, 0, 0]))
    ]
    return WasmWriter.module(
      [(1, .of([1] + types)), (3, .of([1, 0]))] + before + own + exports
        + [(10, .vector(1) { writer, _ in writer.sized(body) })] + after)
  }

  static let counts = [
    LargeInput(name: "100,000 functions", output: "7") {
      // Each hundredth function returns 7. Each of the others calls the next one.
      WasmWriter.module([
        (1, .of([1, 0x60, 0, 1, 0x7f])), (3, .vector(100_000) { writer, _ in writer.raw([0]) }),
        (7, .of([1, 3, 0x72, 0x75, 0x6e, 0, 0])),
        (
          10,
          .vector(100_000) { writer, index in
            var body = WasmWriter.of([0])
            if index % 100 == 99 {
              body.raw([0x41, 7, 0x0b])
            } else {
              body.raw([0x10])
              body.unsigned(index + 1)
              body.raw([0x0b])
            }
            writer.sized(body)
          }
        ),
      ])
    },
    LargeInput(name: "100,000 types", output: "1") {
      WasmWriter.module([
        (
          1,
          .vector(100_000) { writer, index in
            // i32 or i64 by the bits of the index, so that all differ
            if index == 0 { return writer.raw([0x60, 0, 1, 0x7f]) }
            writer.raw([0x60, 17])
            for bit in 0..<17 { writer.raw([index >> bit & 1 == 0 ? 0x7f : 0x7e]) }
            writer.raw([0])
          }
        ), (3, .of([1, 0])), (7, .of([1, 3, 0x72, 0x75, 0x6e, 0, 0])),
        (10, .of([1, 4, 0, 0x41, 1, 0x0b])),
      ])
    },
    LargeInput(name: "100,000 globals", output: "1") {
      module(before: [(6, .vector(100_000) { writer, _ in writer.raw([0x7e, 1, 0x42, 5, 0x0b]) })])
    },
    LargeInput(name: "100,000 exports", output: nil) {
      WasmWriter.module([
        (1, .of([1, 0x60, 0, 1, 0x7f])), (3, .of([1, 0])),
        (
          7,
          .vector(100_000) { writer, index in
            writer.name("export \(index)")
            writer.raw([0, 0])
          }
        ), (10, .of([1, 4, 0, 0x41, 1, 0x0b])),
      ])
    },
    LargeInput(name: "100,000 custom sections", output: "1") {
      module(after: (0..<100_000).map { _ in (0, .of([1, 0x78, 0, 0])) })
    },
  ]

  static let signatures = [
    LargeInput(name: "1,000 parameters and results", output: "1000") { wideSignature(1_000) },
    LargeInput(name: "1,001 parameters and results", output: nil) { wideSignature(1_001) },
  ]

  /// A function that returns its parameters, called with 1, 2, 3 ...; all but the last result are dropped.
  private static func wideSignature(_ count: Int) -> [UInt8] {
    var wide = WasmWriter.of([0])
    var caller = WasmWriter.of([1, 1, 0x7f])
    for index in 0..<count {
      wide.raw([0x20])
      wide.unsigned(index)
      caller.raw([0x41])
      caller.signed(Int64(index + 1))
    }
    wide.raw([0x0b])
    caller.raw([0x10, 1, 0x21, 0])
    for _ in 1..<count { caller.raw([0x1a]) }
    caller.raw([0x20, 0, 0x0b])
    var types = WasmWriter.of([2, 0x60, 0, 1, 0x7f, 0x60])
    for _ in 0..<2 {
      types.unsigned(count)
      types.raw(Array(repeating: 0x7f, count: count))
    }
    let bodies = [caller, wide]
    return WasmWriter.module([
      (1, types), (3, .of([2, 0, 1])), (7, .of([1, 3, 0x72, 0x75, 0x6e, 0, 0])),
      (10, .vector(2) { writer, index in writer.sized(bodies[index]) }),
    ])
  }

  static let segments = [
    LargeInput(name: "100,000 data segments", output: "1") {
      module(
        before: [(5, .of([1, 0, 1]))],
        after: [(11, .vector(100_000) { writer, index in dataSegment(&writer, index) })])
    },
    LargeInput(name: "100,000 element segments", output: "1") {
      module(
        before: [(4, .of([1, 0x70, 0, 10]))],
        exports: [
          (
            9,
            .vector(100_000) { writer, index in
              writer.raw([0, 0x41, UInt8(index % 10), 0x0b, 1, 0])
            }
          )
        ])
    },
    LargeInput(name: "a data segment of 50 MB", output: "1") {
      module(
        before: [(5, .of([1, 0, 0x80, 0x08]))],
        after: [
          (
            11,
            .vector(1) { writer, _ in
              writer.raw([0, 0x41, 0, 0x0b])
              writer.unsigned(50_000_000)
              writer.raw(Array(repeating: 7, count: 50_000_000))
            }
          )
        ])
    },
    LargeInput(name: "an element segment of 1,000,000 functions", output: "1") {
      module(
        before: [(4, .vector(1) { writer, _ in writer.raw([0x70, 0, 0xc0, 0x84, 0x3d]) })],
        exports: [
          (
            9,
            .vector(1) { writer, _ in
              writer.raw([0, 0x41, 0, 0x0b])
              writer.unsigned(1_000_000)
              writer.raw(Array(repeating: 0, count: 1_000_000))
            }
          )
        ])
    },
  ]

  private static func dataSegment(_ writer: inout WasmWriter, _ index: Int) {
    writer.raw([0, 0x41])
    writer.signed(Int64(index % 65_000))
    writer.raw([0x0b, 2, UInt8(index & 0xff), 1])
  }

  static let storage = [
    LargeInput(name: "a memory of all pages", output: nil) {
      module(before: [(5, .of([1, 0, 0x80, 0x80, 4]))])
    },
    LargeInput(name: "a 64-bit memory of 2^48 pages", output: nil) {
      module(before: [
        (
          5,
          .vector(1) { writer, _ in
            writer.raw([4])
            writer.unsigned(UInt64(1) << 48)
          }
        )
      ])
    },
    LargeInput(name: "a table of 2^32 - 1 elements", output: nil) {
      module(before: [(4, .of([1, 0x70, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]))])
    },
    LargeInput(name: "100 memories", output: "1") {
      module(before: [(5, .vector(100) { writer, _ in writer.raw([0, 1]) })])
    },
    LargeInput(name: "100 tables", output: "1") {
      module(before: [(4, .vector(100) { writer, _ in writer.raw([0x70, 0, 10]) })])
    },
    LargeInput(name: "a type section that says it has 2^32 - 1 types", output: nil) {
      WasmWriter.module([(1, .of([0xff, 0xff, 0xff, 0xff, 0x0f]))])
    },
  ]
}
