// Calls, direct, indirect and through references, and their tail forms. Spec: 4.4.8, 4.4.10.
import LLVMKit
import WasmModule

extension FunctionLowering {
  /// Code to call and, with a parameter instance, the instance to pass to it.
  struct Callee {
    let code: LLVMValue
    let instance: LLVMValue
  }

  mutating func lowerCall(_ index: FunctionIndex, isTail: Bool = false) {
    let signature = context.signature(of: index)
    let callee: Callee
    if context.module.isImported(index) && !context.isStatic {
      callee = target(of: functionReference(index), isInvariant: true)
    } else {
      callee = Callee(code: context.function(index), instance: instance)
    }
    // What a static instance imports is the runtime, which throws nothing.
    emitCall(
      callee, signature, isTail: isTail,
      mayThrow: !(context.isStatic && context.module.isImported(index)))
  }

  /// Stack: [arguments, index] → [results]. Traps: undefined element beyond the table's end,
  /// uninitialized element for null, indirect call type mismatch.
  mutating func lowerCallIndirect(_ instruction: Instruction, isTail: Bool = false) {
    let table = instruction.tableIndex2
    let pointer = elementPointer(table, popTableIndex(table), .undefinedElement)
    let reference = builder.load(types.pointer, pointer, alignment: 8, "reference")
    reference.setMetadata(metadata.tbaa, metadata.tableElement)
    trap(if: builder.isNull(reference, "null"), .uninitializedElement)
    let id = builder.load(
      types.i32, builder.field(reference, at: ABI.funcrefTypeID), alignment: 4, "type")
    id.setMetadata(metadata.tbaa, metadata.functionReference)
    let isOther = builder.compare(.notEqual, id, typeID(instruction.typeIndex), "mismatch")
    trap(if: isOther, .indirectCallType)
    emitCall(target(of: reference), context.signature(instruction.typeIndex), isTail: isTail)
  }

  /// Stack: [arguments, reference] → [results]. Traps: null function reference.
  mutating func lowerCallRef(_ instruction: Instruction, isTail: Bool = false) {
    let reference = pop()
    trap(if: builder.isNull(reference, "null"), .nullFunctionReference)
    emitCall(target(of: reference), context.signature(instruction.typeIndex), isTail: isTail)
  }

  private mutating func target(of reference: LLVMValue, isInvariant: Bool = false) -> Callee {
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
    if context.isStatic { return Callee(code: code, instance: instance) }
    return Callee(code: code, instance: field(ABI.funcrefInstance, "callee"))
  }

  private mutating func emitCall(
    _ callee: Callee, _ signature: FunctionSignature, isTail: Bool, mayThrow: Bool = true
  ) {
    markLocation()
    let arguments = passed(pop(signature.parameters.count), signature, to: callee.instance)
    let call = emitThrowing(
      signature.llvm, callee.code, arguments,
      to: mayThrow && !isTail && context.canUnwind ? handler : nil)
    call.setCallingConvention(context.convention)
    if isTail {
      call.setMustTail()
      if signature.results.isEmpty { builder.returnVoid() } else { builder.returnValue(call) }
      becomeUnreachable()
      return
    }
    pushResults(of: call, signature)
  }

  /// The values for LLVM's parameters; the others are stored to slots.
  private func passed(_ values: [LLVMValue], _ signature: FunctionSignature, to callee: LLVMValue)
    -> [LLVMValue]
  {
    var passed = context.isStatic ? [] : [callee]
    var slots: LLVMValue?
    for (value, place) in zip(values, signature.places) {
      switch place {
      case .register: passed.append(value)
      case .slot(let slot):
        let start = slots ?? self.slots(of: callee)
        slots = start
        store(value, toSlot: slot, of: start)
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
    let slots: LLVMValue
    if context.isStatic {
      slots = self.slots(of: instance)
    } else {
      slots = signature.returnsStructure ? builder.extract(call, direct) : call
    }
    for (position, type) in signature.results.dropFirst(direct).enumerated() {
      push(loadSlot(UInt64(position), type, of: slots))
    }
  }
}
