// Calls, direct, indirect and through references, and their tail forms.
// Spec: Execution, Control Instructions and Function Calls.
import LLVMKit
import WasmModule

extension FunctionLowering {
  /// Code to call, and the state of the program that it belongs to.
  struct Callee {
    let code: LLVMValue
    let state: LLVMValue
  }

  /// A function that an indirect call probably reaches, and the condition that tells whether it does.
  struct CallChoice {
    let function: FunctionIndex
    let weights: LLVMMetadata?
    let condition: (borrowing FunctionLowering) -> LLVMValue
  }

  mutating func lowerCall(_ index: FunctionIndex, isTail: Bool = false) {
    let signature = context.signature(of: index)
    let callee: Callee
    if context.hasCode(index) {
      callee = Callee(code: context.function(index), state: state)
    } else {
      callee = target(of: functionReference(index), isInvariant: true)
    }
    emitCall(callee, signature, isTail: isTail, mayThrow: !context.isRuntime(index))
  }

  /// Stack: [arguments, reference] → [results]. Traps: null function reference.
  mutating func lowerCallRef(_ instruction: Instruction, isTail: Bool = false) {
    let reference = pop()
    trap(if: builder.isNull(reference, "null"), .nullFunctionReference)
    emitCall(target(of: reference), context.signature(instruction.typeIndex), isTail: isTail)
  }

  mutating func target(of reference: LLVMValue, isInvariant: Bool = false) -> Callee {
    func field(_ offset: UInt64, _ name: LLVMName) -> LLVMValue {
      let load = builder.load(
        types.pointer, builder.field(reference, at: offset), alignment: 8, name)
      if isInvariant {
        load.setMetadata(metadata.invariantLoad, metadata.empty)
      } else {
        load.setMetadata(metadata.tbaa, metadata.functionReference)
      }
      return load
    }
    let code = field(ABI.funcrefCode, "code")
    return Callee(
      code: code,
      state: context.product.passesState ? field(ABI.funcrefInstance, "callee") : state)
  }

  mutating func emitCall(
    _ callee: Callee, _ signature: FunctionSignature, isTail: Bool, mayThrow: Bool = true
  ) {
    markLocation()
    let arguments = passed(pop(signature.parameters.count), signature, to: callee.state)
    guard let call = call(callee, signature, arguments, isTail: isTail, mayThrow: mayThrow) else {
      return becomeUnreachable()
    }
    pushResults(of: call, signature)
  }

  /// Calls the first of `choices` whose condition holds, or else the callee that `last` returns. All choices are code
  /// of this program.
  mutating func emitCall(
    _ choices: [CallChoice], _ signature: FunctionSignature, isTail: Bool,
    else last: (inout FunctionLowering) -> Callee
  ) {
    if choices.isEmpty { return emitCall(last(&self), signature, isTail: isTail) }
    markLocation()
    let arguments = passed(pop(signature.parameters.count), signature, to: state)
    let merge = builder.createBlock("called")
    var calls: [(value: LLVMValue, from: LLVMBlock)] = []
    for choice in choices {
      let chosen = builder.createBlock("chosen")
      let other = builder.createBlock("other")
      let branch = builder.branch(if: choice.condition(self), then: chosen, else: other)
      if let weights = choice.weights { branch.setMetadata(metadata.branchWeights, weights) }
      function.appendBlock(chosen)
      builder.position(atEnd: chosen)
      let callee = Callee(code: context.function(choice.function), state: state)
      if let call = call(callee, signature, arguments, isTail: isTail) {
        calls.append((call, builder.block))
        builder.branch(to: merge)
      }
      function.appendBlock(other)
      builder.position(atEnd: other)
    }
    guard let call = call(last(&self), signature, arguments, isTail: isTail) else {
      return becomeUnreachable()
    }
    calls.append((call, builder.block))
    builder.branch(to: merge)
    function.appendBlock(merge)
    builder.position(atEnd: merge)
    if signature.llvm.returnType == types.void { return pushResults(of: call, signature) }
    let phi = builder.phi(signature.llvm.returnType, "result")
    for (value, block) in calls { phi.addIncoming(value, from: block) }
    pushResults(of: phi, signature)
  }

  /// One call; nil for a tail call, which ends the block.
  private mutating func call(
    _ callee: Callee, _ signature: FunctionSignature, _ arguments: [LLVMValue], isTail: Bool,
    mayThrow: Bool = true
  ) -> LLVMValue? {
    let call = emitThrowing(
      signature.llvm, callee.code, arguments,
      to: mayThrow && !isTail && context.canUnwind ? handler : nil)
    call.setCallingConvention(context.convention)
    if !isTail { return call }
    call.setMustTail()
    // All results may be in slots.
    if signature.llvm.returnType == types.void {
      builder.returnVoid()
    } else {
      builder.returnValue(call)
    }
    return nil
  }

  /// The values for LLVM's parameters; the others are stored to slots.
  private func passed(_ values: [LLVMValue], _ signature: FunctionSignature, to callee: LLVMValue)
    -> [LLVMValue]
  {
    var passed = context.product.passesState ? [callee] : []
    var slots: ValueSlots?
    for (value, place) in zip(values, signature.places) {
      switch place {
      case .register: passed.append(value)
      case .slot(let slot):
        let known = slots ?? self.slots(of: callee)
        slots = known
        known.store(value, at: slot, builder)
      }
    }
    return passed
  }

  private mutating func pushResults(of call: LLVMValue, _ signature: FunctionSignature) {
    let direct = signature.directResultCount
    if signature.returnsStructure {
      for position in 0..<direct { push(builder.extract(call, position)) }
    } else if direct == 1 {
      push(call)
    }
    if direct == signature.results.count { return }
    var returned: ValueSlots?
    if signature.returnsSlots {
      let start = signature.returnsStructure ? builder.extract(call, direct) : call
      returned = ValueSlots(ofProgramAt: start, metadata: metadata)
    }
    for (position, type) in signature.results.dropFirst(direct).enumerated() {
      push((returned ?? slots(of: state)).load(type, at: position, builder))
    }
  }
}
