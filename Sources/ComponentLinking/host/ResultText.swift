// Writes functions that append to the text of a result: bytes, numbers, strings and chars.

import WasmEncoding
import WasmModule
import WasmProgram

extension ResultWriter {
  private func helper(
    _ name: String, _ parameters: [ValueType], _ results: [ValueType] = [],
    _ body: (FunctionWriter) -> Void
  ) -> Int {
    if let known = helpers[name] { return known }
    let type = FunctionType(parameters: parameters, results: results)
    let index = module.writer.declareFunction(type, name: name)
    helpers[name] = index
    let f = FunctionWriter(type)
    body(f)
    module.writer.define(index, f)
    return index
  }

  func put(_ text: String, _ f: FunctionWriter) {
    for byte in text.utf8 {
      f.i32(Int32(byte))
      f.call(byteWriter)
    }
  }

  /// (byte) → ()
  private var byteWriter: Int {
    helper("put-byte", [.i32]) { f in
      let end = f.local(.i64)
      f.getGlobal(length)
      f.op(.i64ExtendI32)
      f.i64(1)
      f.op(.i64Add)
      f.set(end)
      f.growMemory(text, toHold: end) { module.trap(.tooLong, f) }
      f.getGlobal(length)
      f.get(f.parameters[0])
      f.access(.i32Store8, memory: text)
      f.getGlobal(length)
      f.i32(1)
      f.op(.i32Add)
      f.setGlobal(length)
    }
  }

  /// (number) → ()
  var unsigned: Int {
    helper("put-unsigned", [.i64]) { f in
      let (value, divisor) = (f.parameters[0], f.local(.i64))
      f.i64(1)
      f.set(divisor)
      f.block { done in
        f.loop { again in
          f.get(value)
          f.get(divisor)
          f.op(.i64Divide)
          f.i64(10)
          f.op(.i64Less)
          f.branchIf(done)
          f.get(divisor)
          f.i64(10)
          f.op(.i64Multiply)
          f.set(divisor)
          f.branch(again)
        }
      }
      f.loop { again in
        f.get(value)
        f.get(divisor)
        f.op(.i64Divide)
        f.i64(10)
        f.op(.i64Remainder)
        f.op(.i32WrapI64)
        f.i32(0x30)
        f.op(.i32Add)
        f.call(byteWriter)
        f.get(divisor)
        f.i64(10)
        f.op(.i64Divide)
        f.tee(divisor)
        f.op(.i64EqualsZero)
        f.op(.i32EqualsZero)
        f.branchIf(again)
      }
    }
  }

  var signed: Int {
    helper("put-signed", [.i64]) { f in
      f.get(f.parameters[0])
      f.i64(0)
      f.op(.i64LessSigned)
      f.ifTrue {
        put("-", f)
        f.i64(0)
        f.get(f.parameters[0])
        f.op(.i64Subtract)
        f.set(f.parameters[0])
      }
      f.get(f.parameters[0])
      f.call(unsigned)
    }
  }

  /// (bits, whether it is an f32) → ()
  func float(_ printer: FloatPrinter) -> Int {
    helper("put-float", FloatTextReference.type.parameters) { f in
      let (result, first, count) = (f.local(), f.local(), f.local())
      for parameter in f.parameters { f.get(parameter) }
      f.call(printer.function)
      f.tee(result)
      f.access(.i32Load, memory: printer.memory)
      f.set(first)
      f.get(result)
      f.access(.i32Load, memory: printer.memory, offset: 4)
      f.set(count)
      f.loop { again in
        f.get(first)
        f.access(.i32Load8, memory: printer.memory)
        f.call(byteWriter)
        add(1, to: first, f)
        add(-1, to: count, f)
        f.get(count)
        f.branchIf(again)
      }
    }
  }

  /// The string is UTF-8 that an adapter checked.
  func writeString(_ f: FunctionWriter, _ address: Local) {
    let (first, count, bytes) = (f.local(), f.local(), f.local())
    put("\"", f)
    load(ScalarAccess(.u32), f, address)
    f.set(first)
    load(ScalarAccess(.u32), f, address, 4)
    f.set(count)
    f.block { done in
      f.loop { again in
        f.get(count)
        f.op(.i32EqualsZero)
        f.branchIf(done)
        f.get(first)
        f.call(nextPoint)
        f.set(bytes)
        f.call(escaped)
        for (local, operation) in [(first, PlainInstruction.i32Add), (count, .i32Subtract)] {
          f.get(local)
          f.get(bytes)
          f.op(operation)
          f.set(local)
        }
        f.branch(again)
      }
    }
    put("\"", f)
  }

  /// (address) → (code point, how many bytes it has): of UTF-8 that an adapter checked
  private var nextPoint: Int {
    helper("next-point", [.i32], [.i32, .i32]) { f in
      let (point, bytes, position, next) = (f.local(), f.local(), f.local(), f.local())
      func load() {
        f.get(f.parameters[0])
        f.get(position)
        f.op(.i32Add)
        f.access(.i32Load8, memory: values)
      }
      load()
      f.set(point)
      f.i32(1)
      f.set(bytes)
      for (first, length) in [(0xc0, 2), (0xe0, 3), (0xf0, 4)] as [(Int32, Int32)] {
        f.get(point)
        f.i32(first)
        f.op(.i32GreaterOrEqual)
        f.ifTrue {
          f.i32(length)
          f.set(bytes)
        }
      }
      // The high bits of the first byte tell the number of bytes. The bits after them belong to the code point.
      f.get(point)
      f.i32(0x7f)
      f.get(bytes)
      f.i32(1)
      f.op(.i32NotEqual)
      f.get(bytes)
      f.op(.i32Multiply)
      f.op(.i32ShiftRight)
      f.op(.i32And)
      f.set(point)
      f.block { done in
        f.loop { again in
          add(1, to: position, f)
          f.get(position)
          f.get(bytes)
          f.op(.i32GreaterOrEqual)
          f.branchIf(done)
          load()
          f.set(next)
          f.get(point)
          f.i32(6)
          f.op(.i32ShiftLeft)
          f.get(next)
          f.i32(0x3f)
          f.op(.i32And)
          f.op(.i32Or)
          f.set(point)
          f.branch(again)
        }
      }
      f.get(point)
      f.get(bytes)
    }
  }

  /// (byte) → (): ASCII
  private var escapedByte: Int {
    helper("put-escaped", [.i32]) { f in
      let byte = f.parameters[0]
      let escapes: [(Int32, String)] = [
        (0x5c, "\\\\"), (0x0a, "\\n"), (0x0d, "\\r"), (0x09, "\\t"), (0x22, "\\\""), (0x27, "\\'"),
      ]
      for (code, text) in escapes {
        f.get(byte)
        f.i32(code)
        f.op(.i32Equal)
        f.ifTrue {
          put(text, f)
          f.op(.return)
        }
      }
      f.get(byte)
      f.i32(0x20)
      f.op(.i32Less)
      f.get(byte)
      f.i32(0x7f)
      f.op(.i32Equal)
      f.op(.i32Or)
      f.ifTrue { writeNumber(of: byte, f) }
      f.get(byte)
      f.call(byteWriter)
    }
  }

  /// Writes a character by its number, and returns.
  private func writeNumber(of point: Local, _ f: FunctionWriter) {
    put("\\u{", f)
    f.get(point)
    f.call(hexadecimal)
    put("}", f)
    f.op(.return)
  }

  /// (number) → (): a number of at most 24 bits, without zeros at its beginning
  private var hexadecimal: Int {
    helper("put-hexadecimal", [.i32]) { f in
      for digit in (0..<6).reversed() {
        if digit == 0 { return hexadecimalDigit(f, f.parameters[0], shift: 0) }
        f.get(f.parameters[0])
        f.i32(4 * Int32(digit))
        f.op(.i32ShiftRight)
        f.ifTrue { hexadecimalDigit(f, f.parameters[0], shift: 4 * Int32(digit)) }
      }
    }
  }

  private func hexadecimalDigit(_ f: FunctionWriter, _ byte: Local, shift: Int32) {
    let digit = f.local()
    f.get(byte)
    f.i32(shift)
    f.op(.i32ShiftRight)
    f.i32(15)
    f.op(.i32And)
    f.set(digit)
    f.get(digit)
    f.i32(0x30)
    f.op(.i32Add)
    f.get(digit)
    f.i32(0x57)
    f.op(.i32Add)
    f.get(digit)
    f.i32(10)
    f.op(.i32Less)
    f.op(.select)
    f.call(byteWriter)
  }

  /// The characters beyond ASCII for which `isHidden` is true.
  static let hiddenCharacters: [ClosedRange<UInt32>] = [
    0x80...0x9f, 0xad...0xad, 0x600...0x605, 0x61c...0x61c, 0x6dd...0x6dd, 0x70f...0x70f,
    0x890...0x891, 0x8e2...0x8e2, 0x180e...0x180e, 0x200b...0x200b, 0x200e...0x200f,
    0x2028...0x202e, 0x2060...0x2064, 0x2066...0x206f, 0xfeff...0xfeff, 0xfff9...0xfffb,
    0x110bd...0x110bd, 0x110cd...0x110cd, 0x13430...0x1343f, 0x1bca0...0x1bca3, 0x1d173...0x1d17a,
    0xe0001...0xe0001, 0xe0020...0xe007f,
  ]

  /// (code point) → (): a char, as UTF-8
  var escaped: Int {
    helper("put-char", [.i32]) { f in
      let point = f.parameters[0]
      f.get(point)
      f.i32(0x80)
      f.op(.i32Less)
      f.ifTrue {
        f.get(point)
        f.call(escapedByte)
        f.op(.return)
      }
      for range in Self.hiddenCharacters {
        f.get(point)
        f.u32(range.lowerBound)
        f.op(.i32Subtract)
        f.u32(UInt32(range.count))
        f.op(.i32Less)
        f.ifTrue { writeNumber(of: point, f) }
      }
      for length in 2...4 as ClosedRange<UInt32> {
        let emit = {
          for position in 0..<length {
            f.get(point)
            f.u32(6 * (length - 1 - position))
            f.op(.i32ShiftRight)
            if position > 0 {
              f.i32(0x3f)
              f.op(.i32And)
            }
            f.u32(position > 0 ? 0x80 : (0xff00 >> length) & 0xff)
            f.op(.i32Or)
            f.call(self.byteWriter)
          }
          f.op(.return)
        }
        if length == 4 { return emit() }
        f.get(point)
        f.u32(length == 2 ? 0x800 : 0x10000)
        f.op(.i32Less)
        f.ifTrue(emit)
      }
    }
  }
}
