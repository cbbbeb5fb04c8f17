// Section 10: where the function bodies are, and their locals. Instructions are left to the validator.
// Spec: Binary Format, Code Section.

extension ModuleDecoder {
  mutating func decodeCodeSection(_ cursor: inout ByteCursor) throws(WasmError) {
    hasCodeSection = true
    let offset = cursor.position
    module.codeStart = offset
    let limit = ImplementationLimits.functions
    let count = try cursor.count(of: "function bodies", limit: limit, entryBytes: 2)
    let defined = module.functions.defined.count
    guard count == defined else {
      throw .malformed(
        "function and code section have inconsistent lengths: \(defined) and \(count)",
        at: offset)
    }
    for position in 0..<count {
      let offset = cursor.position
      let size = Int(try cursor.u32())
      guard size <= cursor.remaining else {
        throw .malformed("unexpected end: a function of \(size) bytes does not fit", at: offset)
      }
      guard size <= ImplementationLimits.functionBytes else {
        throw .limit("bytes in a function", ImplementationLimits.functionBytes, at: offset)
      }
      let function = module.functions.definedIndex(position)
      module.functions[function].body = try functionBody(try cursor.slice(size))
    }
  }

  private func functionBody(_ content: ByteCursor) throws(WasmError) -> FunctionBody {
    var cursor = content
    let offset = cursor.position
    // A declaration may declare 0 locals, so only the number of bytes bounds the number of declarations.
    let runs = try cursor.count(of: "local declarations", limit: .max, entryBytes: 2)
    var locals: [LocalRun] = []
    var total: UInt64 = 0
    for _ in 0..<runs {
      let count = try cursor.u32()
      let type = try cursor.valueType()
      total += UInt64(count)
      if count > 0 && total <= UInt64(ImplementationLimits.locals) {
        locals.append(LocalRun(count: count, type: type))
      }
    }
    guard total <= UInt64(UInt32.max) else { throw .malformed("too many locals", at: offset) }
    guard total <= UInt64(ImplementationLimits.locals) else {
      throw .limit("locals", ImplementationLimits.locals, at: offset)
    }
    return FunctionBody(
      range: content.position..<content.end, instructions: cursor.position..<content.end,
      locals: locals)
  }
}
