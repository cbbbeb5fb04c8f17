// The file's bytes, immutable, at an address that does not move.
//
// A reader holds a reference to this and a pointer into it. So the pointer is valid as long as the reader exists.
// ByteCursor checks every access against its range.

/// The bytes of a file.
public final class ModuleBytes: @unchecked Sendable {
  let base: UnsafePointer<UInt8>
  public let count: Int

  /// Copies `bytes`.
  public init(_ bytes: UnsafeRawBufferPointer) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
    UnsafeMutableRawBufferPointer(start: memory, count: bytes.count).copyMemory(from: bytes)
    base = UnsafePointer(memory)
    count = bytes.count
  }

  /// Copies `bytes`.
  public init(_ bytes: [UInt8]) {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
    _ = UnsafeMutableBufferPointer(start: memory, count: bytes.count).initialize(from: bytes)
    base = UnsafePointer(memory)
    count = bytes.count
  }

  deinit { base.deallocate() }

  /// Calls `body` with the bytes of a range of the file. They are valid only during the call.
  public func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the file")
    return body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  package func cursor(_ range: Range<Int>) -> ByteCursor {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside the file")
    return ByteCursor(base: base, position: range.lowerBound, end: range.upperBound)
  }
}
