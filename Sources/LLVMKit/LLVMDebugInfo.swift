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
  public init(module: LLVMModuleContents, fileName: String, producer: String) {
    context = module.context
    builder = LLVMCreateDIBuilder(module.handle)
    let i32 = LLVMType(handle: LLVMInt32TypeInContext(context))
    module.addFlag("Debug Info Version", value: i32.constant(UInt64(LLVMDebugMetadataVersion())))
    module.addFlag("Dwarf Version", value: i32.constant(5))
    file = LLVMDIBuilderCreateFile(builder, fileName, fileName.utf8.count, "", 0)
    unit = LLVMDIBuilderCreateCompileUnit(
      builder, LLVMDWARFSourceLanguageC, file, producer, producer.utf8.count, 1, "", 0, 0, "", 0,
      LLVMDWARFEmissionLineTablesOnly, 0, 0, 0, "", 0, "", 0)
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

  /// Call this once, after the last subprogram.
  public func finish() { LLVMDIBuilderFinalize(builder) }

  deinit { LLVMDisposeDIBuilder(builder) }
}
