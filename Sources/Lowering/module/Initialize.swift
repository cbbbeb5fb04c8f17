// `initialize`: sets globals and tables and runs the active segments, in the specification's order.
// Spec: Execution, Instantiation.
//
// Each instance has this C function. The runtime calls it once, before anything else. It returns 0, or the trap code of
// the first segment that does not fit. For many segments it is a chain of functions: each segment has a return, and
// LLVM's time grows with the square of a function's returns.
import CGuestIR
import LLVMKit
import WasmModule

/// A segment of the module. Passive ones need no code.
private enum InitialSegment {
  case element(ElementIndex)
  case data(DataIndex)
}

/// How many segments one function of the chain initializes.
private let segmentsPerFunction = 200

/// `initialize` is optimised up to this many globals and segments. The optimiser's time grows faster than their number.
private let mostOptimized = 100

extension InstanceLowering {
  func emitInitialize() -> LLVMValue {
    // This C function always has the state as its parameter. It ignores the parameter if the state is a symbol.
    let type = FunctionType(parameters: [], results: [.i32])
    let signature = FunctionSignature(
      type, types: valueTypes, registers: program.target, passesState: true)
    let segments = initialSegments()
    let starts = Array(stride(from: 0, to: max(segments.count, 1), by: segmentsPerFunction))
    let functions = starts.map { addInitializer(first: $0, signature) }
    for (position, start) in starts.enumerated() {
      var lowering = FunctionLowering(
        self, function: functions[position], signature: signature, locals: [], instructions: 0..<0,
        loops: 0..<0, scope: nil)
      if position == 0 { lowering.lowerInitialValues() }
      let next = position + 1 < functions.count ? functions[position + 1] : nil
      lowering.lowerSegments(
        segments[start..<min(start + segmentsPerFunction, segments.count)],
        then: next, of: signature)
    }
    return functions[0]
  }

  /// The names of all functions of the chain.
  var initializerNames: [String] {
    stride(from: 0, to: max(initialSegments().count, 1), by: segmentsPerFunction)
      .map(initializerName)
  }

  private func initializerName(first: Int) -> String {
    symbolPrefix + (first == 0 ? "initialize" : "initialize.\(first)")
  }

  private func initialSegments() -> [InitialSegment] {
    module.elements.indices.map { .element($0) } + module.data.indices.map { .data($0) }
  }

  private func addInitializer(first: Int, _ signature: FunctionSignature) -> LLVMValue {
    let function = llvm.addFunction(initializerName(first: first), type: signature.llvm)
    function.setLinkage(.internal)
    attributes.apply(to: function)
    let isLong =
      module.globals.defined.count + module.elements.count + module.data.count > mostOptimized
    if first != 0 || isLong { function.addFunctionAttribute(attributes.noInline) }
    if isLong { function.addFunctionAttribute(attributes.optimizeNone) }
    return function
  }
}

extension FunctionLowering {
  /// Emits the code before the segments.
  fileprivate mutating func lowerInitialValues() {
    let module = context.module
    for global in module.globals.indices {
      guard let initializer = module.globals[global].initializer else { continue }
      store(lowerConstant(initializer), toGlobal: global)
    }
    initializeTables()
    storeElementReferences()
  }

  /// Ends the function. If there are more segments, it returns the result of `next`.
  fileprivate mutating func lowerSegments(
    _ segments: ArraySlice<InitialSegment>, then next: LLVMValue?, of signature: FunctionSignature
  ) {
    for segment in segments {
      switch segment {
      case .element(let index): initialize(context.module.elements[index], index)
      case .data(let index): initialize(context.module.data[index], index)
      }
    }
    // All functions of the chain get the parameter, also where it is ignored.
    let rest = next.map { builder.call(signature.llvm, $0, [function.parameter(0)], "rest") }
    builder.returnValue(rest ?? types.i32.constant(0))
    finish()
  }

  private mutating func initializeTables() {
    let module = context.module
    for table in module.tables.indices {
      guard let initializer = module.tables[table].initializer else { continue }
      let value = lowerConstant(initializer)
      let count = module.tables[table].type.limits.minimum
      _ = callBuiltin(
        SWASM_IR_TABLE_FILL,
        [tableStruct(table), types.i64.constant(0), value, types.i64.constant(count)],
        returning: types.i32)
    }
  }

  /// References that are not plain functions are evaluated once, into the instance.
  private mutating func storeElementReferences() {
    for (segment, kind) in context.elements.kinds.enumerated() {
      guard case .expressions(let expressions) = kind else { continue }
      let start = context.layout.elementReferences[segment]
      for (position, expression) in expressions.enumerated() {
        let field = instanceField(start + UInt64(position) * ABI.pointerStride)
        builder.store(lowerConstant(expression), field, alignment: 8)
          .setMetadata(metadata.tbaa, metadata.instance)
      }
    }
  }

  private mutating func initialize(
    _ segment: ElementSegment, _ index: ElementIndex
  ) {
    switch segment.mode {
    case .passive: return
    case .declarative: break
    case .active(let table, let offset):
      let start = widenedOffset(
        lowerConstant(offset), is64: context.module.tables[table].type.is64)
      let status = tableInit(
        table, element: index, destination: start, source: types.i64.constant(0),
        count: types.i64.constant(UInt64(segment.items.count)))
      returnIfFailed(status)
    }
    lowerElemDrop(index)
  }

  private mutating func initialize(_ segment: DataSegment, _ index: DataIndex) {
    guard case .active(let memory, let offset) = segment.mode else { return }
    let start = widenedOffset(
      lowerConstant(offset), is64: context.module.memories[memory].type.is64)
    let status = memoryInit(
      memory, data: index, destination: start, source: types.i64.constant(0),
      count: types.i64.constant(UInt64(segment.range.count)))
    returnIfFailed(status)
    lowerDataDrop(index)
  }

  private func widenedOffset(_ value: LLVMValue, is64: Bool) -> LLVMValue {
    is64 ? value : builder.zeroExtend(value, to: types.i64, "offset")
  }

  private mutating func returnIfFailed(_ status: LLVMValue) {
    let isFailed = builder.compare(.notEqual, status, types.i32.constant(0), "failed")
    let (cold, going) = forkCold(isFailed)
    builder.position(atEnd: cold)
    builder.returnValue(status)
    builder.position(atEnd: going)
  }
}
