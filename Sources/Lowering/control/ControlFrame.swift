// One entry of the control stack: a block that is open, and how control and values leave it.
import LLVMKit
import WasmModule

struct ControlFrame {
  enum Kind {
    /// The body itself; a branch to its label returns.
    case function
    case block
    case loop
    case ifThen
    case ifElse
    case tryTable
    /// The body of a legacy try. Its catches follow as `legacyCatch`.
    case legacyTry
    case legacyCatch
  }

  var kind: Kind
  let parameters: [LLVMType]
  let results: [LLVMType]
  /// The number of operands below the block's parameters.
  let height: Int

  /// Where branches to the end arrive. The first such branch makes it.
  var merge: LLVMBlock?
  var edges: [LocalValues.Edge] = []
  /// The values that the edges carry, edge after edge.
  var edgeValues: [LLVMValue] = []

  /// Loops: where branches arrive, the phis of the parameters, and the number LocalValues gave.
  var header: LLVMBlock?
  var phis: [LLVMValue] = []
  var loop = 0

  /// For an `if`: where control goes if the condition is false, and the parameters on that way.
  var elseBlock: LLVMBlock?
  var elseEdge: LocalValues.Edge?
  var elseValues: [LLVMValue] = []

  /// For a try: its position in FunctionLowering.handlers.
  var handler: Int?
  var clauses: [CatchClause] = []
  /// Legacy catches: the caught exception.
  var exception: LLVMValue?
  /// Legacy catches: where an exception goes that no clause so far has matched.
  var unmatched: LocalValues.Edge?
  /// Legacy catches: the call that frees the exception. It is removed if something rethrows the exception.
  var freeCall: LLVMValue?

  init(kind: Kind, parameters: [LLVMType], results: [LLVMType], height: Int) {
    self.kind = kind
    self.parameters = parameters
    self.results = results
    self.height = height
  }

  /// The types that a branch to this label carries.
  var labelTypes: [LLVMType] { kind == .loop ? parameters : results }
}
