// Thunks by which C calls a function reference: arguments from slots, results into slots.
import CSwasmABI
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
    let slots = thunk.parameter(1)
    func slot(_ position: Int, of start: LLVMValue) -> LLVMValue {
      builder.field(start, at: UInt64(position) * ABI.valueStride)
    }
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
    func overflow(_ position: Int) -> LLVMValue {
      let field = builder.field(state, at: ABI.instanceResults)
      return slot(position, of: builder.load(types.pointer, field, alignment: 8, "slots"))
    }
    for (position, parameter) in signature.parameters.enumerated() {
      let value = builder.load(parameter, slot(position, of: slots), alignment: 4)
      switch signature.places[position] {
      case .register: arguments.append(value)
      case .slot(let index): builder.store(value, overflow(Int(index)), alignment: 4)
      }
    }
    let call = builder.call(signature.llvm, code, arguments)
    call.setCallingConvention(convention)
    let direct = signature.directResultCount
    for position in 0..<direct {
      let value = signature.returnsStructure ? builder.extract(call, position) : call
      builder.store(value, slot(position, of: slots), alignment: 4)
    }
    var returned: LLVMValue?
    if signature.returnsSlots {
      returned = signature.returnsStructure ? builder.extract(call, direct) : call
    }
    for position in direct..<signature.results.count {
      let source = returned.map { slot(position - direct, of: $0) } ?? overflow(position - direct)
      let value = builder.load(signature.results[position], source, alignment: 4)
      builder.store(value, slot(position, of: slots), alignment: 4)
    }
    builder.returnVoid()
    return thunk
  }

  func thunkName(_ index: ProgramTypeIndex) -> String { "\(symbolPrefix)invoke.\(index)" }
}
