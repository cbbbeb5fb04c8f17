// Writes functions that print values as WAVE text. They read a value from the host's memory, and append its text in
// another memory.
// Spec: the component model's WAVE text format.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

/// What makes the text of floating-point numbers, as indices of the module (`FloatTextReference`).
struct FloatPrinter {
  let function: Int
  let memory: Int
}

final class ResultWriter {
  let module: AdapterModule
  private let types: ComponentTypes
  /// The index of the host's memory.
  let values: Int
  /// nil: floating-point numbers are printed as their bits.
  let floats: FloatPrinter?
  /// The index of the memory for the text.
  let text: Int
  /// The index of the global that counts the bytes of text.
  let length: Int
  var helpers: [String: Int] = [:]
  private var printers: [ComponentValueType: Int] = [:]

  init(
    _ module: AdapterModule, _ types: ComponentTypes, values: Int, floats: FloatPrinter?,
    text: Int, length: Int
  ) {
    self.module = module
    self.types = types
    self.values = values
    self.floats = floats
    self.text = text
    self.length = length
  }

  // MARK: Values

  /// (address) → (): appends the text of the value there.
  func printer(_ type: ComponentValueType) -> Int {
    if let known = printers[type] { return known }
    let signature = FunctionType(parameters: [.i32], results: [])
    let index = module.writer.declareFunction(signature, name: "print")
    printers[type] = index
    let f = FunctionWriter(signature)
    write(type, f, f.parameters[0])
    module.writer.define(index, f)
    return index
  }

  private func write(_ type: ComponentValueType, _ f: FunctionWriter, _ address: Local) {
    switch types.shape(type) {
    case .primitive(let type): writePrimitive(type, f, address)
    case .record(let fields): writeRecord(fields, f, address)
    case .tuple(let fields): writeTuple(fields, f, address)
    case .variant(let cases):
      writeCases(cases.map { WaveText.nameOfCase($0.label) }, cases.map(\.value), f, address)
    case .enumeration(let labels):
      writeCases(labels.map(WaveText.nameOfCase), labels.map { _ in nil }, f, address)
    case .option(let some): writeCases(["none", "some"], [nil, some], f, address)
    case .result(let ok, let error): writeCases(["ok", "err"], [ok, error], f, address)
    case .flags(let labels): writeFlags(labels, types.layout(type).bytes, f, address)
    case .list(let element): writeList([element], f, address)
    case .map(let key, let value): writeList([key, value], f, address)
    case .fixedLengthList(let element, let length):
      let count = f.local()
      f.u32(length)
      f.set(count)
      writeElements([element], f, f.copy(of: address), count)
    case .own, .borrow, .stream, .future: put("<handle>", f)
    }
  }

  func load(_ access: ScalarAccess, _ f: FunctionWriter, _ address: Local, _ offset: UInt32 = 0) {
    f.get(address)
    f.access(access.load, memory: values, offset: offset)
  }

  private func writePrimitive(_ type: PrimitiveType, _ f: FunctionWriter, _ address: Local) {
    let access = ScalarAccess(type)
    switch type {
    case .bool:
      load(access, f, address)
      f.ifTrue {
        put("true", f)
      } else: {
        put("false", f)
      }
    case .u8, .u16, .u32:
      load(access, f, address)
      f.op(.i64ExtendI32)
      f.call(unsigned)
    case .u64:
      load(access, f, address)
      f.call(unsigned)
    case .s8, .s16, .s32:
      load(access, f, address)
      f.op(.i64ExtendI32Signed)
      f.call(signed)
    case .s64:
      load(access, f, address)
      f.call(signed)
    case .char:
      put("'", f)
      load(access, f, address)
      f.call(escaped)
      put("'", f)
    case .string: writeString(f, address)
    case .f32, .f64:
      if floats == nil { put(type == .f32 ? "f32-bits:" : "f64-bits:", f) }
      f.get(address)
      f.access(type == .f32 ? .i32Load : .i64Load, memory: values)
      if type == .f32 { f.op(.i64ExtendI32) }
      if let floats {
        f.i32(type == .f32 ? 1 : 0)
        f.call(float(floats))
      } else {
        f.call(unsigned)
      }
    case .errorContext: put("<error-context>", f)
    }
  }

  /// A field that is `none` is left out. If all are, `{:}` says that it is a record and not flags.
  private func writeRecord(
    _ fields: [Labelled<ComponentValueType>], _ f: FunctionWriter, _ address: Local
  ) {
    let isLater = f.local()
    put("{", f)
    for (field, offset) in zip(fields, FieldOffsets(fields.map(\.value), types).offsets) {
      let offset = UInt32(truncatingIfNeeded: offset)
      let write = { [self] in
        separate(isLater, f)
        put("\(field.label): ", f)
        print(field.value, f, address, offset)
      }
      guard case .option = types.shape(field.value) else {
        write()
        continue
      }
      load(ScalarAccess(bytes: 1), f, address, offset)
      f.ifTrue(write)
    }
    f.get(isLater)
    f.op(.i32EqualsZero)
    f.ifTrue { put(":", f) }
    put("}", f)
  }

  /// Writes a comma unless this is the first of several.
  private func separate(_ isLater: Local, _ f: FunctionWriter) {
    f.get(isLater)
    f.ifTrue { put(", ", f) }
    f.i32(1)
    f.set(isLater)
  }

  private func writeTuple(_ parts: [ComponentValueType], _ f: FunctionWriter, _ address: Local) {
    for (position, offset) in FieldOffsets(parts, types).offsets.enumerated() {
      put(position == 0 ? "(" : ", ", f)
      print(parts[position], f, address, UInt32(truncatingIfNeeded: offset))
    }
    put(")", f)
  }

  private func print(
    _ type: ComponentValueType, _ f: FunctionWriter, _ address: Local, _ offset: UInt32
  ) {
    f.get(address)
    f.u32(offset)
    f.op(.i32Add)
    f.call(printer(type))
  }

  private func writeCases(
    _ labels: [String], _ cases: [ComponentValueType?], _ f: FunctionWriter, _ address: Local
  ) {
    let discriminant = f.local()
    load(ScalarAccess(bytes: VariantLayout.discriminantBytes(cases.count)), f, address)
    f.set(discriminant)
    let offset = VariantLayout.payloadOffset(cases, types)
    for (position, payload) in cases.enumerated() {
      f.get(discriminant)
      f.u32(UInt32(truncatingIfNeeded: position))
      f.op(.i32Equal)
      f.ifTrue {
        put(labels[position] + (payload == nil ? "" : "("), f)
        guard let payload else { return }
        print(payload, f, address, UInt32(truncatingIfNeeded: offset))
        put(")", f)
      }
    }
  }

  private func writeFlags(
    _ labels: [String], _ bytes: UInt64, _ f: FunctionWriter, _ address: Local
  ) {
    let (bits, isLater) = (f.local(), f.local())
    load(ScalarAccess(bytes: bytes), f, address)
    f.set(bits)
    put("{", f)
    for (position, label) in labels.enumerated() {
      f.get(bits)
      f.u32(1 << UInt32(position))
      f.op(.i32And)
      f.ifTrue {
        separate(isLater, f)
        put(label, f)
      }
    }
    put("}", f)
  }

  private func writeList(_ parts: [ComponentValueType], _ f: FunctionWriter, _ address: Local) {
    let (first, count) = (f.local(), f.local())
    load(ScalarAccess(.u32), f, address)
    f.set(first)
    load(ScalarAccess(.u32), f, address, 4)
    f.set(count)
    writeElements(parts, f, first, count)
  }

  /// Prints `count` elements from `address` on. Changes both locals.
  private func writeElements(
    _ parts: [ComponentValueType], _ f: FunctionWriter, _ address: Local, _ count: Local
  ) {
    let isLater = f.local()
    put("[", f)
    f.block { done in
      f.loop { again in
        f.get(count)
        f.op(.i32EqualsZero)
        f.branchIf(done)
        separate(isLater, f)
        if parts.count == 1 {
          print(parts[0], f, address, 0)
        } else {
          writeTuple(parts, f, address)
        }
        add(Int32(truncatingIfNeeded: FieldOffsets(parts, types).bytes), to: address, f)
        add(-1, to: count, f)
        f.branch(again)
      }
    }
    put("]", f)
  }

  func add(_ number: Int32, to local: Local, _ f: FunctionWriter) {
    f.get(local)
    f.i32(number)
    f.op(.i32Add)
    f.set(local)
  }
}
