// References. A null reference is a null pointer. Spec: Execution, Reference Instructions.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerRefNull() { push(types.pointer.null) }

  mutating func lowerRefIsNull() { push(condition: builder.isNull(pop(), "null")) }

  mutating func lowerRefFunc(_ function: FunctionIndex) { push(functionReference(function)) }

  /// Traps: null reference.
  mutating func lowerRefAsNonNull() {
    let value = pop()
    trap(if: builder.isNull(value, "null"), .nullReference)
    push(value)
  }

  /// Stack: [values, reference] → [values, reference], or [values] along the branch.
  mutating func lowerBrOnNull(_ instruction: Instruction) {
    let value = pop()
    branch(
      if: builder.isNull(value, "null"), label: instruction.labelDepth, at: instruction.offset)
    push(value)
  }

  /// Stack: [values, reference] → [values], or [values, reference] along the branch.
  mutating func lowerBrOnNonNull(_ instruction: Instruction) {
    let isNull = builder.isNull(top(1)[0], "null")
    branch(
      if: builder.not(isNull, "nonnull"), label: instruction.labelDepth, at: instruction.offset)
    lowerDrop()
  }
}
