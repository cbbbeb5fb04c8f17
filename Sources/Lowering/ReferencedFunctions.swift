// Which functions a reference can be made to, and where their swasm_funcref is.
//
// Every partition of a module computes the same answer from the module alone, so that they agree.
import WasmModule

struct ReferencedFunctions {
  /// In ascending order: the descriptor's `functions`.
  let indices: [FunctionIndex]
  /// With a parameter instance, imports have entries of function_pointers of their own, first.
  let importedCount: Int
  private let positions: [FunctionIndex: Int]

  /// Functions whose reference is taken (3.4.10, C.refs), those that a host can see, and the start function.
  init(_ validated: ValidatedModule, options: LoweringOptions) {
    let module = validated.module
    let isStatic = options.isStatic
    var isWanted = validated.isReferenced
    for export in module.exports where options.isVisible(export) {
      if case .function(let index) = export.entity { isWanted[index.int] = true }
    }
    if let start = module.start { isWanted[start.int] = true }
    let found = module.functions.indices.compactMap { index -> FunctionIndex? in
      let function = FunctionIndex(UInt32(truncatingIfNeeded: index))
      return isWanted[index] && (isStatic || !module.isImported(function)) ? function : nil
    }
    importedCount = isStatic ? 0 : module.importedFunctionCount
    indices = found
    positions = Dictionary(
      uniqueKeysWithValues: found.enumerated().map { ($0.element, $0.offset) })
  }

  /// The position in `functions`; nil for an import that is reached through its pointer.
  func position(of function: FunctionIndex) -> Int? { positions[function] }

  /// The position in the instance's function_pointers.
  func pointerPosition(of function: FunctionIndex) -> Int? {
    if function.int < importedCount { return function.int }
    return positions[function].map { $0 + importedCount }
  }
}
