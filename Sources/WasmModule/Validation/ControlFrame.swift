// One entry of the control stack. Spec: appendix, Validation Algorithm.

struct ControlFrame: BitwiseCopyable {
  enum Kind: UInt8 {
    case body, block, loop, `if`, `else`, `try`, `catch`, catchAll, tryTable

    var name: String {
      switch self {
      case .body: "function"
      case .block: "block"
      case .loop: "loop"
      case .if: "if"
      case .else: "else"
      case .try: "try"
      case .catch: "catch"
      case .catchAll: "catch_all"
      case .tryTable: "try_table"
      }
    }
  }

  var kind: Kind
  var isUnreachable: Bool
  /// The height of the operand stack at entry. Operands below it belong to enclosing frames.
  var height: Int
  /// How many locals had been initialised when the frame was entered.
  var initialisedHeight: Int
  /// The position of this loop, or of the nearest enclosing one, among the module's loops; -1 if there is none.
  var loop: Int
  var parameters: TypeList
  var results: TypeList

  var labelTypes: TypeList { kind == .loop ? parameters : results }
}
