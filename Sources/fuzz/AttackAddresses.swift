// Addresses that attacks use: places that streams access, one place written in several ways, and offsets so large that
// the address must be a sum of 64 bits.

extension AttackGenerator {
  /// A place in any memory. Its address is base + delta, a sum of 32 bits.
  struct Place {
    var base: AttackNode
    var delta: Int64
  }

  mutating func place() -> Place {
    if !recent.isEmpty, chance(2, of: 5) {
      var place = random.pick(recent)
      if chance(1, of: 4) { place.delta += Int64(random.pick([1, 2, 4, 8, -1, -4])) }
      return place
    }
    let place = newPlace()
    if recent.count == 3 { recent.removeFirst() }
    recent.append(place)
    return place
  }

  /// A new place. Most places move with the innermost loop.
  private mutating func newPlace() -> Place {
    guard let frame = loops.last else {
      return Place(base: get(random.pick([AttackLocal.p, AttackLocal.q])), delta: smallDelta())
    }
    switch random.below(16) {
    case 0..<8: return Place(base: get(frame.pointer), delta: smallDelta())
    case 8..<11: return Place(base: add(get(AttackLocal.p), scaled(frame)), delta: smallDelta())
    case 11: return Place(base: add(get(AttackLocal.q), scaled(frame)), delta: smallDelta())
    case 12: return Place(base: subtract(get(AttackLocal.q), scaled(frame)), delta: smallDelta())
    case 13:
      // A place that moves with the outermost loop. If there is only one loop, a place that does not move.
      let outer = loops.count > 1 ? loops[0].pointer : AttackLocal.q
      return Place(base: get(outer), delta: smallDelta())
    case 14:
      let mask = random.pick([0xffff, 0xfffc, 0x7fff, 0x1ffff, 0xff, 0])
      return Place(
        base: and(add(get(AttackLocal.p), scaled(frame)), i32(Int64(mask))), delta: smallDelta())
    default: return gathered(frame)
    }
  }

  /// t[x[i]], mostly with a masked index. t is at q or at 0.
  private mutating func gathered(_ frame: AttackLoop) -> Place {
    let index = load(.i32, [0x28], width: 4, at: Place(base: get(frame.pointer), delta: 0))
    let scale = Int64(random.pick([0, 0, 1, 2, 3]))
    let masked =
      chance(4, of: 5) ? and(index, i32(random.pick([0xfff, 0x1ffc, 0x3f, 0xffff]))) : index
    let offset = scale == 0 ? masked : shiftLeft(masked, scale)
    return Place(
      base: chance(1, of: 2) ? add(get(AttackLocal.q), offset) : offset, delta: smallDelta())
  }

  /// The counter times a step, mostly the loop's, in one of several ways. Sometimes only some bits of the counter are
  /// used, or a constant is added to it.
  private mutating func scaled(_ frame: AttackLoop) -> AttackNode {
    let counter = counter(frame)
    let step = chance(5, of: 6) ? frame.step : pickStep()
    switch random.below(8) {
    case 0: return multiply(and(counter, i32(random.pick([0xffff, 0xff, 0x7ff]))), i32(step))
    case 1: return multiply(value(.i32, [random.pick([0xc0, 0xc1])], counter), i32(step))
    case 2 where frame.isWide:
      return wrap(value(.i64, [0x7e], get(frame.counter), i64(step)))
    case 3: return multiply(add(counter, i32(random.pick([1, -1, 3, 100]))), i32(step))
    default:
      if step > 0, step & (step - 1) == 0, chance(2, of: 3) {
        return shiftLeft(counter, Int64(step.trailingZeroBitCount))
      }
      return multiply(counter, i32(step))
    }
  }

  private mutating func smallDelta() -> Int64 {
    switch random.below(40) {
    case 0..<22: return 0
    case 22..<34: return Int64(random.pick([4, 8, 1, 2, 12, 16, 3, 64]))
    case 34..<37: return Int64(random.below(3000))
    case 37, 38: return -Int64(random.pick([4, 8, 1, 16, 64]))
    default: return Int64(random.pick([65536, 65532, 65535, 60000]))
    }
  }

  /// Writes the place in one of many ways. Returns the address operand and the static offset of the access.
  mutating func spelt(_ place: Place) -> (address: AttackNode, offset: UInt64) {
    let (base, delta) = (place.base, place.delta)
    if chance(1, of: 90) { return beyondTwoGigabytes(base) }
    let disguised = chance(1, of: 5) ? disguise(base) : base
    guard delta != 0 else { return (disguised, 0) }
    switch random.below(6) {
    case 0, 1: return (add(disguised, i32(delta)), 0)
    case 2: return (subtract(disguised, i32(-delta)), 0)
    case 3 where delta > 1: return (add(disguised, i32(delta - delta / 2)), UInt64(delta / 2))
    case 4: return (add(i32(delta), disguised), 0)
    default: return delta > 0 ? (disguised, UInt64(delta)) : (add(disguised, i32(delta)), 0)
    }
  }

  /// base - C with the static offset C. The access is at base only if base - C is not below zero. Sometimes 65,536 less
  /// is subtracted, and in large profiles sometimes nothing.
  private mutating func beyondTwoGigabytes(_ base: AttackNode) -> (AttackNode, UInt64) {
    let large: Int64 = random.pick([
      0x8000_0000, 0x8003_ff00, 0xffff_0000, 0x8000_fffc, 0xffff_fffc,
    ])
    let back = chance(1, of: 2) ? large : large - 65536
    if !profile.isSmall, chance(1, of: 2) { return (base, UInt64(large)) }
    return (subtract(base, i32(back)), UInt64(large))
  }

  /// The same number, computed by other instructions.
  private mutating func disguise(_ node: AttackNode) -> AttackNode {
    switch random.below(9) {
    case 0: return wrap(extend(node, signed: chance(1, of: 2)))
    case 1: return value(.i32, [0x72], node, i32(0))
    case 2: return and(node, i32(-1))
    case 3: return multiply(node, i32(1))
    case 4: return subtract(add(node, get(AttackLocal.q)), get(AttackLocal.q))
    case 5: return value(.i32, [0x73], value(.i32, [0x73], node, i32(-1)), i32(-1))
    case 6: return wrap(value(.i64, [0x7c], extend(node), i64(1 << 32)))
    case 7: return subtract(i32(0), subtract(i32(0), node))
    default: return shiftLeft(value(.i32, [0x76], node, i32(0)), 0)
    }
  }

  // MARK: Accesses

  /// An access of `width` bytes to one of the memories: the instruction and its address operand.
  mutating func access(_ opcode: [UInt8], width: Int64, at place: Place, suffix: [UInt8] = [])
    -> (AttackOp, AttackNode)
  {
    let memory = chance(3, of: 5) ? 0 : random.below(profile.memories.count)
    let (address, offset) = spelt(place)
    reach = max(reach, place.delta + width)
    // Atomics must state their natural alignment.
    let isAtomic = opcode[0] == 0xfe
    let natural = UInt8(width.trailingZeroBitCount)
    let align = isAtomic || chance(1, of: 2) ? natural : 0
    let op = AttackOp.memory(
      opcode, memory: memory, offset: offset, alignLog2: align, suffix: suffix)
    return (op, self.address(address, of: memory))
  }

  mutating func address(_ node: AttackNode, of memory: Int) -> AttackNode {
    guard profile.memories[memory].is64 else { return node }
    switch random.below(12) {
    case 0: return extend(node, signed: true)
    case 1: return value(.i64, [0x7c], extend(node), i64(random.pick([0, 1 << 32, -4, 1 << 33])))
    default: return extend(node)
    }
  }

  mutating func load(_ kind: ValueKind, _ opcode: [UInt8], width: Int64, at place: Place)
    -> AttackNode
  {
    let (op, address) = access(opcode, width: width, at: place)
    return .op(op, kind, [address])
  }

  mutating func store(_ opcode: [UInt8], width: Int64, at place: Place, _ value: AttackNode)
    -> AttackNode
  {
    let (op, address) = access(opcode, width: width, at: place)
    return .op(op, nil, [address, value])
  }

  /// Loads an i32 from a place.
  mutating func load() -> AttackNode { load(at: place()) }

  mutating func load(at place: Place) -> AttackNode {
    let (opcode, width): (UInt8, Int64) = random.pick([
      (0x28, 4), (0x28, 4), (0x28, 4), (0x2d, 1), (0x2c, 1), (0x2f, 2), (0x2e, 2),
    ])
    return load(.i32, [opcode], width: width, at: place)
  }

  mutating func wideLoad(at place: Place) -> AttackNode {
    let (opcode, width): (UInt8, Int64) = random.pick([
      (0x29, 8), (0x29, 8), (0x30, 1), (0x31, 1), (0x32, 2), (0x33, 2), (0x34, 4), (0x35, 4),
    ])
    return load(.i64, [opcode], width: width, at: place)
  }

  mutating func store(at place: Place, _ value: AttackNode) -> AttackNode {
    let (opcode, width): (UInt8, Int64) = random.pick([
      (0x36, 4), (0x36, 4), (0x36, 4), (0x3a, 1), (0x3b, 2),
    ])
    return store([opcode], width: width, at: place, value)
  }
}
