// The value of each local at each point of a function, in SSA form, built directly.
//
// After Braun et al., "Simple and Efficient Construction of Static Single Assignment Form" (2013). Structured control
// flow makes it simpler: only loop headers are read before all their predecessors are known, and a loop gets a phi only
// for locals that are set inside it. A phi is made when a local is read. Nothing recurses, however deep the nesting.
import LLVMKit
import WasmModule

struct LocalValues: ~Copyable {
  /// A stretch of code without a merge inside it. It stands for the values that the locals have at its end.
  struct Node: Equatable {
    let index: Int32
    static let entry = Node(index: 0)
  }

  /// An edge of the control flow. The locals have the values of `node` on it. A phi's operand for this edge names
  /// `block` as the predecessor.
  struct Edge {
    let node: Node
    let block: LLVMBlock
  }

  private enum Kind {
    case entry
    case straight(from: Int32)
    case merge(Int)
    case loop(Int)
    case handler(Int)
  }

  /// The body of a try: where it began, and which locals were set in it so far.
  struct Region {
    fileprivate let begin: Int32
    fileprivate var assigned: Set<Int32> = []
  }

  private struct Join {
    let block: LLVMBlock
    var edges: [Edge]
    /// For a loop: the range of positions that stands for it in LocalAssignments. Otherwise empty.
    let assignments: Range<Int>
    var isSealed: Bool
    var incomplete: [Pending] = []
    /// For a handler: the body of the try that its edges leave. Otherwise nil.
    var region: Region?
  }

  private struct Pending {
    let local: Int32
    let phi: LLVMValue
    let join: Int
  }

  private struct Frame {
    let node: Int32
    let join: Int
    var nextEdge: Int
    let firstValue: Int
  }

  private enum Step {
    case value(LLVMValue)
    case merge(node: Int32, join: Int)
  }

  /// A merge of more edges than this, and every handler, looks for a local's value along each edge. It stores the value
  /// at the edge's node. A later walk that comes to such a node ends there. So the walks do not pass the same nodes
  /// again.
  private static let manyEdges = 8

  private let types: [LLVMType]
  private let assignments: LocalAssignments
  private let builder: LLVMBuilder
  private var kinds: [Kind] = [.entry]
  private var joins: [Join] = []
  private var definitions: [UInt64: LLVMValue] = [:]
  /// The value of each local that is known at the current node.
  private var currentStamp: [Int32]
  private var currentValue: [LLVMValue?]
  private(set) var current = Node.entry
  /// The number of operands of all phis so far.
  private(set) var meetingValues = 0
  /// Whether an edge leaves `current` with its present values.
  private var isCaptured = false
  private var frames: [Frame] = []
  private var values: [LLVMValue] = []
  private var worklist: [Pending] = []
  private var regions: [Region] = []
  /// The locals whose new values where edges meet are remembered, and these values.
  private var followedLocals: Set<Int32> = []
  private var followed: [(local: Int32, value: LLVMValue, block: LLVMBlock)] = []

  /// - Parameter types: The types of all locals, parameters included. A local that is not a parameter starts as zero.
  init(types: [LLVMType], assignments: LocalAssignments, builder: consuming LLVMBuilder) {
    self.types = types
    self.assignments = assignments
    self.builder = builder
    currentStamp = Array(repeating: -1, count: types.count)
    currentValue = Array(repeating: nil, count: types.count)
  }

  // MARK: Reading and writing

  mutating func set(_ local: Int, _ value: LLVMValue) {
    if isCaptured { enter(appending(.straight(from: current.index))) }
    define(Int32(truncatingIfNeeded: local), at: current.index, value)
    if !regions.isEmpty { regions[regions.count - 1].assigned.insert(Int32(local)) }
  }

  mutating func get(_ local: Int) -> LLVMValue {
    if currentStamp[local] == current.index, let value = currentValue[local] { return value }
    let local32 = Int32(truncatingIfNeeded: local)
    let value = lookup(local32, from: current.index)
    define(local32, at: current.index, value)
    complete()
    return value
  }

  /// Remembers the values that these locals get where edges meet, for debuggers.
  mutating func follow(_ locals: Set<Int32>) { followedLocals = locals }

  /// What was remembered since this was called last.
  mutating func takeFollowed() -> [(local: Int32, value: LLVMValue, block: LLVMBlock)] {
    defer { followed.removeAll() }
    return followed
  }

  private mutating func note(_ local: Int32, _ value: LLVMValue, _ block: LLVMBlock) {
    if followedLocals.contains(local) { followed.append((local, value, block)) }
  }

  // MARK: Control flow

  /// The edge that leaves here; `block` ends with its branch. The edge does not carry values that are set later.
  mutating func edge(from block: LLVMBlock) -> Edge {
    isCaptured = true
    return Edge(node: current, block: block)
  }

  /// Continues at the end of `edge`, to which no other edge leads.
  mutating func enter(from edge: Edge) { enter(appending(.straight(from: edge.node.index))) }

  /// Continues in `block`, reached by exactly `edges`.
  mutating func enterMerge(_ block: LLVMBlock, edges: [Edge]) {
    joins.append(Join(block: block, edges: edges, assignments: 0..<0, isSealed: true))
    enter(appending(.merge(joins.count - 1)))
  }

  /// Continues in the loop header `block`; its back edges come with `sealLoop`.
  mutating func enterLoop(
    _ block: LLVMBlock, from edge: Edge, assigning loopAssignments: Range<Int>
  ) -> Int {
    joins.append(Join(block: block, edges: [edge], assignments: loopAssignments, isSealed: false))
    enter(appending(.loop(joins.count - 1)))
    return joins.count - 1
  }

  mutating func addBackEdge(_ edge: Edge, to loop: Int) { joins[loop].edges.append(edge) }

  /// There will be no more back edges. Completes the phis that were made when locals were read inside the loop.
  mutating func sealLoop(_ loop: Int) {
    joins[loop].isSealed = true
    worklist.append(contentsOf: joins[loop].incomplete)
    joins[loop].incomplete = []
    complete()
  }

  /// Begins the body of a try, which `leaveRegion` ends.
  mutating func enterRegion() {
    isCaptured = true
    regions.append(Region(begin: current.index))
  }

  mutating func leaveRegion() -> Region {
    guard let region = regions.popLast() else { preconditionFailure("no region is open") }
    if !regions.isEmpty { regions[regions.count - 1].assigned.formUnion(region.assigned) }
    return region
  }

  /// Continues in the landing pad `block`, which `edges` out of the region reach. There may be very many edges, and
  /// only locals that the region sets have more than one value.
  mutating func enterHandler(_ block: LLVMBlock, edges: [Edge], of region: Region) {
    joins.append(
      Join(block: block, edges: edges, assignments: 0..<0, isSealed: true, region: region))
    enter(appending(.handler(joins.count - 1)))
  }

  // MARK: Inside

  private mutating func appending(_ kind: Kind) -> Node {
    kinds.append(kind)
    return Node(index: Int32(truncatingIfNeeded: kinds.count - 1))
  }

  private mutating func enter(_ node: Node) {
    current = node
    isCaptured = false
  }

  private static func key(_ local: Int32, _ node: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: local)) << 32 | UInt64(UInt32(bitPattern: node))
  }

  private mutating func define(_ local: Int32, at node: Int32, _ value: LLVMValue) {
    definitions[Self.key(local, node)] = value
    if node == current.index {
      currentStamp[Int(local)] = node
      currentValue[Int(local)] = value
    }
  }

  /// Gives every phi on the worklist its operands; that may make more phis in outer loops.
  private mutating func complete() {
    while let pending = worklist.popLast() {
      for index in joins[pending.join].edges.indices {
        let edge = joins[pending.join].edges[index]
        let value = lookup(pending.local, from: edge.node.index)
        pending.phi.addIncoming(value, from: edge.block)
        meetingValues += 1
      }
    }
  }

  /// The value at the end of a node. Merges are resolved depth first, with an explicit stack. This ends, because each
  /// cycle of the graph goes through a loop header. There a walk ends with a phi, or goes on along the edge that
  /// enters the loop.
  private mutating func lookup(_ local: Int32, from start: Int32) -> LLVMValue {
    let firstFrame = frames.count
    var node = start
    while true {
      var value: LLVMValue
      switch walk(local, from: node) {
      case .merge(let merge, let join):
        frames.append(Frame(node: merge, join: join, nextEdge: 1, firstValue: values.count))
        node = joins[join].edges[0].node.index
        continue
      case .value(let found):
        value = found
      }
      // Hands the value to the innermost waiting merge. Once a merge has a value for each edge, its own value is
      // handed to the merge that waits for it.
      var next: Int32?
      while frames.count > firstFrame {
        values.append(value)
        let top = frames.count - 1
        let frame = frames[top]
        if joins[frame.join].region != nil || joins[frame.join].edges.count > Self.manyEdges {
          // The next edge often leaves a node that comes shortly after this edge's node. The walk of the next edge
          // then ends at this definition.
          define(local, at: joins[frame.join].edges[frame.nextEdge - 1].node.index, value)
        }
        if frame.nextEdge < joins[frame.join].edges.count {
          frames[top].nextEdge += 1
          next = joins[frame.join].edges[frame.nextEdge].node.index
          break
        }
        value = merged(local, frame)
        define(local, at: frame.node, value)
        values.removeLast(values.count - frame.firstValue)
        frames.removeLast()
      }
      guard let next else { return value }
      node = next
    }
  }

  /// Goes up from a node to a definition. Makes a phi at a loop that sets the local.
  private mutating func walk(_ local: Int32, from start: Int32) -> Step {
    var node = start
    while true {
      if let value = definitions[Self.key(local, node)] { return .value(value) }
      switch kinds[Int(node)] {
      case .entry:
        let zero = types[Int(local)].null
        define(local, at: node, zero)
        return .value(zero)
      case .straight(let from):
        node = from
      case .merge(let join):
        if joins[join].edges.count > 1 { return .merge(node: node, join: join) }
        node = joins[join].edges[0].node.index
      case .handler(let join):
        guard let region = joins[join].region, !region.assigned.contains(local) else {
          if joins[join].edges.count > 1 { return .merge(node: node, join: join) }
          node = joins[join].edges[0].node.index
          continue
        }
        node = region.begin
      case .loop(let join):
        if assignments.sets(local, in: joins[join].assignments) {
          return .value(loopPhi(local, node: node, join: join))
        }
        node = joins[join].edges[0].node.index
      }
    }
  }

  private mutating func loopPhi(_ local: Int32, node: Int32, join: Int) -> LLVMValue {
    builder.position(atStart: joins[join].block)
    let phi = builder.phi(types[Int(local)], "local")
    define(local, at: node, phi)
    note(local, phi, joins[join].block)
    let pending = Pending(local: local, phi: phi, join: join)
    if joins[join].isSealed {
      worklist.append(pending)
    } else {
      joins[join].incomplete.append(pending)
    }
    return phi
  }

  private mutating func merged(_ local: Int32, _ frame: Frame) -> LLVMValue {
    let first = values[frame.firstValue]
    if values[frame.firstValue...].allSatisfy({ $0 == first }) { return first }
    builder.position(atStart: joins[frame.join].block)
    let phi = builder.phi(types[Int(local)], "local")
    note(local, phi, joins[frame.join].block)
    meetingValues += joins[frame.join].edges.count
    for (index, edge) in joins[frame.join].edges.enumerated() {
      phi.addIncoming(values[frame.firstValue + index], from: edge.block)
    }
    return phi
  }
}
