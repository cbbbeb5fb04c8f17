// Exceptions, in both encodings. Spec: Execution, Control Instructions; appendix on legacy exceptions.
//
// Calls inside the body of a try are invokes whose landing pad catches everything. Generated code then compares tags,
// clause by clause. If no clause matches, it hands the exception to the next outer try of the function, or to the
// caller.
//
// `throw` inside a try is a branch. The runtime's unwinder carries exceptions across frames (swasm_throw). A try
// without anything that throws leaves no trace.
import CGuestIR
import LLVMKit
import WasmModule

/// How exceptions arrive where a try handles them.
struct Handler {
  /// The enclosing handler. It gets the exceptions that this one does not catch.
  let outer: Int?
  /// The block that begins with the landing pad. The first call makes it.
  var landing: LLVMBlock?
  var invokes: [LocalValues.Edge] = []
  /// Where exceptions that this function throws arrive.
  var dispatch: LLVMBlock?
  var jumps: [(edge: LocalValues.Edge, exception: LLVMValue)] = []
}

extension FunctionLowering {
  // MARK: Throwing

  /// Stack: [values of the tag] → nothing; control does not go on.
  mutating func lowerThrow(_ tag: TagIndex) {
    let type = context.module.functionType(context.module.tags[tag].type)
    let values = pop(type.parameters.count)
    let exception = callBuiltin(
      SWASM_IR_EXCEPTION_NEW,
      [
        instance, types.i32.constant(UInt64(tag.raw)), types.i32.constant(UInt64(values.count)),
      ], returning: types.pointer, "exception")
    for (position, value) in values.enumerated() {
      noteEscape(of: value, type.parameters[position])
      ValueSlots(of: exception).store(value, at: position, builder)
    }
    raise(exception, to: handler)
  }

  /// Stack: [exnref] → nothing. Traps: null exception reference.
  mutating func lowerThrowRef() {
    let exception = pop()
    trap(if: builder.isNull(exception, "null"), .nullExceptionReference)
    raise(exception, to: handler)
  }

  /// Throws again the exception that the catch at `label` caught.
  mutating func lowerRethrow(_ label: UInt32) {
    let depth = frameDepth(label)
    guard let exception = control[depth].exception else {
      preconditionFailure("rethrow outside a catch at 0x\(String(offset, radix: 16))")
    }
    control[depth].freeCall?.eraseInstruction()
    control[depth].freeCall = nil
    // A try between the rethrow and the catch may catch the exception, and the outer catch may rethrow it again.
    let isCaughtInside = control[(depth + 1)...].contains {
      $0.kind == .legacyTry || $0.kind == .tryTable
    }
    if isCaughtInside { set(ABI.exceptionCaptured, of: exception) }
    raise(exception, to: handler)
  }

  /// Emits a call that may throw. With a handler it is an invoke, which ends the block.
  mutating func emitThrowing(
    _ type: LLVMType, _ code: LLVMValue, _ arguments: [LLVMValue], to handler: Int?
  ) -> LLVMValue {
    guard let handler else { return builder.call(type, code, arguments) }
    if handlers[handler].landing == nil {
      handlers[handler].landing = builder.createBlock("landing")
      function.setPersonality(context.program.personality)
    }
    guard let landing = handlers[handler].landing else {
      return builder.call(type, code, arguments)
    }
    handlers[handler].invokes.append(locals.edge(from: builder.block))
    let next = builder.createBlock("returned")
    let call = builder.invoke(type, code, arguments, normal: next, unwind: landing)
    function.appendBlock(next)
    builder.position(atEnd: next)
    return call
  }

  /// Sends an exception to a handler of this function or, without one, to the caller.
  private mutating func raise(_ exception: LLVMValue, to handler: Int?) {
    markLocation()
    if let handler {
      let dispatch = handlers[handler].dispatch ?? builder.createBlock("dispatch")
      handlers[handler].dispatch = dispatch
      handlers[handler].jumps.append((locals.edge(from: builder.block), exception))
      builder.branch(to: dispatch)
    } else {
      let type = types.function([types.pointer], returning: types.void)
      let call = builder.call(type, context.throwFunction(type), [exception])
      call.addCallAttribute(context.attributes.noReturn)
      // Otherwise several throws could share one call, which would have no place in the module.
      call.addCallAttribute(context.attributes.noMerge)
      builder.unreachable()
    }
    becomeUnreachable()
  }

  // MARK: try_table

  mutating func lowerTryTable(_ instruction: Instruction) {
    var frame = frame(.tryTable, instruction.blockType)
    frame.clauses = reader.catches
    open(frame)
  }

  private mutating func open(_ frame: ControlFrame) {
    var frame = frame
    frame.handler = handlers.count
    handlers.append(Handler(outer: handler))
    handler = frame.handler
    locals.enterRegion()
    control.append(frame)
  }

  /// Call this at the end of every block. If the block is a try, it emits the handler. The caller then still ends the
  /// block, as it ends any other.
  mutating func closeTry() {
    let depth = control.count - 1
    switch control[depth].kind {
    case .tryTable:
      if isReachable && handlerHasEdges(depth) { fallThrough() }
      if let exception = closeHandler(depth) { dispatch(exception, depth) }
    case .legacyTry:
      if isReachable && handlerHasEdges(depth) { fallThrough() }
      forwardAll(of: depth, to: control[depth].handler.flatMap { handlers[$0].outer })
    case .legacyCatch:
      closeLegacyCatches(depth)
    case .function, .block, .loop, .ifThen, .ifElse: break
    }
  }

  private func handlerHasEdges(_ depth: Int) -> Bool {
    guard let handler = control[depth].handler else { return false }
    return handlers[handler].landing != nil || !handlers[handler].jumps.isEmpty
  }

  /// Ends the body of the innermost try. Moves the builder to where its exceptions arrive, and returns the exception.
  /// If no exception can arrive, leaves the builder in place and returns nil.
  private mutating func closeHandler(_ depth: Int) -> LLVMValue? {
    guard let position = control[depth].handler else { return nil }
    let closed = handlers[position]
    handler = closed.outer
    handlers[position] = Handler(outer: closed.outer)
    let region = locals.leaveRegion()
    if closed.landing == nil && closed.jumps.isEmpty { return nil }
    operands.removeLast(operands.count - control[depth].height)
    markLocation()
    isReachable = true
    var arrivals = closed.jumps
    if let landing = closed.landing {
      function.appendBlock(landing)
      builder.position(atEnd: landing)
      locals.enterHandler(landing, edges: closed.invokes, of: region)
      let type = types.structure([types.pointer, types.i32])
      let pad = builder.landingPad(type, catching: types.pointer.null)
      let exception = builder.extract(pad, 0, "exception")
      if arrivals.isEmpty { return exception }
      arrivals.append((locals.edge(from: landing), exception))
      if let dispatch = closed.dispatch { builder.branch(to: dispatch) }
    }
    guard let dispatch = closed.dispatch else { return nil }
    function.appendBlock(dispatch)
    builder.position(atEnd: dispatch)
    if arrivals.count == 1 {
      locals.enter(from: arrivals[0].edge)
      return arrivals[0].exception
    }
    locals.enterMerge(dispatch, edges: arrivals.map(\.edge))
    let phi = builder.phi(types.pointer, "exception")
    for arrival in arrivals { phi.addIncoming(arrival.exception, from: arrival.edge.block) }
    return phi
  }

  /// Emits the clauses of the try_table at `depth`, in order. Their labels count from outside of it.
  private mutating func dispatch(_ exception: LLVMValue, _ depth: Int) {
    for clause in control[depth].clauses {
      let target = depth - 1 - Int(clause.labelDepth)
      switch clause.kind {
      case .catch, .catchRef:
        let unmatched = branch(ifTagOf: exception, is: clause.tag)
        takeBranch(exception, clause, to: target)
        builder.position(atEnd: unmatched.block)
        locals.enter(from: unmatched)
      case .catchAll, .catchAllRef:
        takeBranch(exception, clause, to: target)
        return becomeUnreachable()
      }
    }
    raise(exception, to: handler)
  }

  private mutating func takeBranch(_ exception: LLVMValue, _ clause: CatchClause, to depth: Int) {
    let height = operands.count
    if clause.kind == .catch || clause.kind == .catchRef { pushValues(of: exception, clause.tag) }
    if clause.kind == .catchRef || clause.kind == .catchAllRef {
      set(ABI.exceptionCaptured, of: exception)
      push(exception)
    } else {
      free(exception)
    }
    builder.branch(to: takeEdge(to: depth))
    operands.removeLast(operands.count - height)
  }

  /// Continues if the tag matches; returns the edge for the other case.
  private mutating func branch(ifTagOf exception: LLVMValue, is tag: TagIndex)
    -> LocalValues.Edge
  {
    let thrown = builder.load(
      types.pointer, builder.field(exception, at: ABI.exceptionTag), alignment: 8, "tag")
    let matches = builder.compare(.equal, thrown, tagIdentity(tag), "matches")
    let caught = builder.createBlock("caught")
    let unmatched = builder.createBlock("unmatched")
    let edge = locals.edge(from: builder.block)
    builder.branch(if: matches, then: caught, else: unmatched)
    function.appendBlock(caught)
    function.appendBlock(unmatched)
    builder.position(atEnd: caught)
    locals.enter(from: edge)
    return LocalValues.Edge(node: edge.node, block: unmatched)
  }

  // MARK: The legacy encoding

  mutating func lowerLegacyTry(_ instruction: Instruction) {
    open(frame(.legacyTry, instruction.blockType))
  }

  /// - Parameter tag: nil for catch_all.
  mutating func lowerLegacyCatch(_ tag: TagIndex?) {
    let depth = control.count - 1
    if isReachable { fallThrough() }
    if control[depth].kind == .legacyTry {
      let exception = closeHandler(depth)
      control[depth].kind = .legacyCatch
      control[depth].exception = exception
      control[depth].unmatched = exception.map { _ in locals.edge(from: builder.block) }
    }
    control[depth].freeCall = nil
    guard let exception = control[depth].exception, let arriving = control[depth].unmatched else {
      return becomeUnreachable()
    }
    operands.removeLast(operands.count - control[depth].height)
    builder.position(atEnd: arriving.block)
    locals.enter(from: arriving)
    isReachable = true
    markLocation()
    control[depth].unmatched = nil
    if let tag {
      control[depth].unmatched = branch(ifTagOf: exception, is: tag)
      pushValues(of: exception, tag)
    }
    control[depth].freeCall = free(exception)
  }

  private mutating func closeLegacyCatches(_ depth: Int) {
    guard let exception = control[depth].exception, let unmatched = control[depth].unmatched else {
      return
    }
    if isReachable { fallThrough() }
    builder.position(atEnd: unmatched.block)
    locals.enter(from: unmatched)
    raise(exception, to: handler)
  }

  /// Ends a try: exceptions of its body go to the handler around the block at `label`.
  mutating func lowerDelegate(_ label: UInt32) {
    let depth = control.count - 1
    let target = depth - 1 - Int(label)
    let open = control[...target].last { $0.kind == .legacyTry || $0.kind == .tryTable }
    if isReachable && handlerHasEdges(depth) { fallThrough() }
    forwardAll(of: depth, to: open?.handler)
    if control[depth].merge != nil || !isReachable { mergeEdges() }
    control.removeLast()
  }

  private mutating func forwardAll(of depth: Int, to target: Int?) {
    guard let exception = closeHandler(depth) else { return }
    raise(exception, to: target)
  }

  // MARK: Exception objects

  private mutating func pushValues(of exception: LLVMValue, _ tag: TagIndex) {
    let signature = context.signature(context.module.tags[tag].type)
    for (position, type) in signature.parameters.enumerated() {
      push(ValueSlots(of: exception).load(type, at: position, builder))
    }
  }

  /// Sets a mark that stays. The store is volatile. Otherwise LLVM could drop it if a later store sets the same mark,
  /// but other code may get the exception before that store.
  private func set(_ flag: UInt64, of exception: LLVMValue) {
    builder.store(types.i8.constant(1), builder.field(exception, at: flag), alignment: 1)
      .setVolatile()
  }

  @discardableResult
  private mutating func free(_ exception: LLVMValue) -> LLVMValue {
    callBuiltin(SWASM_IR_EXCEPTION_FREE, [exception], returning: types.void)
  }

  /// In a library, marks an exception that is about to be stored outside the stack as escaped: a collection does not
  /// look at the states of libraries.
  mutating func noteEscape(of value: LLVMValue, _ type: ValueType) {
    guard !context.product.stateIsSearched, case .reference(let reference) = type,
      reference.heap == .exception
    else {
      return
    }
    let escapes = builder.createBlock("escapes")
    let going = builder.createBlock("going")
    builder.branch(if: builder.isNull(value, "null"), then: going, else: escapes)
    function.appendBlock(escapes)
    builder.position(atEnd: escapes)
    set(ABI.exceptionEscaped, of: value)
    builder.branch(to: going)
    function.appendBlock(going)
    builder.position(atEnd: going)
  }
}

extension InstanceLowering {
  /// swasm_throw: the one function of the runtime that unwinds.
  func throwFunction(_ type: LLVMType) -> LLVMValue {
    if let function = llvm.function(named: SWASM_IR_THROW) { return function }
    let function = llvm.addFunction(SWASM_IR_THROW, type: type)
    function.setHidden()
    function.addFunctionAttribute(attributes.noReturn)
    function.addFunctionAttribute(attributes.cold)
    return function
  }
}
