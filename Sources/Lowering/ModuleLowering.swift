// What all functions of a module share while it is lowered: types, declarations, metadata, layout.
//
// A class because its identity matters: there is one per LLVM module, and every FunctionLowering adds
// declarations to it. It does not own the LLVM module.
import LLVMKit
import WasmModule

final class ModuleLowering {
  let validated: ValidatedModule
  let module: Module
  let options: LoweringOptions
  let llvm: LLVMModuleContents
  let types: LLVMTypes
  let valueTypes: ValueTypes
  let signatures: [FunctionSignature]
  let referenced: ReferencedFunctions
  let layout: InstanceLayout
  let typeTable: TypeTable
  let elements: ElementPlan
  let metadata: ModuleMetadata
  let metadataFactory: LLVMMetadataFactory
  /// Whether an exception may pass the module's functions: its own, or with a parameter instance one of
  /// another module.
  let canUnwind: Bool
  /// Of all functions with guest code. `tailcc` where a tail call may be: it costs each call an adjustment of
  /// the stack pointer, for stack arguments that there never are.
  let convention: LLVMCallingConvention
  let attributes: FunctionAttributes
  let debugInfo: LLVMDebugInfo
  let symbolPrefix: String
  let isX86: Bool

  private var functions: [LLVMValue?]
  private var intrinsics: [String: LLVMValue] = [:]
  private var constantGlobals: [Int: LLVMValue?] = [:]
  /// What indirect calls know of each table.
  private(set) lazy var tables: [TableContents?] = module.tables.indices.map { position in
    let index = TableIndex(UInt32(truncatingIfNeeded: position))
    return ConstantTable(index, of: validated, isStatic: isStatic).map(TableContents.init)
  }
  private lazy var functionImports = module.imports.filter {
    if case .function = $0.entity { true } else { false }
  }
  private(set) lazy var instanceGlobal: LLVMValue = declareInstance()

  var isStatic: Bool { options.isStatic }

  init(
    _ validated: ValidatedModule, options: LoweringOptions, context: borrowing LLVMContext,
    contents: LLVMModuleContents, triple: String
  ) throws(LoweringError) {
    self.validated = validated
    self.options = options
    isX86 = triple.hasPrefix("x86_64")
    module = validated.module
    llvm = contents
    types = context.types
    let valueTypes = ValueTypes(context.types)
    self.valueTypes = valueTypes
    let isStatic = options.isStatic
    signatures = module.types.map {
      FunctionSignature($0, types: valueTypes, isStatic: isStatic)
    }
    referenced = ReferencedFunctions(validated, options: options)
    typeTable = try TypeTable(module, isStatic: isStatic)
    elements = ElementPlan(module, referenced: referenced)
    layout = InstanceLayout(
      module: module, importedFunctions: referenced.importedCount,
      functionCount: referenced.indices.count, typeCount: typeTable.rows.count,
      ownReferences: elements.ownReferenceCounts,
      slotCount: signatures.map(\.slotCount).max() ?? 0)
    metadataFactory = context.metadata
    metadata = ModuleMetadata(
      context.metadata, memories: Self.aliasNames(validated.module))
    convention = !isStatic || validated.facts.contains(where: \.hasTailCalls) ? .tail : .fast
    canUnwind = !isStatic || !module.tags.isEmpty
    attributes = FunctionAttributes(context.attributes, canUnwind: canUnwind)
    debugInfo = LLVMDebugInfo(module: contents, fileName: options.moduleName, producer: "swasmc")
    functions = Array(repeating: nil, count: module.functions.count)
    switch options.instance {
    case .staticInstance: symbolPrefix = ""
    case .parameter(let prefix): symbolPrefix = prefix
    }
  }

  func signature(_ type: TypeIndex) -> FunctionSignature { signatures[type.int] }
  func signature(of function: FunctionIndex) -> FunctionSignature {
    signatures[module.functions[function.int].int]
  }

  /// Whether this partition holds the body of a function defined by the module.
  func definesBody(_ position: Int) -> Bool { options.functionRange?.contains(position) ?? true }

  // MARK: Declarations

  /// The LLVM function of a function: its own, or the wrapper of an import of a static instance.
  func function(_ index: FunctionIndex) -> LLVMValue {
    if let function = functions[index.int] { return function }
    let function = llvm.addFunction(symbol(of: index), type: signature(of: index).llvm)
    function.setFunctionCallingConvention(convention)
    attributes.apply(to: function)
    if module.isImported(index) || options.functionRange == nil {
      function.setLinkage(.internal)
    } else {
      function.setHidden()
    }
    functions[index.int] = function
    return function
  }

  /// Imports of a static instance that were used, whose wrappers have to be made.
  var usedImports: [(FunctionIndex, LLVMValue)] {
    functions.prefix(module.importedFunctionCount).enumerated().compactMap { position, function in
      function.map { (FunctionIndex(UInt32(truncatingIfNeeded: position)), $0) }
    }
  }

  /// All that this LLVM module declares or defines so far, with their symbols.
  var declaredFunctions: [(FunctionIndex, String)] {
    functions.indices.filter { functions[$0] != nil }.map { position in
      let index = FunctionIndex(UInt32(truncatingIfNeeded: position))
      return (index, symbol(of: index))
    }
  }

  /// Readable and safe for every assembler and linker: `f12.name`.
  private func symbol(of index: FunctionIndex) -> String {
    let plain = "\(symbolPrefix)f\(index)"
    var name = module.names.functions[index]
    if module.isImported(index) {
      let function = importedFunction(index)
      name = "import.\(function.module).\(function.name)"
    }
    guard let name, !name.isEmpty else { return plain }
    var safe = plain + "."
    for scalar in name.unicodeScalars.prefix(120) {
      let isSafe =
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      safe.unicodeScalars.append(isSafe || scalar == "." ? scalar : "_")
    }
    return safe
  }

  func importedFunction(_ index: FunctionIndex) -> Import { functionImports[index.int] }

  private func declareInstance() -> LLVMValue {
    let instance = llvm.addGlobal("swasm_main_instance", type: types.i8.array(layout.bytes))
    instance.setHidden()
    instance.setAlignment(64)
    if options.emitsDescriptor { instance.setInitializer(types.i8.array(layout.bytes).null) }
    return instance
  }

  /// A function of the runtime, C calling convention.
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

  /// What LLVM wants functions with landing pads to name. Nothing calls it.
  private(set) lazy var personality: LLVMValue = {
    let type = types.function([], returning: types.void)
    let function = llvm.addFunction("swasm_personality", type: type)
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

  // MARK: Globals whose value is known

  /// The value of an immutable global defined here whose initialiser is a plain constant.
  func constantValue(of global: GlobalIndex) -> LLVMValue? {
    if let known = constantGlobals[global.int] { return known }
    let value = computeConstant(global)
    constantGlobals[global.int] = .some(value)
    return value
  }

  private func computeConstant(_ global: GlobalIndex) -> LLVMValue? {
    guard !module.isImported(global), !module.globals[global.int].isMutable else { return nil }
    let expression = module.globalInitializers[global.int - module.importedGlobalCount]
    var reader = InstructionReader(module.bytes, range: expression.range)
    guard let first = try? reader.next(), let second = try? reader.next(), second.opcode == .end
    else { return nil }
    return constant(first)
  }

  /// The value of a constant instruction; nil for other instructions.
  func constant(_ instruction: Instruction) -> LLVMValue? {
    if instruction.opcode == .i32Const { return types.i32.constant(instruction.value) }
    if instruction.opcode == .i64Const { return types.i64.constant(instruction.value) }
    if instruction.opcode == .f32Const {
      return types.float.constant(bits: types.i32.constant(UInt64(instruction.f32Bits)))
    }
    if instruction.opcode == .f64Const {
      return types.double.constant(bits: types.i64.constant(instruction.f64Bits))
    }
    if instruction.opcode == .v128Const {
      let words = [
        instruction.value, instruction.value >> 32, instruction.value2, instruction.value2 >> 32,
      ]
      return .vector(words.map { types.i32.constant($0) })
    }
    return nil
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
  /// Guest memories, by index: they are distinct objects, and none overlaps the instance.
  let guestMemory: [LLVMMetadata]
  let instance: LLVMMetadata
  let global: LLVMMetadata
  let tableElement: LLVMMetadata
  let functionReference: LLVMMetadata

  init(_ factory: LLVMMetadataFactory, memories: [String]) {
    tbaa = factory.kind("tbaa")
    invariantLoad = factory.kind("invariant.load")
    branchWeights = factory.kind("prof")
    empty = factory.node([])
    unlikely = factory.branchWeights(taken: 1, notTaken: 1 << 20)
    likely = factory.branchWeights(taken: 1 << 20, notTaken: 1)
    let root = factory.tbaaRoot("swasm")
    func tag(_ name: String) -> LLVMMetadata {
      factory.tbaaTag(factory.tbaaType(name, parent: root))
    }
    guestMemory = memories.map(tag)
    instance = tag("instance")
    global = tag("global")
    tableElement = tag("table element")
    functionReference = tag("function reference")
  }
}

/// The attributes of every function that holds guest code.
struct FunctionAttributes {
  let noUnwind: LLVMAttribute
  let noMerge: LLVMAttribute
  let noReturn: LLVMAttribute
  let noInline: LLVMAttribute
  let optimizeNone: LLVMAttribute
  let cold: LLVMAttribute
  private let all: [LLVMAttribute]

  init(_ attributes: LLVMAttributes, canUnwind: Bool) {
    noUnwind = attributes.named("nounwind")
    noMerge = attributes.named("nomerge")
    noReturn = attributes.named("noreturn")
    noInline = attributes.named("noinline")
    optimizeNone = attributes.named("optnone")
    cold = attributes.named("cold")
    all = [
      // The tables that the runtime's unwinder reads, exact at calls (1: synchronous).
      canUnwind ? attributes.named("uwtable", value: 1) : noUnwind,
      // A frame larger than the guard region must not jump it.
      attributes.string("probe-stack", "inline-asm"),
      // Runaway recursion has to end in a trap, not in an endless loop; musttail is not affected.
      attributes.string("disable-tail-calls", "true"),
      attributes.string("frame-pointer", "none"),
    ]
  }

  func apply(to function: LLVMValue) {
    for attribute in all { function.addFunctionAttribute(attribute) }
  }
}
