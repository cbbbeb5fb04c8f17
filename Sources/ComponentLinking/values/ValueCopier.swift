// Writes the code that lifts values from one side of a call and lowers them to the other, in one step.
//
// A value is in memory on both sides or in core values on both sides: both sides flatten a type in the same way.
// Elements of lists are always in memory. Everything that the source claims is checked before it is used: the source
// may be hostile. The destination gets only values of the type: no spare bits, no padding.
// Spec: CanonicalABI.md, Loading, Storing, Flat Lifting, Flat Lowering.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

/// Where a value is, on one side.
enum Place {
  /// At an address plus an offset.
  case memory(Local, offset: UInt32)
  /// In core values. In a variant they may have wider types than the value's own.
  case flat(ArraySlice<Local>)
}

/// What one side of a call offers, as imports of the adapter.
struct Side {
  var state: ComponentState?
  var memory: Int?
  var pageLog2: UInt8 = 16
  var realloc: Int?
  var encoding = StringEncoding.utf8
  /// The functions of its table of handles, if the call passes any, and the table.
  var handles: [HandleTable.Function: Int] = [:]
  var table: UInt32 = 0

  var requiredMemory: Int {
    guard let memory else { preconditionFailure("validation requires a memory") }
    return memory
  }
}

final class ValueCopier {
  let module: AdapterModule
  let types: ComponentTypes
  let from: Side
  let to: Side
  private let resource: (ResourceReference) -> RuntimeResource
  private var copies: [ComponentValueType: Int] = [:]
  /// Functions by their names, once they are needed.
  var helpers: [String: Int] = [:]
  /// Set if the code became larger than any adapter may be. What was written then is not complete.
  private(set) var isTooLarge = false

  init(
    _ module: AdapterModule, _ types: ComponentTypes, from: Side, to: Side,
    resource: @escaping (ResourceReference) -> RuntimeResource
  ) {
    self.module = module
    self.types = types
    self.from = from
    self.to = to
    self.resource = resource
  }

  // MARK: Values of any type

  func copy(_ type: ComponentValueType, _ f: FunctionWriter, _ source: Place, _ target: Place) {
    if module.writer.codeBytes + f.count > LinkingLimits.adapterBytes { isTooLarge = true }
    if isTooLarge { return }
    switch types.shape(type) {
    case .primitive(.string): copyString(f, source, target)
    case .primitive(let type): copyScalar(type, f, source, target)
    case .record(let fields): copyFields(fields.map(\.value), f, source, target)
    case .tuple(let fields): copyFields(fields, f, source, target)
    case .variant(let cases): copyVariant(cases.map(\.value), f, source, target)
    case .enumeration(let labels):
      copyVariant(Array(repeating: nil, count: labels.count), f, source, target)
    case .option(let some): copyVariant([nil, some], f, source, target)
    case .result(let ok, let error): copyVariant([ok, error], f, source, target)
    case .flags(let labels): copyFlags(labels.count, type, f, source, target)
    case .list(let element): copyList([element], f, source, target)
    case .map(let key, let value): copyList([key, value], f, source, target)
    case .fixedLengthList(let element, let length):
      copyFixed(element, length, f, source, target)
    case .own(let resource): copyHandle(resource, owns: true, f, source, target)
    case .borrow(let resource): copyHandle(resource, owns: false, f, source, target)
    case .stream, .future: module.trap(.unsupported, f)
    }
  }

  /// Copies a part of a value. A compound type in memory has its own function. So the code grows with the number of
  /// types, and not with the size of the types written out.
  private func copyPart(
    _ type: ComponentValueType, _ f: FunctionWriter, _ source: Place, _ target: Place
  ) {
    guard case .memory(let base, let offset) = source,
      case .memory(let targetBase, let targetOffset) = target, isCompound(type)
    else { return copy(type, f, source, target) }
    push(base, offset, f)
    push(targetBase, targetOffset, f)
    f.call(copyFunction(type))
  }

  private func isCompound(_ type: ComponentValueType) -> Bool {
    switch types.shape(type) {
    case .record, .tuple, .variant, .option, .result, .fixedLengthList: true
    case .primitive, .list, .map, .flags, .enumeration, .own, .borrow, .stream, .future: false
    }
  }

  /// (source address, target address) → ()
  private func copyFunction(_ type: ComponentValueType) -> Int {
    if let known = copies[type] { return known }
    let signature = FunctionType(parameters: [.i32, .i32], results: [])
    let index = module.writer.declareFunction(signature, name: "copy")
    copies[type] = index
    let f = FunctionWriter(signature)
    copy(
      type, f, .memory(f.parameters[0], offset: 0), .memory(f.parameters[1], offset: 0))
    module.writer.define(index, f)
    return index
  }

  // MARK: Scalars

  private func copyScalar(
    _ type: PrimitiveType, _ f: FunctionWriter, _ source: Place, _ target: Place
  ) {
    let access = ScalarAccess(type)
    move(access, f, to: target) {
      read(access, f, from: source)
      switch type {
      case .bool:
        f.i32(0)
        f.op(.i32NotEqual)
      case .char: checkChar(f)
      case .s8: if case .flat = source { f.op(.i32Extend8Signed) }
      case .s16: if case .flat = source { f.op(.i32Extend16Signed) }
      case .u8: if case .flat = source { mask(0xff, f) }
      case .u16: if case .flat = source { mask(0xffff, f) }
      case .s32, .u32, .s64, .u64, .f32, .f64: break
      case .string, .errorContext: module.trap(.unsupported, f)
      }
    }
  }

  private func mask(_ bits: UInt32, _ f: FunctionWriter) {
    f.u32(bits)
    f.op(.i32And)
  }

  /// Traps unless the operand is a Unicode scalar value. Leaves it on the stack.
  private func checkChar(_ f: FunctionWriter) {
    let char = f.local()
    f.tee(char)
    f.u32(0x110000)
    f.op(.i32GreaterOrEqual)
    module.trapIfTrue(.invalidChar, f)
    f.get(char)
    mask(0xffff_f800, f)
    f.i32(0xd800)
    f.op(.i32Equal)
    module.trapIfTrue(.invalidChar, f)
    f.get(char)
  }

  private func copyFlags(
    _ count: Int, _ type: ComponentValueType, _ f: FunctionWriter, _ source: Place,
    _ target: Place
  ) {
    let access = ScalarAccess(bytes: types.layout(type).bytes)
    move(access, f, to: target) {
      read(access, f, from: source)
      if count < 32 { mask((1 << UInt32(count)) - 1, f) }
    }
  }

  // MARK: Places

  func push(_ base: Local, _ offset: UInt32, _ f: FunctionWriter) {
    f.get(base)
    if offset == 0 { return }
    f.u32(offset)
    f.op(.i32Add)
  }

  /// Leaves the core value on the stack.
  func read(_ access: ScalarAccess, _ f: FunctionWriter, from place: Place) {
    switch place {
    case .memory(let base, let offset):
      f.get(base)
      f.access(access.load, memory: from.requiredMemory, offset: offset)
    case .flat(let locals):
      let local = locals[locals.startIndex]
      f.get(local)
      f.narrow(local.type, to: access.type)
    }
  }

  /// Stores what `value` leaves on the stack.
  func move(_ access: ScalarAccess, _ f: FunctionWriter, to place: Place, _ value: () -> Void) {
    switch place {
    case .memory(let base, let offset):
      f.get(base)
      value()
      f.access(access.store, memory: to.requiredMemory, offset: offset)
    case .flat(let locals):
      let local = locals[locals.startIndex]
      value()
      f.widen(access.type, to: local.type)
      f.set(local)
    }
  }

  /// The places of parts that lie one after another.
  private func parts(_ parts: [ComponentValueType], of place: Place) -> [Place] {
    switch place {
    case .memory(let base, let offset):
      return FieldOffsets(parts, types).offsets.map {
        .memory(base, offset: offset + UInt32(truncatingIfNeeded: $0))
      }
    case .flat(let locals):
      var rest = locals
      return parts.map {
        let count = types.layout($0).flat.types.count
        defer { rest = rest.dropFirst(count) }
        return .flat(rest.prefix(count))
      }
    }
  }

  func copyFields(
    _ fields: [ComponentValueType], _ f: FunctionWriter, _ source: Place, _ target: Place
  ) {
    let targets = parts(fields, of: target)
    for (position, place) in parts(fields, of: source).enumerated() {
      copyPart(fields[position], f, place, targets[position])
    }
  }

  private func copyFixed(
    _ element: ComponentValueType, _ length: UInt32, _ f: FunctionWriter, _ source: Place,
    _ target: Place
  ) {
    guard case .memory(let base, let offset) = source,
      case .memory(let targetBase, let targetOffset) = target
    else {
      let all = Array(repeating: element, count: Int(length))
      return copyFields(all, f, source, target)
    }
    let (address, targetAddress, rest) = (f.local(), f.local(), f.local())
    push(base, offset, f)
    f.set(address)
    push(targetBase, targetOffset, f)
    f.set(targetAddress)
    f.u32(length)
    f.set(rest)
    copyElements([element], f, address, targetAddress, count: rest)
  }

  // MARK: Variants

  private func copyVariant(
    _ cases: [ComponentValueType?], _ f: FunctionWriter, _ source: Place, _ target: Place
  ) {
    let discriminant = f.local()
    let access = ScalarAccess(bytes: VariantLayout.discriminantBytes(cases.count))
    read(access, f, from: source)
    f.tee(discriminant)
    f.u32(UInt32(truncatingIfNeeded: cases.count))
    f.op(.i32GreaterOrEqual)
    module.trapIfTrue(.invalidDiscriminant, f)
    move(access, f, to: target) { f.get(discriminant) }
    let offset = VariantLayout.payloadOffset(cases, types)
    f.block { done in
      for (position, payload) in cases.enumerated() {
        guard let payload else { continue }
        f.get(discriminant)
        f.u32(UInt32(truncatingIfNeeded: position))
        f.op(.i32Equal)
        f.ifTrue {
          copyPayload(
            payload, f, self.payload(of: source, offset, payload),
            self.payload(of: target, offset, payload))
          f.branch(done)
        }
      }
    }
  }

  /// Copies the payload of a case. A compound type in core values has its own function, too. Otherwise a variant in a
  /// variant would multiply the code at each level of nesting.
  private func copyPayload(
    _ type: ComponentValueType, _ f: FunctionWriter, _ source: Place, _ target: Place
  ) {
    guard case .flat(let values) = source, case .flat(let copies) = target, isCompound(type)
    else { return copyPart(type, f, source, target) }
    for local in values { f.get(local) }
    f.call(flatCopyFunction(type, values.map(\.type)))
    for local in copies.reversed() { f.set(local) }
  }

  /// (core values) → core values of the same types
  private func flatCopyFunction(_ type: ComponentValueType, _ flat: [ValueType]) -> Int {
    helper("flat \(type) as \(flat)", named: "copy-value", flat, flat) { f in
      let copies = flat.map { f.local($0) }
      copy(type, f, .flat(f.parameters[...]), .flat(copies[...]))
      for local in copies { f.get(local) }
    }
  }

  private func payload(
    of place: Place, _ offset: UInt64, _ type: ComponentValueType
  ) -> Place {
    switch place {
    case .memory(let base, let start):
      .memory(base, offset: start + UInt32(truncatingIfNeeded: offset))
    case .flat(let locals): .flat(locals.dropFirst().prefix(types.layout(type).flat.types.count))
    }
  }

  // MARK: Handles

  private func copyHandle(
    _ reference: ResourceReference, owns: Bool, _ f: FunctionWriter, _ source: Place,
    _ target: Place
  ) {
    let resource = resource(reference)
    let access = ScalarAccess(.u32)
    // Whether that side passes the representation of the resource instead of a handle.
    let isBareSource = from.state?.passesRepresentations ?? false
    for state in [from.state, to.state] {
      guard let state, state.passesRepresentations else { continue }
      precondition(
        resource.implementer === state, "a representation is passed by its resource's own instance")
    }
    let isBareTarget =
      to.state?.passesRepresentations ?? false
      || (!owns && to.state != nil && to.state === resource.implementer)
    let take = from.handles[owns ? .takeOwned : .lend]
    let add = to.handles[.add]
    guard take != nil || isBareSource, add != nil || isBareTarget else {
      return module.trap(.unsupported, f)
    }
    move(access, f, to: target) {
      if !isBareTarget {
        f.u32(to.table)
        f.i32(resource.number)
      }
      if take != nil {
        f.u32(from.table)
        f.i32(resource.number)
      }
      read(access, f, from: source)
      if let take { f.call(take) }
      guard let add, !isBareTarget else { return }
      f.i32(owns ? 1 : 0)
      f.call(add)
    }
  }
}

// Core values of a variant: the types are wide enough for each case. Spec: CanonicalABI.md, Flat Lifting, variants.
extension FunctionWriter {
  fileprivate func narrow(_ have: ValueType, to want: ValueType) {
    switch (have, want) {
    case (.i32, .f32): op(.f32ReinterpretI32)
    case (.i64, .i32): op(.i32WrapI64)
    case (.i64, .f32):
      op(.i32WrapI64)
      op(.f32ReinterpretI32)
    case (.i64, .f64): op(.f64ReinterpretI64)
    default: precondition(have == want, "\(have) holds no \(want)")
    }
  }

  fileprivate func widen(_ have: ValueType, to want: ValueType) {
    switch (have, want) {
    case (.f32, .i32): op(.i32ReinterpretF32)
    case (.i32, .i64): op(.i64ExtendI32)
    case (.f32, .i64):
      op(.i32ReinterpretF32)
      op(.i64ExtendI32)
    case (.f64, .i64): op(.i64ReinterpretF64)
    default: precondition(have == want, "\(have) does not become \(want)")
    }
  }
}
