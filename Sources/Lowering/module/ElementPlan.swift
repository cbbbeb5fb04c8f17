// Decides how each element segment is kept: as positions of functions, or as references in the instance.
import WasmModule

struct ElementPlan {
  enum Kind {
    /// Positions in function_pointers; ABI.nullFunction stands for null.
    case functions([UInt32])
    /// `initialize` evaluates these and stores the references in the instance.
    case expressions([ConstantExpression])
  }

  let kinds: [Kind]

  /// For each segment, the number of references that it keeps in the instance.
  var ownReferenceCounts: [Int] {
    kinds.map { kind in
      switch kind {
      case .functions: 0
      case .expressions(let expressions): expressions.count
      }
    }
  }

  init(_ module: Module, referenced: ReferencedFunctions) {
    func position(_ function: FunctionIndex) -> UInt32 {
      guard let position = referenced.pointerPosition(of: function) else {
        preconditionFailure("function \(function) is in a segment but not declared")
      }
      return UInt32(truncatingIfNeeded: position)
    }
    kinds = module.elements.map { segment in
      switch segment.items {
      case .functions(let functions):
        return .functions(functions.map(position))
      case .expressions(let expressions):
        var positions: [UInt32] = []
        for expression in expressions {
          guard let instruction = expression.onlyInstruction(in: module) else {
            return .expressions(expressions)
          }
          if instruction.opcode == .refFunc {
            positions.append(position(instruction.functionIndex))
          } else if instruction.opcode == .refNull {
            positions.append(ABI.nullFunction)
          } else {
            return .expressions(expressions)
          }
        }
        return .functions(positions)
      }
    }
  }
}
