// Functions that attack the passes that vectorise loops over guest memory and the passes that keep traps:
// (p, q, n: i32, m: i64) -> i64. This file has their frame: loops, counters, pointers, and the sum of all that was
// read. AttackItems.swift has the bodies of loops, AttackAddresses.swift the forms of addresses.

import TestSupport

struct AttackFunction: Sendable {
  var body: [AttackNode]
  /// Arguments are made from these two: the step in bytes that most outer loops have, and how far accesses reach beyond
  /// their base.
  var step: Int64
  var reach: Int64
}

struct AttackGenerator {
  let profile: AttackProfile
  var random: SeededRandom
  /// The loops around the code that is being written, innermost last.
  var loops: [AttackLoop] = []
  private var nextLabel = 0
  var step: Int64 = 4
  var reach: Int64 = 4
  /// Places that were accessed. The next access is often to one of them, with another width or another form of address.
  var recent: [Place] = []
  var usesAtomics = false

  init(profile: AttackProfile, seed: UInt64) {
    self.profile = profile
    let name = profile.name.utf8.reduce(UInt64(0xa77ac)) { $0 &* 31 &+ UInt64($1) }
    random = SeededRandom(seed: seed ^ (name << 20))
  }

  /// A loop: its counter, the pointer of its streams, and the label that leaves it.
  struct AttackLoop {
    var counter: Int
    var isWide: Bool
    var pointer: Int
    var step: Int64
    var exit: Int
    var depth: Int
  }

  static func function(_ profile: AttackProfile, seed: UInt64) -> AttackFunction {
    var generator = AttackGenerator(profile: profile, seed: seed)
    return generator.function()
  }

  mutating func chance(_ part: Int, of whole: Int) -> Bool { random.below(whole) < part }

  mutating func label() -> Int {
    nextLabel += 1
    return nextLabel
  }

  func get(_ local: Int) -> AttackNode {
    let kind: ValueKind =
      switch local {
      case AttackLocal.m, AttackLocal.wideIntegers: .i64
      case AttackLocal.single: .f32
      case AttackLocal.double: .f64
      case AttackLocal.vector: .v128
      default: .i32
      }
    return .op(.get(local), kind, [])
  }

  func set(_ local: Int, _ node: AttackNode) -> AttackNode { effect([0x21, UInt8(local)], node) }

  // MARK: The function

  private mutating func function() -> AttackFunction {
    usesAtomics = chance(profile.atomics, of: 10)
    step = pickStep()
    var body: [AttackNode] = []
    if chance(1, of: 6) { body.append(narrowing()) }
    let isStraight = chance(1, of: 6)
    if isStraight || chance(1, of: 8) { body += items(count: 1 + random.below(4)) }
    if !isStraight { body += loop() }
    if !isStraight, chance(1, of: 8) { body += loop() }
    if chance(1, of: 5) { body += items(count: 1) }
    body.append(result())
    return AttackFunction(body: body, step: step, reach: reach)
  }

  /// Gives a parameter a known range or known bits, or converts it from a narrower or wider type.
  private mutating func narrowing() -> AttackNode {
    let local = random.pick([AttackLocal.p, AttackLocal.q, AttackLocal.n])
    switch random.below(5) {
    case 0: return set(local, and(get(local), i32(random.pick([0xffff, 0xfffc, 0x1ffff, 0x3ff]))))
    case 1: return set(local, value(.i32, [0xc1], get(local)))
    case 2: return set(local, wrap(get(AttackLocal.m)))
    case 3: return set(local, value(.i32, [0x72], get(local), i32(random.pick([1, 2, 3, 4]))))
    default: return set(local, and(get(local), i32(random.pick([-4, -16, -8, -64]))))
    }
  }

  mutating func pickStep() -> Int64 {
    switch random.below(20) {
    case 0..<9: return random.pick([4, 4, 8, 1, 2, 16])
    case 9..<12: return random.pick([-4, -8, -1, -2, -16])
    case 12..<14: return random.pick([12, 3, 6, 24, 32, 20, 64, -12, -3, 7, 0])
    case 14..<16: return random.pick([65532, 65535, 65536, 65537, 65540, 32768, 4096, 61440])
    case 16..<18: return random.pick([-65532, -65535, -65536, -65537, -4096, -32767])
    default:
      return random.pick([
        0x7fff_ffff, -0x8000_0000, -0x7fff_ffff, 0x4000_0000, 0x10_0000, -0x10_0000, 0x1000_0001,
        0x7fff_fff0, 0x0fff_fffc,
      ])
    }
  }

  /// Combines the sums, the numbers and the vector, and sometimes other locals. What is left out may be dead.
  private mutating func result() -> AttackNode {
    var parts = [get(AttackLocal.wideSum), extend(get(AttackLocal.sum))]
    if chance(1, of: 2) { parts.append(extend(get(AttackLocal.last), signed: true)) }
    if chance(1, of: 3) { parts.append(extend(get(random.pick([4, 5, 6, 7, 8, 11, 12, 13])))) }
    if chance(1, of: 4) { parts.append(get(random.pick([14, 15, 17]))) }
    parts.append(value(.i64, [0xfc, 4], get(AttackLocal.single)))
    parts.append(value(.i64, [0xfc, 6], get(AttackLocal.double)))
    parts.append(value(.i64, [0xfd, 0x1d, UInt8(random.below(2))], get(AttackLocal.vector)))
    return parts.dropFirst().reduce(parts[0]) {
      value(.i64, [0x7c], value(.i64, [0x7e], $0, i64(31)), $1)
    }
  }

  // MARK: Loops

  private mutating func loop() -> [AttackNode] {
    let depth = loops.count
    let isInner = depth > 0
    var frame = AttackLoop(
      counter: isInner ? AttackLocal.innerCounter : AttackLocal.counter, isWide: chance(1, of: 4),
      pointer: isInner ? AttackLocal.innerPointer : AttackLocal.pointer,
      step: isInner || chance(1, of: 4) ? pickStep() : step, exit: label(), depth: depth)
    if frame.isWide {
      frame.counter = isInner ? AttackLocal.innerWideCounter : AttackLocal.wideCounter
    }
    let head = label()
    let control = control(of: frame, head: head, isInner: isInner)
    loops.append(frame)
    var inside = items(count: 1 + random.below(3))
    if depth == 0, chance(1, of: 6) {
      inside.insert(contentsOf: loop(), at: random.below(inside.count + 1))
    }
    if chance(1, of: 5) { inside.insert(earlyExit(), at: random.below(inside.count + 1)) }
    inside.insert(advance(), at: chance(2, of: 3) ? inside.count : random.below(inside.count + 1))
    loops.removeLast()
    let whole = AttackNode.block(
      frame.exit, [.loop(head, control.top + inside + control.bottom)])
    return control.before + [start(frame)] + [whole]
  }

  /// The first value of the loop's own pointer.
  private mutating func start(_ frame: AttackLoop) -> AttackNode {
    let origin = get(random.pick([AttackLocal.p, AttackLocal.p, AttackLocal.p, AttackLocal.q]))
    switch random.below(8) {
    case 0 where frame.depth > 0: return set(frame.pointer, get(AttackLocal.pointer))
    case 1 where frame.depth > 0:
      return set(frame.pointer, add(origin, shiftLeft(counter(loops[0]), 4)))
    case 2: return set(frame.pointer, add(origin, i32(random.pick([4, 8, -4, 1, 64, -64]))))
    case 3: return set(frame.pointer, and(origin, i32(random.pick([-4, -8, 0xffff, 0x7fff_ffff]))))
    case 4: return set(frame.pointer, i32(random.pick([0, 4, 65532, 65500, -4, -64, 100])))
    default: return set(frame.pointer, origin)
    }
  }

  private mutating func advance() -> AttackNode {
    guard let frame = loops.last else { return .block(label(), []) }
    if chance(1, of: 24) {
      // A step whose value is not known in the function.
      return set(frame.pointer, add(get(frame.pointer), get(AttackLocal.q)))
    }
    return frame.step < 0 && chance(1, of: 2)
      ? set(frame.pointer, subtract(get(frame.pointer), i32(-frame.step)))
      : set(frame.pointer, add(get(frame.pointer), i32(frame.step)))
  }

  /// The counter of a loop as an i32.
  func counter(_ frame: AttackLoop) -> AttackNode {
    frame.isWide ? wrap(get(frame.counter)) : get(frame.counter)
  }

  private mutating func earlyExit() -> AttackNode {
    guard let frame = loops.last else { return .block(label(), []) }
    let condition: AttackNode
    switch random.below(5) {
    case 0: condition = value(.i32, [0x46], counter(frame), get(AttackLocal.q))
    case 1: condition = value(.i32, [0x46], load(), i32(random.pick([0, 1, 77])))
    case 2: condition = value(.i32, [0x45], load())
    case 3: condition = value(.i32, [0x4b], get(AttackLocal.sum), get(AttackLocal.q))
    default: condition = value(.i32, [0x46], get(frame.pointer), get(AttackLocal.q))
    }
    return .branch(frame.exit, condition)
  }

  // MARK: How a loop counts

  private struct Control {
    var before: [AttackNode] = []
    var top: [AttackNode] = []
    var bottom: [AttackNode] = []
  }

  private mutating func control(of frame: AttackLoop, head: Int, isInner: Bool) -> Control {
    if isInner, chance(1, of: 2) { return counted(frame, head, limit: constantTrips()) }
    switch random.below(12) {
    case 0..<4: return counted(frame, head, limit: nil)
    case 4: return counted(frame, head, limit: constantTrips())
    case 5, 6: return countedDown(frame, head)
    case 7, 8: return byPointer(frame, head)
    case 9: return byGlobal(head)
    case 10 where isInner: return counted(frame, head, limit: counter(loops[0]))
    default: return tested(frame, head)
    }
  }

  private mutating func constantTrips() -> AttackNode {
    i32(random.pick([1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100]))
  }

  private func limit(_ frame: AttackLoop, _ node: AttackNode?) -> AttackNode {
    guard let node else { return frame.isWide ? get(AttackLocal.m) : get(AttackLocal.n) }
    return frame.isWide ? extend(node) : node
  }

  private func one(_ frame: AttackLoop) -> AttackNode { frame.isWide ? i64(1) : i32(1) }

  private func compare(_ frame: AttackLoop, _ narrow: UInt8, _ wide: UInt8, _ limit: AttackNode)
    -> AttackNode
  {
    value(.i32, [frame.isWide ? wide : narrow], get(frame.counter), limit)
  }

  private func move(_ frame: AttackLoop, by opcode: (narrow: UInt8, wide: UInt8)) -> AttackNode {
    let kind: ValueKind = frame.isWide ? .i64 : .i32
    return set(
      frame.counter,
      value(kind, [frame.isWide ? opcode.wide : opcode.narrow], get(frame.counter), one(frame)))
  }

  private func zero(_ frame: AttackLoop) -> AttackNode {
    set(frame.counter, frame.isWide ? i64(0) : i32(0))
  }

  /// do ... while (++i < limit)
  private mutating func counted(_ frame: AttackLoop, _ head: Int, limit node: AttackNode?)
    -> Control
  {
    // lt_u, lt_s, ne
    let (narrow, wide): (UInt8, UInt8) = random.pick([
      (0x49, 0x54), (0x49, 0x54), (0x48, 0x53), (0x47, 0x52),
    ])
    return Control(
      before: [zero(frame)],
      bottom: [
        move(frame, by: (0x6a, 0x7c)),
        .branch(head, compare(frame, narrow, wide, limit(frame, node))),
      ])
  }

  /// while (i < limit) ... i++
  private mutating func tested(_ frame: AttackLoop, _ head: Int) -> Control {
    // ge_u, ge_s, eq
    let (narrow, wide): (UInt8, UInt8) = random.pick([(0x4f, 0x5a), (0x4e, 0x59), (0x46, 0x51)])
    let start = chance(1, of: 5) ? get(AttackLocal.q) : i32(0)
    return Control(
      before: [set(frame.counter, frame.isWide ? extend(start) : start)],
      top: [.branch(frame.exit, compare(frame, narrow, wide, limit(frame, nil)))],
      bottom: [move(frame, by: (0x6a, 0x7c)), .branch(head, nil)])
  }

  private mutating func countedDown(_ frame: AttackLoop, _ head: Int) -> Control {
    let again =
      chance(1, of: 3)
      // i >= 0
      ? compare(frame, 0x4e, 0x59, frame.isWide ? i64(0) : i32(0))
      : compare(frame, 0x47, 0x52, frame.isWide ? i64(0) : i32(0))
    return Control(
      before: [set(frame.counter, limit(frame, nil))],
      bottom: [move(frame, by: (0x6b, 0x7d)), .branch(head, again)])
  }

  /// p != end, or another comparison. The end is a parameter or is computed.
  private mutating func byPointer(_ frame: AttackLoop, _ head: Int) -> Control {
    let end =
      chance(1, of: 3)
      ? get(AttackLocal.q)
      : add(get(AttackLocal.p), multiply(get(AttackLocal.n), i32(frame.step)))
    let narrow: UInt8 =
      chance(2, of: 3)
      ? 0x47 : frame.step > 0 ? random.pick([0x49, 0x48]) : random.pick([0x4b, 0x4a])
    let condition = value(.i32, [narrow], get(frame.pointer), get(AttackLocal.end))
    return Control(
      before: [zero(frame), set(AttackLocal.end, end)],
      bottom: (chance(1, of: 2) ? [move(frame, by: (0x6a, 0x7c))] : []) + [.branch(head, condition)]
    )
  }

  private func byGlobal(_ head: Int) -> Control {
    let global = value(.i32, [0x23, 0])
    return Control(
      before: [effect([0x24, 0], i32(0))],
      bottom: [
        effect([0x24, 0], add(global, i32(1))),
        .branch(head, value(.i32, [0x49], global, get(AttackLocal.n))),
      ])
  }
}
