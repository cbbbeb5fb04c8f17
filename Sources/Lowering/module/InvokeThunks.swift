// Thunks through which C code calls a function reference. They take arguments from slots and store results to slots.
import LLVMKit
import WasmProgram

extension ProgramLowering {
  /// `void (const swasm_funcref *, swasm_value *slots)` for one function type.
  func emitInvokeThunk(_ index: ProgramTypeIndex) -> LLVMValue {
    let signature = signature(index)
    let type = types.function([types.pointer, types.pointer], returning: types.void)
    let thunk = llvm.addFunction(thunkName(index), type: type)
    thunk.setLinkage(.internal)
    attributes.apply(to: thunk)
    let builder = LLVMBuilder(context: llvm.context)
    let entry = builder.createBlock("entry")
    thunk.appendBlock(entry)
    builder.position(atEnd: entry)
    let reference = thunk.parameter(0)
    let given = ValueSlots(ofHostAt: thunk.parameter(1))
    var arguments: [LLVMValue] = []
    let code = builder.load(
      types.pointer, builder.field(reference, at: ABI.funcrefCode), alignment: 8, "code")
    let state: LLVMValue
    if options.product.passesState {
      let field = builder.field(reference, at: ABI.funcrefInstance)
      state = builder.load(types.pointer, field, alignment: 8, "state")
      arguments.append(state)
    } else {
      state = stateGlobal
    }
    for (position, parameter) in signature.parameters.enumerated() {
      let value = given.load(parameter, at: position, builder)
      switch signature.places[position] {
      case .register: arguments.append(value)
      case .slot(let slot):
        slots(of: state, builder, isLoaded: true).store(value, at: slot, builder)
      }
    }
    let call = builder.call(signature.llvm, code, arguments)
    call.setCallingConvention(convention)
    let direct = signature.directResultCount
    for position in 0..<direct {
      let value = signature.returnsStructure ? builder.extract(call, position) : call
      given.store(value, at: position, builder)
    }
    var returned: ValueSlots?
    if signature.returnsSlots {
      let start = signature.returnsStructure ? builder.extract(call, direct) : call
      returned = ValueSlots(ofProgramAt: start, metadata: nil)
    }
    for position in direct..<signature.results.count {
      let source = returned ?? slots(of: state, builder, isLoaded: true)
      let value = source.load(signature.results[position], at: position - direct, builder)
      given.store(value, at: position, builder)
    }
    builder.returnVoid()
    return thunk
  }

  func thunkName(_ index: ProgramTypeIndex) -> String { "\(symbolPrefix)invoke.\(index)" }
}
