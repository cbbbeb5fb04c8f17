// The shared state of all functions of one instance while it is lowered: its module, declarations, layout.
// ProgramLowering, which owns this, has what all instances of the program share.
import CGuestIR
import LLVMKit
import Targets
import WasmModule
import WasmProgram

final class InstanceLowering {
  unowned let program: ProgramLowering
  let instance: InstanceIndex
  let validated: ValidatedModule
  let module: Module
  let options: LoweringOptions
  let llvm: LLVMModuleContents
  let types: LLVMTypes
  let valueTypes: ValueTypes
  let referenced: ReferencedFunctions
  let layout: InstanceLayout
  let elements: ElementPlan
  let metadata: ModuleMetadata
  let attributes: FunctionAttributes
  /// How many functions the instances before this one define.
  let firstPosition: Int
  /// The prefix of the names of the instance's symbols.
  let symbolPrefix: String

  private var functions: [LLVMValue?]
  private var constantGlobals: [Int: LLVMValue?] = [:]
  /// The constant contents of each table, for indirect calls.
  private(set) lazy var tables: [TableContents?] = module.tables.indices.map {
    ConstantTable($0, of: self).map(TableContents.init)
  }
  private lazy var functionImports = module.imports.filter {
    if case .function = $0.entity { true } else { false }
  }

  var product: Product { options.product }
  var convention: LLVMCallingConvention { program.convention }
  var canUnwind: Bool { program.canUnwind }

  init(
    _ program: ProgramLowering, _ instance: InstanceIndex, referenced: ReferencedFunctions,
    elements: ElementPlan
  ) {
    self.program = program
    self.instance = instance
    validated = program.program[instance].validated
    module = validated.module
    options = program.options
    llvm = program.llvm
    types = program.types
    valueTypes = program.valueTypes
    self.referenced = referenced
    self.elements = elements
    layout = program.layout.instances[instance.int]
    attributes = program.attributes
    metadata = ModuleMetadata(
      program.metadataFactory, options.hints, memories: Self.aliasNames(program.program, instance))
    functions = Array(repeating: nil, count: module.functions.count)
    firstPosition = program.program.instances.prefix(instance.int)
      .reduce(0) { $0 + $1.module.functions.defined.count }
    symbolPrefix = program.symbolPrefix + FunctionSymbol.prefix(instance)
  }

  // MARK: Types

  func number(of type: TypeIndex) -> ProgramTypeIndex {
    program.program.types.number(of: type, in: instance)
  }

  func signature(_ type: TypeIndex) -> FunctionSignature { program.signature(number(of: type)) }
  func signature(of function: FunctionIndex) -> FunctionSignature {
    signature(module.functions[function].type)
  }

  /// The position among the descriptor's types.
  func typePosition(_ type: TypeIndex) -> Int {
    program.typeTable.position(of: number(of: type))
  }
  /// The position of the type of a global or of a table's elements.
  func typePosition(ofValue type: ValueType) -> Int {
    program.typeTable.position(ofValue: program.program.types.canonical(type, in: instance))
  }

  // MARK: Where items come from

  func origin(_ function: FunctionIndex) -> Item<FunctionIndex> {
    program.program.origin(Item(instance, function))
  }
  func origin(_ table: TableIndex) -> Item<TableIndex> {
    program.program.origin(Item(instance, table))
  }
  func origin(_ memory: MemoryIndex) -> Item<MemoryIndex> {
    program.program.origin(Item(instance, memory))
  }
  func origin(_ global: GlobalIndex) -> Item<GlobalIndex> {
    program.program.origin(Item(instance, global))
  }
  func origin(_ tag: TagIndex) -> Item<TagIndex> { program.program.origin(Item(instance, tag)) }

  func provider(of function: FunctionIndex) -> Provider<FunctionIndex>? {
    program.program.provider(of: Item(instance, function))
  }

  /// Whether a function is code of this program, and is not provided by a host.
  func hasCode(_ function: FunctionIndex) -> Bool {
    if case .host = program.program.provider(of: origin(function)) { false } else { true }
  }

  /// Whether a function is a wrapper around the runtime, which throws nothing.
  func isRuntime(_ function: FunctionIndex) -> Bool {
    switch provider(of: function) {
    case .wasi, .trap, .componentTrap: true
    case .host, .instance, nil: false
    }
  }

  // MARK: Declarations

  /// The LLVM function of a function that has code: its own, another instance's, or a wrapper around the runtime.
  func function(_ index: FunctionIndex) -> LLVMValue {
    let origin = origin(index)
    if origin.instance != instance {
      return program.instances[origin.instance.int].function(origin.index)
    }
    if let function = functions[index.int] { return function }
    let function = llvm.addFunction(symbol(of: index), type: signature(of: index).llvm)
    function.setFunctionCallingConvention(convention)
    attributes.apply(to: function)
    if isLocal(index) {
      function.setLinkage(.internal)
    } else {
      function.setHidden()
    }
    functions[index.int] = function
    return function
  }

  /// Whether nothing outside of this partition refers to a function.
  private func isLocal(_ index: FunctionIndex) -> Bool {
    guard let partition = options.partition, !module.functions.isImported(index) else {
      return true
    }
    return partition.local.contains(firstPosition + module.functions.definedPosition(of: index))
  }

  /// The functions of the runtime that were used. They need wrappers.
  var usedImports: [(FunctionIndex, LLVMValue)] {
    module.functions.indices.prefix(module.functions.importedCount).compactMap { index in
      functions[index.int].map { (index, $0) }
    }
  }

  /// All functions of the instance that this LLVM module declares or defines so far, with their symbols.
  var declaredFunctions: [(FunctionIndex, String)] {
    module.functions.indices.filter { functions[$0.int] != nil }.map { ($0, symbol(of: $0)) }
  }

  private func symbol(of index: FunctionIndex) -> String {
    var name = module.names.functions[index]
    if module.functions.isImported(index) {
      let function = importedFunction(index)
      name = "import.\(function.module).\(function.name)"
    }
    return FunctionSymbol.text(prefix: symbolPrefix, index, name: name)
  }

  func importedFunction(_ index: FunctionIndex) -> Import { functionImports[index.int] }

  func builtin(_ name: String, _ parameters: [LLVMType], returning result: LLVMType) -> (
    LLVMType, LLVMValue
  ) {
    program.builtin(name, parameters, returning: result)
  }

  func intrinsic(_ name: String, _ overloads: [LLVMType] = []) -> LLVMValue {
    program.intrinsic(name, overloads)
  }

  /// The address of the instance in a function whose state is at `state`.
  func address(_ builder: borrowing LLVMBuilder, state: LLVMValue) -> LLVMValue {
    builder.field(state, at: layout.start)
  }

  // MARK: Globals whose value is known

  /// The value of an immutable global defined here whose initialiser is a plain constant.
  func constantValue(of global: GlobalIndex) -> LLVMValue? {
    if let known = constantGlobals[global.int] { return known }
    let value = computeConstant(global)
    constantGlobals[global.int] = .some(value)
    return value
  }

  private func computeConstant(_ global: GlobalIndex) -> LLVMValue? {
    guard !module.globals[global].type.isMutable,
      let instruction = module.globals[global].initializer?.onlyInstruction(in: module)
    else { return nil }
    return constant(instruction)
  }

  /// The value of a constant instruction; nil for other instructions.
  func constant(_ instruction: Instruction) -> LLVMValue? {
    guard case .plain(.constant(let type)) = instruction.opcode.operation else { return nil }
    return constant(type, instruction)
  }
}

/// Metadata nodes that many instructions share.
struct ModuleMetadata {
  let tbaa: LLVMMetadataKind
  let invariantLoad: LLVMMetadataKind
  let branchWeights: LLVMMetadataKind
  let empty: LLVMMetadata
  let unlikely: LLVMMetadata
  let likely: LLVMMetadata
  /// The tags of guest memories, by index. Memories of different tags do not overlap, and none overlaps the instance.
  let guestMemory: [LLVMMetadata]
  let instance: LLVMMetadata
  let global: LLVMMetadata
  let tableElement: LLVMMetadata
  let functionReference: LLVMMetadata

  init(_ factory: LLVMMetadataFactory, _ hints: Hints, memories: [String]) {
    tbaa = hints == .forOptimising ? factory.kind("tbaa") : .none
    invariantLoad = hints == .none ? .none : factory.kind("invariant.load")
    branchWeights = hints == .forOptimising ? factory.kind("prof") : .none
    empty = factory.node([])
    unlikely = factory.branchWeights(taken: 1, notTaken: 1 << 20)
    likely = factory.branchWeights(taken: 1 << 20, notTaken: 1)
    let root = factory.tbaaRoot(SWASM_IR_TBAA_ROOT)
    func tag(_ name: String) -> LLVMMetadata {
      factory.tbaaTag(factory.tbaaType(name, parent: root))
    }
    guestMemory = memories.map(tag)
    instance = tag(SWASM_IR_INSTANCE)
    global = tag(SWASM_IR_GLOBAL)
    tableElement = tag(SWASM_IR_TABLE_ELEMENT)
    functionReference = tag(SWASM_IR_FUNCTION_REFERENCE)
  }
}

/// The attributes of every function that is emitted, and attributes that some functions and calls get.
struct FunctionAttributes {
  let noUnwind: LLVMAttribute
  let noMerge: LLVMAttribute
  let noReturn: LLVMAttribute
  let noInline: LLVMAttribute
  let optimizeNone: LLVMAttribute
  let cold: LLVMAttribute
  private let all: [LLVMAttribute]

  init(_ attributes: LLVMAttributes, _ processor: Processor, canUnwind: Bool) {
    noUnwind = attributes.named("nounwind")
    noMerge = attributes.named("nomerge")
    noReturn = attributes.named("noreturn")
    noInline = attributes.named("noinline")
    optimizeNone = attributes.named("optnone")
    cold = attributes.named("cold")
    var all = [
      // The tables that the runtime's unwinder reads, exact at calls (1: synchronous).
      canUnwind ? attributes.named("uwtable", value: 1) : noUnwind,
      attributes.string(SWASM_IR_PROBE_STACK, "inline-asm"),
      attributes.string(SWASM_IR_NO_TAIL_CALLS, "true"),
      attributes.string(SWASM_IR_FRAME_POINTER, "none"),
    ]
    // Without the attribute, code is arranged for the baseline.
    if processor.tunedFor != processor.target.llvmBaseline {
      all.append(attributes.string(SWASM_IR_TUNE_CPU, processor.tunedFor))
    }
    self.all = all
  }

  func apply(to function: LLVMValue) {
    for attribute in all { function.addFunctionAttribute(attribute) }
  }
}
