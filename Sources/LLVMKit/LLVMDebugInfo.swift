// Line information only: a compile unit, a subprogram for each function, and locations in it. Callers decide what a
// line number means.
import CLLVM

/// The line information of one module.
public struct LLVMDebugInfo: ~Copyable {
  private let builder: LLVMDIBuilderRef
  private let context: LLVMContextRef
  private let file: LLVMMetadataRef
  private let unit: LLVMMetadataRef
  private let subroutineType: LLVMMetadataRef

  /// Adds the module flags that debug information needs and a compile unit for `fileName`.
  /// - Parameter isFull: Whether LLVM writes down functions and what is inlined into them, and not only lines.
  public init(
    module: LLVMModuleContents, fileName: String, producer: String, isFull: Bool = false
  ) {
    context = module.context
    builder = LLVMCreateDIBuilder(module.handle)
    let i32 = LLVMType(handle: LLVMInt32TypeInContext(context))
    module.addFlag("Debug Info Version", value: i32.constant(UInt64(LLVMDebugMetadataVersion())))
    module.addFlag("Dwarf Version", value: i32.constant(5))
    file = LLVMDIBuilderCreateFile(builder, fileName, fileName.utf8.count, "", 0)
    unit = LLVMDIBuilderCreateCompileUnit(
      builder, LLVMDWARFSourceLanguageC, file, producer, producer.utf8.count, 1, "", 0, 0, "", 0,
      isFull ? LLVMDWARFEmissionFull : LLVMDWARFEmissionLineTablesOnly, 0, 0, 0, "", 0, "", 0)
    var none: LLVMMetadataRef?
    subroutineType = LLVMDIBuilderCreateSubroutineType(builder, file, &none, 0, LLVMDIFlagZero)
  }

  /// Gives `function` a subprogram, the scope of the locations in it.
  public func addSubprogram(to function: LLVMValue, name: String, line: UInt32) -> LLVMMetadata {
    let subprogram = LLVMDIBuilderCreateFunction(
      builder, file, name, name.utf8.count, "", 0, file, line, subroutineType, 1, 1, line,
      LLVMDIFlagZero, 1)
    LLVMSetSubprogram(function.handle, subprogram)
    return LLVMMetadata(handle: subprogram!, context: context)
  }

  /// A variable of `scope` that has so many bits.
  public func variable(_ name: String, of scope: LLVMMetadata, bits: UInt64) -> LLVMMetadata {
    let type = LLVMDIBuilderCreateBasicType(
      builder, "", 0, bits, 7, LLVMDIFlagZero)  // DW_ATE_unsigned
    let variable = LLVMDIBuilderCreateAutoVariable(
      builder, scope.handle, name, name.utf8.count, file, 0, type, 0, LLVMDIFlagZero, 0)
    return LLVMMetadata(handle: variable!, context: context)
  }

  /// Notes that a variable has a value from the present end of a block on.
  /// - Parameter isPhi: Whether it has the value from the end of the block's phis on.
  public func note(
    _ value: LLVMValue, of variable: LLVMMetadata, scope: LLVMMetadata, in block: LLVMBlock,
    isPhi: Bool
  ) {
    let expression = LLVMDIBuilderCreateExpression(builder, nil, 0)
    let location = LLVMDIBuilderCreateDebugLocation(context, 0, 0, scope.handle, nil)
    if let next = isPhi ? block.firstAfterPhis : block.terminator {
      LLVMDIBuilderInsertDbgValueRecordBefore(
        builder, value.handle, variable.handle, expression, location, next.handle)
    } else {
      LLVMDIBuilderInsertDbgValueRecordAtEnd(
        builder, value.handle, variable.handle, expression, location, block.handle)
    }
  }

  /// Call this once, after the last subprogram.
  public func finish() { LLVMDIBuilderFinalize(builder) }

  deinit { LLVMDisposeDIBuilder(builder) }
}
