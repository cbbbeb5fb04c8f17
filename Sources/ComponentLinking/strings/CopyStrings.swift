// Writes the code that copies strings: it checks the source, and transcodes it to the destination's encoding. It calls
// the destination's realloc exactly as the specification prescribes, because the destination can observe that.
// Spec: CanonicalABI.md, `load_string_from_range`, `store_string_into_range`.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

/// The bit of a length in latin1+utf16 that says that the string is in UTF-16. Spec: CanonicalABI.md, `UTF16_TAG`.
private let utf16Tag: UInt32 = 1 << 31

extension ValueCopier {
  func copyString(_ f: FunctionWriter, _ source: Place, _ target: Place) {
    let (address, length) = readPair(f, source)
    let (result, resultLength) = (f.local(), f.local())
    f.get(address)
    f.get(length)
    f.call(stringCopy)
    f.set(resultLength)
    f.set(result)
    writePair(result, resultLength, f, target)
  }

  /// (address, tagged length) → (address, tagged length)
  private var stringCopy: Int {
    helper("string", [.i32, .i32], [.i32, .i32]) { f in
      let (address, length) = (f.parameters[0], f.parameters[1])
      if from.encoding != .utf8 { module.checkAlignment(address, 2, .unalignedPointer, f) }
      switch from.encoding {
      case .utf8: copy(.utf8, f)
      case .utf16: copy(.utf16, f)
      case .latin1OrUTF16:
        f.get(length)
        f.u32(utf16Tag)
        f.op(.i32And)
        f.ifTrue {
          f.get(length)
          f.u32(utf16Tag - 1)
          f.op(.i32And)
          f.set(length)
          copy(.utf16, f)
          f.op(.return)
        }
        copy(.latin1, f)
      }
    }
  }

  /// Copies the string of the function's two parameters. Leaves its two results.
  private func copy(_ units: CodeUnits, _ f: FunctionWriter) {
    checkString(units, f)
    switch (to.encoding, units) {
    case (.utf8, .utf8), (.utf16, .utf16): copyUnits(units, alignment: units.bytes, f)
    case (.latin1OrUTF16, .latin1): copyUnits(units, alignment: 2, f)
    case (.utf8, .utf16), (.utf8, .latin1): toUTF8(units, f)
    case (.utf16, .utf8), (.utf16, .latin1): toUTF16(units, f)
    case (.latin1OrUTF16, .utf8): toLatin1OrUTF16(units, f)
    case (.latin1OrUTF16, .utf16):
      if from.encoding == .latin1OrUTF16 { toProbablyUTF16(f) } else { toLatin1OrUTF16(units, f) }
    }
  }

  private func checkString(_ units: CodeUnits, _ f: FunctionWriter) {
    let bytes = f.local(.i64)
    f.get(f.parameters[1])
    f.op(.i64ExtendI32)
    f.i64(Int64(units.bytes))
    f.op(.i64Multiply)
    f.set(bytes)
    module.checkRange(
      f.parameters[0], bytes: bytes, memory: from.requiredMemory, pageLog2: from.pageLog2,
      .stringOutOfBounds, f)
    f.get(bytes)
    f.i64(Self.mostBytes)
    f.op(.i64Greater)
    module.trapIfTrue(.tooLong, f)
  }

  // MARK: Without transcoding

  private func copyUnits(_ units: CodeUnits, alignment: UInt32, _ f: FunctionWriter) {
    let (bytes, target) = (f.local(), f.local())
    f.get(f.parameters[1])
    f.u32(units.bytes)
    f.op(.i32Multiply)
    f.set(bytes)
    if units != .latin1 {
      f.get(f.parameters[0])
      f.get(f.parameters[1])
      f.call(checker(units))
    }
    allocate(alignment: UInt64(alignment), bytes: bytes, f, into: target)
    f.get(target)
    f.get(f.parameters[0])
    f.get(bytes)
    f.memoryCopy(to: to.requiredMemory, from: from.requiredMemory)
    f.get(target)
    f.get(f.parameters[1])
  }

  /// (address, units) → (): traps if the string is not well-formed
  private func checker(_ units: CodeUnits) -> Int {
    helper("check-\(units.rawValue)", [.i32, .i32], []) { f in
      var state = Reading(f, units)
      f.block { done in
        f.loop { again in
          if units == .utf8 { skipASCII(f, state, again) }
          readNext(&state, f, orLeave: done)
          f.branch(again)
        }
      }
    }
  }

  /// Skips eight bytes at once, if they are ASCII.
  private func skipASCII(_ f: FunctionWriter, _ state: Reading, _ again: Label) {
    f.get(state.left)
    f.i32(8)
    f.op(.i32GreaterOrEqual)
    f.ifTrue {
      f.get(state.address)
      f.access(.i64Load, memory: from.requiredMemory)
      f.i64(Int64(bitPattern: 0x8080_8080_8080_8080))
      f.op(.i64And)
      f.op(.i64EqualsZero)
      f.ifTrue {
        add(8, to: state.address, f)
        add(-8, to: state.left, f)
        f.branch(again)
      }
    }
  }

  // MARK: Reading

  private struct Reading {
    let units: CodeUnits
    let address, left, point, count: Local

    init(_ f: FunctionWriter, _ units: CodeUnits) {
      self.units = units
      address = f.copy(of: f.parameters[0])
      left = f.copy(of: f.parameters[1])
      point = f.local()
      count = f.local()
    }
  }

  /// Reads a code point and moves behind it. At the end of the string, branches.
  private func readNext(_ state: inout Reading, _ f: FunctionWriter, orLeave end: Label) {
    f.get(state.left)
    f.op(.i32EqualsZero)
    f.branchIf(end)
    f.get(state.address)
    f.get(state.left)
    f.call(reader(state.units))
    f.set(state.count)
    f.set(state.point)
    f.get(state.address)
    f.get(state.count)
    if state.units.bytes == 2 {
      f.i32(1)
      f.op(.i32ShiftLeft)
    }
    f.op(.i32Add)
    f.set(state.address)
    f.get(state.left)
    f.get(state.count)
    f.op(.i32Subtract)
    f.set(state.left)
  }

  private func add(_ number: Int32, to local: Local, _ f: FunctionWriter) {
    f.get(local)
    f.i32(number)
    f.op(.i32Add)
    f.set(local)
  }

  // MARK: Writing

  /// Where the copy is, and how many of its code units are written.
  private struct Writing {
    let target, written: Local

    init(_ f: FunctionWriter) {
      target = f.local()
      written = f.local()
    }
  }

  private func write(_ point: Local, as units: CodeUnits, _ writing: Writing, _ f: FunctionWriter) {
    f.get(writing.target)
    f.get(writing.written)
    if units.bytes == 2 {
      f.i32(1)
      f.op(.i32ShiftLeft)
    }
    f.op(.i32Add)
    f.get(point)
    f.call(writer(units))
    f.get(writing.written)
    f.op(.i32Add)
    f.set(writing.written)
  }

  /// Writes the rest of the string.
  private func writeRest(
    _ state: inout Reading, as units: CodeUnits, _ writing: Writing, _ f: FunctionWriter
  ) {
    f.block { done in
      f.loop { again in
        readNext(&state, f, orLeave: done)
        write(state.point, as: units, writing, f)
        f.branch(again)
      }
    }
  }

  private func reallocate(
    _ writing: Writing, from old: Local, to new: Local, alignment: Int32, _ f: FunctionWriter
  ) {
    f.get(writing.target)
    f.get(old)
    f.i32(alignment)
    f.get(new)
    reallocate(f)
    f.set(writing.target)
  }

  /// Gives back what was allocated beyond the `used` bytes.
  private func shrink(
    _ writing: Writing, from allocated: Local, to used: Local, alignment: Int32,
    _ f: FunctionWriter
  ) {
    f.get(used)
    f.get(allocated)
    f.op(.i32Less)
    f.ifTrue { reallocate(writing, from: allocated, to: used, alignment: alignment, f) }
  }

  private func multiply(_ local: Local, by factor: UInt32, _ f: FunctionWriter, into product: Local)
  {
    f.get(local)
    f.u32(factor)
    f.op(.i32Multiply)
    f.set(product)
  }

  // MARK: Transcoding

  /// Allocates enough for ASCII first, and enough for the worst case at the first other code point.
  private func toUTF8(_ units: CodeUnits, _ f: FunctionWriter) {
    let length = f.parameters[1]
    var state = Reading(f, units)
    let writing = Writing(f)
    let most = f.local()
    allocate(alignment: 1, bytes: length, f, into: writing.target)
    f.block { done in
      f.loop { again in
        readNext(&state, f, orLeave: done)
        f.get(state.point)
        f.i32(0x80)
        f.op(.i32Less)
        f.ifTrue {
          write(state.point, as: .latin1, writing, f)
          f.branch(again)
        }
        multiply(length, by: units == .utf16 ? 3 : 2, f, into: most)
        reallocate(writing, from: length, to: most, alignment: 1, f)
        write(state.point, as: .utf8, writing, f)
        writeRest(&state, as: .utf8, writing, f)
        shrink(writing, from: most, to: writing.written, alignment: 1, f)
      }
    }
    f.get(writing.target)
    f.get(writing.written)
  }

  private func toUTF16(_ units: CodeUnits, _ f: FunctionWriter) {
    var state = Reading(f, units)
    let writing = Writing(f)
    let (most, used) = (f.local(), f.local())
    multiply(f.parameters[1], by: 2, f, into: most)
    allocate(alignment: 2, bytes: most, f, into: writing.target)
    writeRest(&state, as: .utf16, writing, f)
    multiply(writing.written, by: 2, f, into: used)
    shrink(writing, from: most, to: used, alignment: 2, f)
    f.get(writing.target)
    f.get(writing.written)
  }

  /// Writes Latin-1 first. At the first code point that Latin-1 lacks, widens what is written, and goes on in UTF-16.
  private func toLatin1OrUTF16(_ units: CodeUnits, _ f: FunctionWriter) {
    let length = f.parameters[1]
    var state = Reading(f, units)
    let writing = Writing(f)
    let (most, used) = (f.local(), f.local())
    allocate(alignment: 2, bytes: length, f, into: writing.target)
    f.block { done in
      f.loop { again in
        readNext(&state, f, orLeave: done)
        f.get(state.point)
        f.i32(0x100)
        f.op(.i32Less)
        f.ifTrue {
          write(state.point, as: .latin1, writing, f)
          f.branch(again)
        }
        multiply(length, by: 2, f, into: most)
        reallocate(writing, from: length, to: most, alignment: 2, f)
        widen(writing, f)
        write(state.point, as: .utf16, writing, f)
        writeRest(&state, as: .utf16, writing, f)
        multiply(writing.written, by: 2, f, into: used)
        shrink(writing, from: most, to: used, alignment: 2, f)
        f.get(writing.target)
        f.get(writing.written)
        f.u32(utf16Tag)
        f.op(.i32Or)
        f.op(.return)
      }
    }
    shrink(writing, from: length, to: writing.written, alignment: 2, f)
    f.get(writing.target)
    f.get(writing.written)
  }

  /// Makes two bytes of each byte that was written. Begins at the last byte, because the result takes the same place.
  private func widen(_ writing: Writing, _ f: FunctionWriter) {
    let position = f.copy(of: writing.written)
    f.block { done in
      f.loop { again in
        f.get(position)
        f.op(.i32EqualsZero)
        f.branchIf(done)
        add(-1, to: position, f)
        element(writing.target, position, shift: 1, f)
        element(writing.target, position, shift: 0, f)
        f.access(.i32Load8, memory: to.requiredMemory)
        f.access(.i32Store16, memory: to.requiredMemory)
        f.branch(again)
      }
    }
  }

  private func element(_ base: Local, _ position: Local, shift: Int32, _ f: FunctionWriter) {
    f.get(base)
    f.get(position)
    f.i32(shift)
    f.op(.i32ShiftLeft)
    f.op(.i32Add)
  }

  /// Copies UTF-16. If all code points are of Latin-1, narrows the copy in its place.
  private func toProbablyUTF16(_ f: FunctionWriter) {
    let length = f.parameters[1]
    var state = Reading(f, .utf16)
    let writing = Writing(f)
    let (bytes, all, position) = (f.local(), f.local(), f.local())
    multiply(length, by: 2, f, into: bytes)
    allocate(alignment: 2, bytes: bytes, f, into: writing.target)
    f.block { done in
      f.loop { again in
        readNext(&state, f, orLeave: done)
        f.get(all)
        f.get(state.point)
        f.op(.i32Or)
        f.set(all)
        write(state.point, as: .utf16, writing, f)
        f.branch(again)
      }
    }
    f.get(all)
    f.i32(0x100)
    f.op(.i32GreaterOrEqual)
    f.ifTrue {
      f.get(writing.target)
      f.get(length)
      f.u32(utf16Tag)
      f.op(.i32Or)
      f.op(.return)
    }
    f.block { done in
      f.loop { again in
        f.get(position)
        f.get(length)
        f.op(.i32GreaterOrEqual)
        f.branchIf(done)
        element(writing.target, position, shift: 0, f)
        element(writing.target, position, shift: 1, f)
        f.access(.i32Load16, memory: to.requiredMemory)
        f.access(.i32Store8, memory: to.requiredMemory)
        add(1, to: position, f)
        f.branch(again)
      }
    }
    reallocate(writing, from: bytes, to: length, alignment: 1, f)
    f.get(writing.target)
    f.get(length)
  }
}
