// Notes the values of some locals for debuggers. A note is no instruction: it belongs to the instruction before which
// it stands, so it waits until its block has one.
import LLVMKit

struct FollowedValues {
  fileprivate struct Note {
    let variable: LLVMMetadata
    let value: LLVMValue
    let block: LLVMBlock
    /// Whether the value is that of the block's beginning, where edges meet.
    let isPhi: Bool
  }

  /// The variables that stand for the locals.
  fileprivate var variables: [Int: LLVMMetadata] = [:]
  fileprivate var waiting: [Note] = []

  mutating func set(_ local: Int, _ value: LLVMValue, in block: LLVMBlock, isPhi: Bool = false) {
    guard let variable = variables[local] else { return }
    waiting.append(Note(variable: variable, value: value, block: block, isPhi: isPhi))
  }
}

extension FunctionLowering {
  /// Follows these locals. To be called before the body is lowered.
  mutating func follow(_ chosen: [Int]) {
    guard let scope, localSlots == nil, !chosen.isEmpty else { return }
    let most = FollowedLocals.most(context.options.hints)
    for local in chosen.prefix(most) where localTypes.indices.contains(local) {
      let bits = UInt64(context.valueTypes.bytes(localTypes[local])) * 8
      followed.variables[local] = context.program.debugInfo.variable(
        "\(local)", of: scope, bits: bits)
      if local < signature.type.parameters.count {
        followed.set(local, locals.get(local), in: builder.block)
      }
    }
    locals.follow(Set(followed.variables.keys.map { Int32($0) }))
  }

  /// Writes down what waits, except in blocks that are still empty.
  mutating func noteFollowed() {
    guard let scope, !followed.variables.isEmpty else { return }
    for (local, value, block) in locals.takeFollowed() {
      followed.set(Int(local), value, in: block, isPhi: true)
    }
    guard !followed.waiting.isEmpty else { return }
    var left: [FollowedValues.Note] = []
    for note in followed.waiting {
      if note.block.firstInstruction == nil {
        left.append(note)
      } else {
        context.program.debugInfo.note(
          note.value, of: note.variable, scope: scope, in: note.block, isPhi: note.isPhi)
      }
    }
    followed.waiting = left
  }
}
