// The strongly connected components of a graph: two nodes are in the same one if each can be reached from the other.
// This is Tarjan's algorithm without recursion, so time and memory are linear, and deep graphs take no stack.

struct StronglyConnected {
  /// The nodes of each component. A component comes before all others to which its edges lead.
  private(set) var callersFirst: [[Int]] = []
  private var component: [Int]

  /// - Parameter successors: For each node, the nodes to which its edges lead. A node is its position here.
  init(_ successors: [[Int]]) {
    component = [Int](repeating: -1, count: successors.count)
    var walk = Walk(count: successors.count)
    for root in successors.indices where walk.number[root] < 0 {
      walk.open(root)
      while let node = walk.path.last {
        if walk.nextEdge[node] < successors[node].count {
          let next = successors[node][walk.nextEdge[node]]
          walk.nextEdge[node] += 1
          walk.follow(node, next)
        } else {
          finish(node, &walk)
        }
      }
    }
    callersFirst.reverse()
  }

  /// Whether two nodes are in the same component.
  func areTogether(_ a: Int, _ b: Int) -> Bool { component[a] == component[b] }

  private mutating func finish(_ node: Int, _ walk: inout Walk) {
    walk.path.removeLast()
    if let parent = walk.path.last { walk.low[parent] = min(walk.low[parent], walk.low[node]) }
    guard walk.low[node] == walk.number[node] else { return }
    var members: [Int] = []
    while let member = walk.waiting.popLast() {
      walk.isWaiting[member] = false
      component[member] = callersFirst.count
      members.append(member)
      if member == node { break }
    }
    callersFirst.append(members)
  }

  private struct Walk {
    /// When each node was found: 0 for the first. -1: it was not.
    var number: [Int]
    /// The lowest number that was reached from the node, among nodes whose component is not complete.
    var low: [Int]
    var nextEdge: [Int]
    var isWaiting: [Bool]
    var waiting: [Int] = []
    var path: [Int] = []
    private var found = 0

    init(count: Int) {
      number = [Int](repeating: -1, count: count)
      low = number
      nextEdge = [Int](repeating: 0, count: count)
      isWaiting = [Bool](repeating: false, count: count)
    }

    mutating func open(_ node: Int) {
      number[node] = found
      low[node] = found
      found += 1
      isWaiting[node] = true
      waiting.append(node)
      path.append(node)
    }

    mutating func follow(_ node: Int, _ next: Int) {
      if number[next] < 0 {
        open(next)
      } else if isWaiting[next] {
        low[node] = min(low[node], number[next])
      }
    }
  }
}
