// Writes functions that read one code point of the source, and that write one to the destination.
//
// A reader takes an address and how many code units are left, at least one. It returns the code point and how many
// units it has. It traps if the units are not well-formed. Spec: CanonicalABI.md, `load_string_from_range`; the Unicode
// Standard, 3.9.

import WasmEncoding
import WasmModule
import WasmProgram

/// The code units of one string. A string in latin1+utf16 has those of Latin-1 or of UTF-16.
enum CodeUnits: String {
  case utf8, utf16, latin1

  var bytes: UInt32 { self == .utf16 ? 2 : 1 }
}

extension ValueCopier {
  /// (address, units left) → (code point, units)
  func reader(_ units: CodeUnits) -> Int {
    helper("next-\(units.rawValue)", [.i32, .i32], [.i32, .i32]) { f in
      switch units {
      case .latin1:
        unit(f, f.parameters[0], 0, .i32Load8)
        f.i32(1)
      case .utf16: readUTF16(f)
      case .utf8: readUTF8(f)
      }
    }
  }

  private func unit(_ f: FunctionWriter, _ address: Local, _ offset: UInt32, _ load: MemoryAccess) {
    f.get(address)
    f.access(load, memory: from.requiredMemory, offset: offset)
  }

  private func isMasked(_ f: FunctionWriter, _ local: Local, _ mask: UInt32, _ value: UInt32) {
    f.get(local)
    f.u32(mask)
    f.op(.i32And)
    f.u32(value)
    f.op(.i32Equal)
  }

  private func readUTF16(_ f: FunctionWriter) {
    let (address, left) = (f.parameters[0], f.parameters[1])
    let (high, low) = (f.local(), f.local())
    unit(f, address, 0, .i32Load16)
    f.set(high)
    isMasked(f, high, 0xf800, 0xd800)
    f.op(.i32EqualsZero)
    f.ifTrue {
      f.get(high)
      f.i32(1)
      f.op(.return)
    }
    isMasked(f, high, 0xfc00, 0xd800)
    f.op(.i32EqualsZero)
    module.trapIfTrue(.invalidUTF16, f)
    f.get(left)
    f.i32(2)
    f.op(.i32Less)
    module.trapIfTrue(.invalidUTF16, f)
    unit(f, address, 2, .i32Load16)
    f.set(low)
    isMasked(f, low, 0xfc00, 0xdc00)
    f.op(.i32EqualsZero)
    module.trapIfTrue(.invalidUTF16, f)
    bits(f, high, 0x3ff, shift: 10)
    bits(f, low, 0x3ff, shift: 0)
    f.op(.i32Or)
    f.i32(0x10000)
    f.op(.i32Add)
    f.i32(2)
  }

  private func bits(_ f: FunctionWriter, _ local: Local, _ mask: UInt32, shift: Int32) {
    f.get(local)
    f.u32(mask)
    f.op(.i32And)
    if shift == 0 { return }
    f.i32(shift)
    f.op(.i32ShiftLeft)
  }

  private func readUTF8(_ f: FunctionWriter) {
    let first = f.local()
    unit(f, f.parameters[0], 0, .i32Load8)
    f.tee(first)
    f.u32(0x80)
    f.op(.i32Less)
    f.ifTrue {
      f.get(first)
      f.i32(1)
      f.op(.return)
    }
    // 80 to C1 continue a code point, or would begin one that is too long.
    trapIfBelow(first, 0xc2, f)
    for length in 2...4 as ClosedRange<UInt32> {
      let limit: UInt32 = length == 2 ? 0xe0 : length == 3 ? 0xf0 : 0xf5
      f.get(first)
      f.u32(limit)
      f.op(.i32Less)
      f.ifTrue {
        let point = readContinued(f, first, length)
        f.get(point)
        f.u32(length)
        f.op(.return)
      }
    }
    module.trap(.invalidUTF8, f)
  }

  private func readContinued(_ f: FunctionWriter, _ first: Local, _ length: UInt32) -> Local {
    let (point, next) = (f.local(), f.local())
    bits(f, first, 0x7f >> length, shift: 0)
    f.set(point)
    for position in 1..<length {
      f.get(f.parameters[1])
      f.u32(position)
      f.op(.i32LessOrEqual)
      module.trapIfTrue(.incompleteUTF8, f)
      unit(f, f.parameters[0], position, .i32Load8)
      f.set(next)
      isMasked(f, next, 0xc0, 0x80)
      f.op(.i32EqualsZero)
      module.trapIfTrue(.invalidUTF8, f)
      bits(f, point, UInt32.max, shift: 6)
      bits(f, next, 0x3f, shift: 0)
      f.op(.i32Or)
      f.set(point)
    }
    if length > 2 { trapIfBelow(point, length == 3 ? 0x800 : 0x10000, f) }
    if length == 3 {
      isMasked(f, point, 0xf800, 0xd800)
      module.trapIfTrue(.invalidUTF8, f)
    }
    if length == 4 {
      f.get(point)
      f.u32(0x10ffff)
      f.op(.i32Greater)
      module.trapIfTrue(.invalidUTF8, f)
    }
    return point
  }

  private func trapIfBelow(_ local: Local, _ least: UInt32, _ f: FunctionWriter) {
    f.get(local)
    f.u32(least)
    f.op(.i32Less)
    module.trapIfTrue(.invalidUTF8, f)
  }

  // MARK: Writers

  /// (address, code point) → units
  func writer(_ units: CodeUnits) -> Int {
    helper("put-\(units.rawValue)", [.i32, .i32], [.i32]) { f in
      switch units {
      case .latin1:
        put(f, 0, .i32Store8) { f.get(f.parameters[1]) }
        f.i32(1)
      case .utf16: writeUTF16(f)
      case .utf8: writeUTF8(f)
      }
    }
  }

  private func put(
    _ f: FunctionWriter, _ offset: UInt32, _ store: MemoryAccess, _ value: () -> Void
  ) {
    f.get(f.parameters[0])
    value()
    f.access(store, memory: to.requiredMemory, offset: offset)
  }

  private func writeUTF16(_ f: FunctionWriter) {
    let point = f.parameters[1]
    f.get(point)
    f.u32(0x10000)
    f.op(.i32Less)
    f.ifTrue {
      put(f, 0, .i32Store16) { f.get(point) }
      f.i32(1)
      f.op(.return)
    }
    // (point - 0x10000) >> 10 is (point >> 10) - 0x40.
    put(f, 0, .i32Store16) {
      f.get(point)
      f.i32(10)
      f.op(.i32ShiftRight)
      f.i32(0xd800 - 0x40)
      f.op(.i32Add)
    }
    put(f, 2, .i32Store16) {
      bits(f, point, 0x3ff, shift: 0)
      f.i32(0xdc00)
      f.op(.i32Or)
    }
    f.i32(2)
  }

  private func writeUTF8(_ f: FunctionWriter) {
    let point = f.parameters[1]
    for length in 1...4 as ClosedRange<UInt32> {
      let emit = {
        for position in 0..<length {
          self.put(f, position, .i32Store8) { self.byte(f, point, position, of: length) }
        }
        f.u32(length)
        f.op(.return)
      }
      if length == 4 {
        emit()
      } else {
        f.get(point)
        f.u32(length == 1 ? 0x80 : length == 2 ? 0x800 : 0x10000)
        f.op(.i32Less)
        f.ifTrue(emit)
      }
    }
  }

  private func byte(_ f: FunctionWriter, _ point: Local, _ position: UInt32, of length: UInt32) {
    f.get(point)
    if length == 1 { return }
    f.u32(6 * (length - 1 - position))
    f.op(.i32ShiftRight)
    if position > 0 {
      f.u32(0x3f)
      f.op(.i32And)
    }
    f.u32(position > 0 ? 0x80 : (0xff00 >> length) & 0xff)
    f.op(.i32Or)
  }
}
