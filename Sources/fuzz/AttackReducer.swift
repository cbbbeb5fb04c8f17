// Makes a function that differs smaller, as long as the kind of the difference stays the same. Many smaller versions
// are functions of one module, so that one compilation tries them all.

import TestSupport

struct AttackReducer {
  let profile: AttackProfile
  let failing: AttackConfiguration
  let kind: String
  let directory: String
  private static let mostRounds = 60
  /// A round tries few candidates first, because often one of them succeeds; then many at a time.
  private static let fewCandidates = 20, mostCandidates = 150

  struct Result {
    var body: [AttackNode]
    var arguments: AttackArguments
  }

  func reduce(_ body: [AttackNode], _ arguments: AttackArguments) throws -> Result {
    var best = Result(body: body, arguments: arguments)
    var start = 0
    for _ in 0..<Self.mostRounds {
      let all = candidates(best)
      guard !all.isEmpty else { break }
      start = start < all.count ? start : 0
      var tried = 0
      var found: Int?
      while tried < all.count, found == nil {
        let places =
          (0..<min(tried == 0 ? Self.fewCandidates : Self.mostCandidates, all.count - tried)).map {
            (start + tried + $0) % all.count
          }
        tried += places.count
        found = try firstFailing(places.map { all[$0] }).map { places[$0] }
      }
      guard let found else { break }
      best = all[found]
      start = found
    }
    return best
  }

  private func candidates(_ best: Result) -> [Result] {
    let smaller = AttackSimplification.variants(of: best.body).filter {
      AttackModule.bytes(profile, bodies: [$0]) != nil
    }
    var result = smaller.map { Result(body: $0, arguments: best.arguments) }
    for path in [\AttackArguments.p, \.q, \.n] where best.arguments[keyPath: path] != 0 {
      for value in [0, best.arguments[keyPath: path] / 2, best.arguments[keyPath: path] - 1] {
        var other = best
        other.arguments[keyPath: path] = value
        result.append(other)
      }
    }
    if best.arguments.m != 0 {
      for value in [0, best.arguments.m / 2] {
        var other = best
        other.arguments.m = value
        result.append(other)
      }
    }
    return result
  }

  private func firstFailing(_ candidates: [Result]) throws -> Int? {
    var reference = AttackConfiguration.reference
    reference.streams = failing.streams
    let run = AttackRun(
      profile: profile, configurations: [reference, failing], directory: directory)
    let answers = try run.ask(
      candidates.map(\.body),
      calls: candidates.enumerated().map { (function: $0, arguments: $1.arguments) })
    return answers.differences.filter { $0.kind == kind }.map(\.function).min()
  }
}

/// Trees that are one step simpler.
enum AttackSimplification {
  static func variants(of nodes: [AttackNode]) -> [[AttackNode]] {
    var result: [[AttackNode]] = []
    for (place, node) in nodes.enumerated() {
      // The last node of a function is its result. It has a kind, and may not be removed.
      if node.kind == nil { result.append(replacing(nodes, place, with: [])) }
      for body in bodies(of: node) { result.append(replacing(nodes, place, with: body)) }
      for variant in variants(of: node) {
        result.append(replacing(nodes, place, with: [variant]))
      }
    }
    return result
  }

  private static func replacing(_ nodes: [AttackNode], _ place: Int, with other: [AttackNode])
    -> [AttackNode]
  {
    Array(nodes[..<place]) + other + Array(nodes[(place + 1)...])
  }

  /// The lists of nodes that can replace a construct.
  private static func bodies(of node: AttackNode) -> [[AttackNode]] {
    switch node {
    case .block(_, let body), .loop(_, let body): [body]
    case .choice(_, let yes, let no): [yes, no].filter { !$0.isEmpty }
    case .op, .branch: []
    }
  }

  private static func variants(of node: AttackNode) -> [AttackNode] {
    switch node {
    case .op(let op, let kind, let operands): return variants(op, kind, operands)
    case .block(let label, let body): return variants(of: body).map { .block(label, $0) }
    case .loop(let label, let body): return variants(of: body).map { .loop(label, $0) }
    case .choice(let condition, let yes, let no):
      return variants(of: condition).map { .choice($0, yes, no) }
        + variants(of: yes).map { .choice(condition, $0, no) }
        + variants(of: no).map { .choice(condition, yes, $0) }
    case .branch(let label, let condition):
      guard let condition else { return [] }
      return variants(of: condition).map { .branch(label, $0) }
    }
  }

  private static func variants(_ op: AttackOp, _ kind: ValueKind?, _ operands: [AttackNode])
    -> [AttackNode]
  {
    var result: [AttackNode] = []
    let isSmall = operands.isEmpty
    switch kind {
    case .i32 where !isSmall: result.append(i32(0))
    case .i64 where !isSmall: result.append(i64(0))
    default: break
    }
    for operand in operands where operand.kind == kind && kind != nil { result.append(operand) }
    if case .memory(let opcode, let memory, let offset, let align, let suffix) = op {
      if offset != 0 {
        result.append(
          .op(
            .memory(opcode, memory: memory, offset: 0, alignLog2: align, suffix: suffix), kind,
            operands))
      }
    }
    for (place, operand) in operands.enumerated() {
      for variant in variants(of: operand) where variant.kind == operand.kind {
        var changed = operands
        changed[place] = variant
        result.append(.op(op, kind, changed))
      }
    }
    return result
  }
}
