// Constant data in the layout of C structures. The offsets of the fields come from the C header.
import LLVMKit

/// A C structure under construction. Fields that are not set are zero.
struct StructImage<Root> {
  private var fields: [(offset: UInt64, bytes: UInt64, value: LLVMValue)] = []
  private let types: LLVMTypes

  init(_ types: LLVMTypes) { self.types = types }

  mutating func set(_ path: KeyPath<Root, UInt32>, _ value: Int) {
    set(path, types.i32.constant(UInt64(UInt32(truncatingIfNeeded: value))), 4)
  }
  mutating func set(_ path: KeyPath<Root, UInt64>, _ value: UInt64) {
    set(path, types.i64.constant(value), 8)
  }
  mutating func set<Value>(_ path: KeyPath<Root, Value>, pointer: LLVMValue?) {
    if let pointer { set(path, pointer, ABI.pointerStride) }
  }
  mutating func set<Value>(_ path: KeyPath<Root, Value>, _ image: StructImage<Value>) {
    set(path, image.constant, byteSize(Value.self))
  }

  private mutating func set<Value>(
    _ path: KeyPath<Root, Value>, _ value: LLVMValue, _ bytes: UInt64
  ) {
    fields.append((fieldOffset(path), bytes, value))
  }

  /// A packed structure with the padding spelled out.
  var constant: LLVMValue {
    var parts: [LLVMValue] = []
    var end: UInt64 = 0
    func pad(to offset: UInt64) {
      precondition(offset >= end, "fields overlap")
      if offset > end { parts.append(types.i8.array(offset - end).null) }
      end = offset
    }
    for field in fields.sorted(by: { $0.offset < $1.offset }) {
      pad(to: field.offset)
      parts.append(field.value)
      end += field.bytes
    }
    pad(to: byteSize(Root.self))
    return types.constantPackedStruct(parts)
  }
}

extension ProgramLowering {
  /// A constant array of structures; nil if there are none.
  func constantArray<Root>(_ name: String, _ images: [StructImage<Root>]) -> LLVMValue? {
    constantArray(name, images.map(\.constant), alignment: 16)
  }

  /// Elements may differ in type as long as they are as large as their stride.
  func constantArray(_ name: String, _ elements: [LLVMValue], alignment: UInt32) -> LLVMValue? {
    if elements.isEmpty { return nil }
    return constantGlobal(name, types.constantPackedStruct(elements), alignment: alignment)
  }

  func constantGlobal(_ name: String, _ value: LLVMValue, alignment: UInt32) -> LLVMValue {
    let global = llvm.addGlobal("\(symbolPrefix)\(name)", type: value.type)
    global.setLinkage(.internal)
    global.setInitializer(value)
    global.setConstant()
    global.setAlignment(alignment)
    return global
  }

  /// Text with a NUL after it.
  func constantText(_ text: String) -> LLVMValue { constantText(bytes: Array(text.utf8)) }

  func constantText(bytes: [UInt8]) -> LLVMValue {
    let bytes = bytes + [0]
    let value = bytes.withUnsafeBytes { types.constantBytes($0) }
    let global = constantGlobal("text", value, alignment: 1)
    global.setUnnamedAddress()
    return global
  }

  func constants(_ values: [UInt32], name: String) -> LLVMValue? {
    if values.isEmpty { return nil }
    let elements = values.map { types.i32.constant(UInt64($0)) }
    return constantGlobal(name, types.i32.constantArray(elements), alignment: 4)
  }
}

extension InstanceLowering {
  func constantArray<Root>(_ name: String, _ images: [StructImage<Root>]) -> LLVMValue? {
    program.constantArray(name, images)
  }
  func constantGlobal(_ name: String, _ value: LLVMValue, alignment: UInt32) -> LLVMValue {
    program.constantGlobal(name, value, alignment: alignment)
  }
  func constantText(_ text: String) -> LLVMValue { program.constantText(text) }
  func constantText(bytes: [UInt8]) -> LLVMValue { program.constantText(bytes: bytes) }
  func constants(_ values: [UInt32], name: String) -> LLVMValue? {
    program.constants(values, name: name)
  }
}
