// Locals, globals, drop and select. Spec: Execution, Variable Instructions and Parametric Instructions.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func lowerLocalGet(_ local: LocalIndex) {
    push(localSlots.map { get(local.int, in: $0) } ?? locals.get(local.int))
  }

  mutating func lowerLocalSet(_ local: LocalIndex) { set(local, pop()) }

  mutating func lowerLocalTee(_ local: LocalIndex) {
    let value = pop()
    set(local, value)
    push(value)
  }

  private mutating func set(_ local: LocalIndex, _ value: LLVMValue) {
    if let localSlots { return set(local.int, value, in: localSlots) }
    locals.set(local.int, value)
    followed.set(local.int, value, in: builder.block)
  }

  mutating func lowerGlobalGet(_ global: GlobalIndex) {
    if let constant = context.constantValue(of: global) { return push(constant) }
    let type = context.module.globals[global].type
    let load = builder.load(
      context.valueTypes[type.value], globalCell(global),
      alignment: context.valueTypes.bytes(type.value), "global")
    load.setMetadata(metadata.tbaa, metadata.global)
    push(load)
  }

  mutating func lowerGlobalSet(_ global: GlobalIndex) {
    let value = pop()
    noteEscape(of: value, context.module.globals[global].type.value)
    store(value, toGlobal: global)
  }

  func store(_ value: LLVMValue, toGlobal global: GlobalIndex) {
    let type = context.module.globals[global].type.value
    builder.store(value, globalCell(global), alignment: context.valueTypes.bytes(type))
      .setMetadata(metadata.tbaa, metadata.global)
  }

  mutating func lowerDrop() { _ = popOperand() }

  mutating func lowerSelect() {
    let condition = popCondition()
    let otherwise = pop()
    let chosen = pop()
    let weights = profile(condition)
    let select = builder.select(condition, chosen, otherwise)
    if let weights, select.isInstruction { select.setMetadata(metadata.branchWeights, weights) }
    push(select)
  }
}
