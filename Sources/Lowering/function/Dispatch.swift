// Calls the method that lowers an instruction's operation.
//
// These switches and those of the families are exhaustive and have no default. So the compiler reports each switch that
// lacks a new operation.
import LLVMKit
import WasmModule

extension FunctionLowering {
  mutating func dispatch(_ instruction: Instruction) {
    switch instruction.opcode.operation {
    case .special(let operation): dispatch(operation, instruction)
    case .plain(let operation): dispatch(operation, instruction)
    }
  }

  private mutating func dispatch(_ operation: SpecialOperation, _ instruction: Instruction) {
    switch operation {
    case .control(let operation): dispatch(operation, instruction)
    case .exception(let operation): dispatch(operation, instruction)
    case .call(let operation): dispatch(operation, instruction)
    case .parametric(let operation): dispatch(operation)
    case .variable(let operation): dispatch(operation, instruction)
    case .reference(let operation): dispatch(operation, instruction)
    case .table(let operation): dispatch(operation, instruction)
    case .memory(let operation): dispatch(operation, instruction)
    case .atomicFence: builder.atomicFence()
    }
  }

  private mutating func dispatch(_ operation: PlainOperation, _ instruction: Instruction) {
    switch operation {
    case .constant(let type): push(context.constant(type, instruction))
    case .load(let type, let width, let sign): lowerLoad(instruction, type, width, sign)
    case .store(_, let width): lowerStore(instruction, width)
    case .eqz: lowerEqz()
    case .integerComparison(let comparison, _): lowerCompare(comparison.predicate)
    case .integerUnary(let operation, _): lowerInteger(operation)
    case .integerBinary(let operation, let type): lowerInteger(operation, type)
    case .floatComparison(let comparison, _): lowerFloatCompare(comparison.predicate)
    case .floatUnary(let operation, _): lowerFloat(operation)
    case .floatBinary(let operation, _): lowerFloat(operation)
    case .conversion(let conversion): lowerConversion(conversion)
    case .wide(let operation): lowerWide(operation)
    case .vector(let operation): lowerVector(operation, instruction)
    case .atomic(let operation): lowerAtomic(operation, instruction)
    }
  }
}

// The families of special operations.
extension FunctionLowering {
  private mutating func dispatch(_ operation: ControlOperation, _ instruction: Instruction) {
    switch operation {
    case .unreachable: lowerUnreachable()
    case .nop: break
    case .block: lowerBlock(instruction)
    case .loop: lowerLoop(instruction)
    case .if: lowerIf(instruction)
    case .else: lowerElse()
    case .end: lowerEnd()
    case .br: lowerBr(instruction.labelDepth)
    case .brIf: lowerBrIf(instruction)
    case .brTable: lowerBrTable(instruction)
    case .return: lowerReturn()
    }
  }

  private mutating func dispatch(_ operation: ExceptionOperation, _ instruction: Instruction) {
    switch operation {
    case .throw: lowerThrow(instruction.tagIndex)
    case .throwRef: lowerThrowRef()
    case .tryTable: lowerTryTable(instruction)
    case .try: lowerLegacyTry(instruction)
    case .catch: lowerLegacyCatch(instruction.tagIndex)
    case .catchAll: lowerLegacyCatch(nil)
    case .rethrow: lowerRethrow(instruction.labelDepth)
    case .delegate: lowerDelegate(instruction.labelDepth)
    }
  }

  private mutating func dispatch(_ operation: CallOperation, _ instruction: Instruction) {
    switch operation {
    case .call: lowerCall(instruction.functionIndex)
    case .callIndirect: lowerCallIndirect(instruction)
    case .callRef: lowerCallRef(instruction)
    case .returnCall: lowerCall(instruction.functionIndex, isTail: true)
    case .returnCallIndirect: lowerCallIndirect(instruction, isTail: true)
    case .returnCallRef: lowerCallRef(instruction, isTail: true)
    }
  }

  private mutating func dispatch(_ operation: ParametricOperation) {
    switch operation {
    case .drop: lowerDrop()
    case .select, .selectTyped: lowerSelect()
    }
  }

  private mutating func dispatch(_ operation: VariableOperation, _ instruction: Instruction) {
    switch operation {
    case .localGet: lowerLocalGet(instruction.localIndex)
    case .localSet: lowerLocalSet(instruction.localIndex)
    case .localTee: lowerLocalTee(instruction.localIndex)
    case .globalGet: lowerGlobalGet(instruction.globalIndex)
    case .globalSet: lowerGlobalSet(instruction.globalIndex)
    }
  }

  private mutating func dispatch(_ operation: ReferenceOperation, _ instruction: Instruction) {
    switch operation {
    case .null: lowerRefNull()
    case .isNull: lowerRefIsNull()
    case .func: lowerRefFunc(instruction.functionIndex)
    case .asNonNull: lowerRefAsNonNull()
    case .brOnNull: lowerBrOnNull(instruction)
    case .brOnNonNull: lowerBrOnNonNull(instruction)
    }
  }

  private mutating func dispatch(_ operation: TableOperation, _ instruction: Instruction) {
    switch operation {
    case .get: lowerTableGet(instruction.tableIndex)
    case .set: lowerTableSet(instruction.tableIndex)
    case .size: lowerTableSize(instruction.tableIndex)
    case .grow: lowerTableGrow(instruction.tableIndex)
    case .fill: lowerTableFill(instruction.tableIndex)
    case .copy: lowerTableCopy(instruction)
    case .initialize: lowerTableInit(instruction)
    case .elemDrop: lowerElemDrop(instruction.elementIndex)
    }
  }

  private mutating func dispatch(_ operation: MemoryOperation, _ instruction: Instruction) {
    switch operation {
    case .size: lowerMemorySize(instruction)
    case .grow: lowerMemoryGrow(instruction)
    case .fill: lowerMemoryFill(instruction)
    case .copy: lowerMemoryCopy(instruction)
    case .initialize: lowerMemoryInit(instruction)
    case .dataDrop: lowerDataDrop(instruction.dataIndex)
    }
  }
}
