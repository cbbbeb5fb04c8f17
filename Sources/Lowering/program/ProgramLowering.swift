// The shared state of all instances of a program while they are lowered into one LLVM module: types, declarations, the
// layout of the state. InstanceLowering has what belongs to one instance.
//
// A class because its identity matters: there is one per LLVM module, and every FunctionLowering adds
// declarations to it. It does not own the LLVM module.
import CGuestIR
import LLVMKit
import Targets
import WasmModule
import WasmProgram

final class ProgramLowering {
  let program: Program
  let options: LoweringOptions
  let llvm: LLVMModuleContents
  let types: LLVMTypes
  let valueTypes: ValueTypes
  /// The signature of each type, by the program's type numbers.
  let signatures: [FunctionSignature]
  let typeTable: TypeTable
  let layout: StateLayout
  let metadataFactory: LLVMMetadataFactory
  /// Whether an exception may pass through guest code: one of the program or, in a library, one of another program.
  let canUnwind: Bool
  /// The calling convention of all functions with guest code: `tailcc` only if there may be a tail call. With `tailcc`
  /// each call adjusts the stack pointer for stack arguments, which never exist here.
  let convention: LLVMCallingConvention
  let attributes: FunctionAttributes
  let debugInfo: LLVMDebugInfo
  /// nil: lines are offsets in the file.
  let bodyLines: BodyLines?
  let target: Target
  let instructions: MachineInstructions
  private(set) var instances: [InstanceLowering] = []

  private var intrinsics: [String: LLVMValue] = [:]
  private(set) lazy var stateGlobal: LLVMValue = declareState()

  init(
    _ program: Program, options: LoweringOptions, context: borrowing LLVMContext,
    contents: LLVMModuleContents, target: borrowing LLVMTargetMachine
  ) throws(LoweringError) {
    if program.instances.count > 1, options.profiling.isOn {
      throw LoweringError(
        .unsupported,
        "a profile belongs to one module; this program has \(program.instances.count)")
    }
    self.program = program
    self.options = options
    bodyLines =
      options.lines == .withinPartition
      ? BodyLines(of: program, partition: options.partition) : nil
    let machine = target.target
    self.target = machine
    instructions = target.processor.instructions
    llvm = contents
    types = context.types
    let valueTypes = ValueTypes(context.types)
    self.valueTypes = valueTypes
    let passesState = options.product.passesState
    signatures = program.types.rows.map { row in
      let type = program[row.instance].module.functionType(row.index)
      return FunctionSignature(
        type, types: valueTypes, registers: machine, passesState: passesState)
    }
    typeTable = try TypeTable(program, isClosed: options.product.isClosed)
    let references = ReferencedFunctions.all(of: program, options: options)
    let elements = program.instances.enumerated().map { position, instance in
      ElementPlan(instance.module, referenced: references[position])
    }
    layout = StateLayout(
      program, referenced: references, elements: elements,
      typeIDCount: options.product.isClosed ? 0 : typeTable.rows.count,
      slotCount: signatures.map(\.slotCount).max() ?? 0)
    // Descriptors have offsets in an instance as numbers of 32 bits.
    guard layout.instances.allSatisfy({ $0.bytes <= UInt64(UInt32.max) }) else {
      throw LoweringError(.unsupported, "the state of an instance has more than 4 GiB")
    }
    metadataFactory = context.metadata
    let hasTailCalls = program.instances.contains {
      $0.validated.facts.contains(where: \.hasTailCalls)
    }
    convention = !options.product.isClosed || hasTailCalls ? .tail : .fast
    canUnwind =
      !options.product.isClosed || program.instances.contains { !$0.module.tags.isEmpty }
    attributes = FunctionAttributes(context.attributes, target.processor, canUnwind: canUnwind)
    debugInfo = LLVMDebugInfo(
      module: contents, fileName: options.moduleName, producer: "swasmc",
      isFull: options.followed != nil)
    instances = program.indices.map {
      InstanceLowering(
        self, $0, referenced: references[$0.int], elements: elements[$0.int])
    }
  }

  func signature(_ type: ProgramTypeIndex) -> FunctionSignature { signatures[type.int] }

  var symbolPrefix: String { options.product.symbolPrefix }

  // MARK: The state

  /// The address of the program's state in `function`: the symbol, or the function's first parameter.
  func state(in function: LLVMValue) -> LLVMValue {
    options.product.passesState ? function.parameter(0) : stateGlobal
  }

  private func declareState() -> LLVMValue {
    let state = llvm.addGlobal(SWASM_IR_STATE, type: types.i8.array(layout.bytes))
    state.setHidden()
    state.setAlignment(64)
    if options.emitsDescriptor { state.setInitializer(types.i8.array(layout.bytes).null) }
    return state
  }

  // MARK: Declarations

  /// A function of the runtime, with the C calling convention.
  func builtin(_ name: String, _ parameters: [LLVMType], returning result: LLVMType) -> (
    LLVMType, LLVMValue
  ) {
    let type = types.function(parameters, returning: result)
    if let function = llvm.function(named: name) { return (type, function) }
    let function = llvm.addFunction(name, type: type)
    function.setHidden()
    function.addFunctionAttribute(attributes.noUnwind)
    return (type, function)
  }

  /// The personality function, which LLVM requires of functions with landing pads. Nothing calls it.
  private(set) lazy var personality: LLVMValue = {
    let type = types.function([], returning: types.void)
    let function = llvm.addFunction(SWASM_IR_PERSONALITY, type: type)
    function.setHidden()
    return function
  }()

  func intrinsic(_ name: String, _ overloads: [LLVMType] = []) -> LLVMValue {
    let key = overloads.reduce(name) { "\($0).\(UInt(bitPattern: $1.handle))" }
    if let known = intrinsics[key] { return known }
    let function = llvm.intrinsic(name, overloads)
    intrinsics[key] = function
    return function
  }
}
