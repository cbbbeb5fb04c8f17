// The bodies of loops in attacks. Each item is one way in which a load, a store or its trap was or may be lost, or in
// which an address may leave its range.

extension AttackGenerator {
  mutating func items(count: Int) -> [AttackNode] {
    (0..<count).flatMap { _ in item() }
  }

  private mutating func item() -> [AttackNode] {
    if usesAtomics, chance(1, of: 3) { return [atomic()] }
    switch random.below(36) {
    case 0..<5: return [reduction()]
    case 5..<8: return [copy()]
    case 8, 9: return noOpStore()
    case 10, 11: return [difference()]
    case 12, 13: return [masked()]
    case 14..<17: return [conditional()]
    case 17, 18: return dead()
    case 19: return [usedBehind()]
    case 20..<23: return [vector()]
    case 23, 24: return [stencil()]
    case 25: return interleaved()
    case 26: return chance(1, of: 2) ? [fill()] : overwritten()
    case 27: return [floating()]
    case 28: return [bulk()]
    case 29: return [table()]
    case 30: return [global()]
    case 31: return [grow()]
    case 32: return narrowed()
    case 33: return [scatter()]
    case 34: return [division()]
    default: return [copy(), reduction()]
    }
  }

  private func accumulate(_ node: AttackNode, _ opcode: UInt8) -> AttackNode {
    set(AttackLocal.sum, value(.i32, [opcode], get(AttackLocal.sum), node))
  }

  private func accumulateWide(_ node: AttackNode, _ opcode: UInt8) -> AttackNode {
    set(AttackLocal.wideSum, value(.i64, [opcode], get(AttackLocal.wideSum), node))
  }

  private mutating func reduction() -> AttackNode {
    if chance(1, of: 3) {
      return accumulateWide(wideLoad(at: place()), random.pick([0x7c, 0x85, 0x84, 0x7d]))
    }
    let node = load()
    if chance(1, of: 6) {
      // Another load if the first one is greater than the sum; otherwise the sum.
      let sum = get(AttackLocal.sum)
      let both = value(.i32, [random.pick([0x4a, 0x4b])], node, sum)
      return set(AttackLocal.sum, value(.i32, [0x1b], load(), sum, both))
    }
    return accumulate(node, random.pick([0x6a, 0x6a, 0x73, 0x72, 0x71, 0x6b, 0x6c]))
  }

  /// Copies an element to a small distance, to another place or to itself. Sometimes it adds a number first, or stores
  /// only the low byte.
  private mutating func copy() -> AttackNode {
    let from = place()
    var to = from
    switch random.below(4) {
    case 0: to = place()
    case 1: to.delta += Int64(random.pick([1, 2, 4, 8, 3, 16, -4, -1, 20]))
    default:
      if let frame = loops.last { to.base = add(get(frame.pointer), get(AttackLocal.q)) }
    }
    let (loads, stores, width, kind): (UInt8, UInt8, Int64, ValueKind) = random.pick([
      (0x28, 0x36, 4, .i32), (0x2d, 0x3a, 1, .i32), (0x2f, 0x3b, 2, .i32), (0x29, 0x37, 8, .i64),
      (0x2a, 0x38, 4, .f32), (0x2b, 0x39, 8, .f64), (0x28, 0x3a, 4, .i32), (0x35, 0x3e, 4, .i64),
    ])
    var node = load(kind, [loads], width: width, at: from)
    if kind == .i32, chance(1, of: 2) { node = add(node, i32(random.pick([1, 3, -1]))) }
    return store([stores], width: stores == 0x3a ? 1 : width, at: to, node)
  }

  /// Stores to a place the value that was just loaded from it. The two addresses may have different forms.
  private mutating func noOpStore() -> [AttackNode] {
    let place = place()
    if chance(1, of: 2) {
      let node = load(.i32, [0x28], width: 4, at: place)
      return [store([0x36], width: 4, at: place, node)]
    }
    let node = load(.i32, [0x28], width: 4, at: place)
    return [
      set(AttackLocal.loaded, node),
      store([0x36], width: 4, at: place, get(AttackLocal.loaded)),
    ]
  }

  private mutating func difference() -> AttackNode {
    let place = place()
    let opcode: UInt8 = random.pick([0x6b, 0x73, 0x46, 0x47, 0x4b])
    if chance(1, of: 4) {
      let pair = value(
        .i64, [random.pick([0x7d, 0x85])], load(.i64, [0x29], width: 8, at: place),
        load(.i64, [0x29], width: 8, at: place))
      return accumulateWide(pair, 0x7c)
    }
    let pair = value(
      .i32, [opcode], load(.i32, [0x28], width: 4, at: place),
      load(.i32, [0x28], width: 4, at: place))
    return accumulate(chance(1, of: 3) ? and(load(), pair) : pair, 0x72)
  }

  /// Loads a value of which nothing, or little, is used.
  private mutating func masked() -> AttackNode {
    let node = load()
    switch random.below(6) {
    case 0: return accumulate(and(node, i32(0)), 0x6a)
    case 1: return accumulate(multiply(node, i32(0)), 0x6a)
    case 2: return accumulate(and(node, i32(random.pick([0xff, 0xffff, 1, 0xff00]))), 0x6a)
    case 3: return accumulate(value(.i32, [0x76], node, i32(random.pick([8, 16, 24, 31]))), 0x6a)
    case 4: return accumulate(value(.i32, [0x72], node, i32(-1)), 0x71)
    default: return accumulateWide(value(.i64, [0x83], wideLoad(at: place()), i64(0xff)), 0x7c)
    }
  }

  private mutating func conditional() -> AttackNode {
    let inside = chance(1, of: 2) ? [reduction()] : chance(1, of: 2) ? [copy()] : noOpStore()
    let other =
      chance(1, of: 4) ? (chance(1, of: 2) ? inside : [reduction()]) : []
    return .choice(condition(), inside, other)
  }

  mutating func condition() -> AttackNode {
    let counter = loops.last.map { self.counter($0) } ?? get(AttackLocal.n)
    switch random.below(7) {
    case 0: return value(.i32, [0x46], counter, get(AttackLocal.q))
    case 1: return and(counter, i32(random.pick([1, 3, 7])))
    case 2: return and(load(), i32(1))
    case 3: return value(.i32, [0x49], counter, i32(random.pick([1, 5, 16, 40])))
    case 4: return value(.i32, [0x4b], load(), i32(0xfff))
    case 5: return value(.i32, [0x45], get(AttackLocal.sum))
    default: return value(.i32, [0x51], get(AttackLocal.m), extend(counter))
    }
  }

  private mutating func dead() -> [AttackNode] {
    switch random.below(4) {
    case 0: return [effect([0x1a], load())]
    case 1: return [effect([0x1a], wideLoad(at: place()))]
    case 2:
      return [
        set(AttackLocal.loaded, load()), set(AttackLocal.loaded, get(AttackLocal.n)),
      ]
    default:
      let chosen = value(
        .i32, [0x1b], load(), get(AttackLocal.q), value(.i32, [0x46], load(), i32(77)))
      return [accumulate(and(chosen, i32(0)), 0x6a)]
    }
  }

  private mutating func usedBehind() -> AttackNode {
    chance(1, of: 3)
      ? set(AttackLocal.wideLoaded, wideLoad(at: place())) : set(AttackLocal.last, load())
  }

  private mutating func stencil() -> AttackNode {
    let centre = place()
    let width = Int64(random.pick([1, 2, 4, 4]))
    let loads: UInt8 = width == 1 ? 0x2d : width == 2 ? 0x2f : 0x28
    let stores: UInt8 = width == 1 ? 0x3a : width == 2 ? 0x3b : 0x36
    var sum = load(.i32, [loads], width: width, at: centre)
    for distance in [-width, width] where chance(3, of: 4) {
      let neighbour = Place(base: centre.base, delta: centre.delta + distance)
      sum = add(sum, load(.i32, [loads], width: width, at: neighbour))
    }
    return store([stores], width: width, at: chance(1, of: 2) ? centre : place(), sum)
  }

  /// Exchanges fields of structures.
  private mutating func interleaved() -> [AttackNode] {
    let (base, width) = (place(), Int64(random.pick([4, 4, 8, 2])))
    let loads: UInt8 = width == 2 ? 0x2f : width == 4 ? 0x28 : 0x29
    let stores: UInt8 = width == 2 ? 0x3b : width == 4 ? 0x36 : 0x37
    let kind: ValueKind = width == 8 ? .i64 : .i32
    let second = Place(base: base.base, delta: base.delta + width)
    let local = width == 8 ? AttackLocal.wideLoaded : AttackLocal.other
    return [
      set(local, load(kind, [loads], width: width, at: base)),
      store(
        [stores], width: width, at: base, load(kind, [loads], width: width, at: second)),
      store([stores], width: width, at: second, get(local)),
    ]
  }

  private mutating func fill() -> AttackNode {
    let counter = loops.last.map { self.counter($0) } ?? get(AttackLocal.n)
    if chance(1, of: 3) {
      return store([0x37], width: 8, at: place(), i64(random.pick([0, -1, 0x0101_0101_0101_0101])))
    }
    let node = random.pick([i32(0), i32(-1), counter, get(AttackLocal.sum), get(AttackLocal.n)])
    return store(at: place(), node)
  }

  /// A store that a wider store makes useless. The load of its value is then useless, too.
  private mutating func overwritten() -> [AttackNode] {
    let place = place()
    let value = load(.i32, [0x28], width: 4, at: chance(1, of: 2) ? place : self.place())
    return [
      store([0x36], width: 4, at: place, value), store([0x37], width: 8, at: place, i64(-1)),
    ]
  }

  private mutating func floating() -> AttackNode {
    // What is computed is made from integers, so that it is no NaN. Only the comparison loads any bits.
    switch random.below(4) {
    case 0:
      let part = value(.f32, [0xb2], load())
      return set(AttackLocal.single, value(.f32, [0x92], get(AttackLocal.single), part))
    case 1:
      let part = value(.f64, [0xb7], load())
      return set(AttackLocal.double, value(.f64, [0xa0], get(AttackLocal.double), part))
    case 2:
      let place = place()
      let part = value(.f32, [0x94], value(.f32, [0xb2], load()), value(.f32, [0xb2], load()))
      return store([0x38], width: 4, at: place, part)
    default:
      let (a, b) = (place(), place())
      return accumulate(
        value(
          .i32, [0x5d], load(.f32, [0x2a], width: 4, at: a), load(.f32, [0x2a], width: 4, at: b)),
        0x6a)
    }
  }

  private mutating func bulk() -> AttackNode {
    let (first, second) = (spelt(place()).address, spelt(place()).address)
    let memory = random.below(profile.memories.count)
    let length = random.pick([
      i32(0), i32(1), i32(4), i32(16), i32(65), and(get(AttackLocal.n), i32(63)),
    ])
    let (to, size) = (address(first, of: memory), address(length, of: memory))
    switch random.below(3) {
    case 0: return effect([0xfc, 11, UInt8(memory)], to, get(AttackLocal.sum), size)
    case 1: return effect([0xfc, 8, 0, UInt8(memory)], to, i32(Int64(random.below(8))), length)
    default:
      return effect(
        [0xfc, 10, UInt8(memory), UInt8(memory)], to, address(second, of: memory), size)
    }
  }

  private mutating func table() -> AttackNode {
    let counter = loops.last.map { self.counter($0) } ?? get(AttackLocal.n)
    let index = random.pick([
      and(counter, i32(7)), and(counter, i32(15)), counter, and(get(AttackLocal.sum), i32(3)),
    ])
    switch random.below(6) {
    case 0..<3:
      return accumulate(
        value(
          .i32, [0x11, AttackModule.helperType, 0], chance(1, of: 2) ? counter : load(), index),
        0x6a)
    case 3:
      return effect(
        [0x26, 0], index, chance(1, of: 2) ? value(.i32, [0xd2, 2]) : value(.i32, [0xd0, 0x70]))
    case 4:
      return accumulate(value(.i32, [0xd1], value(.i32, [0x25, 0], index)), 0x6a)
    default:
      return effect(
        [0xfc, 17, 0], index, value(.i32, [0xd0, 0x70]), i32(Int64(random.below(3))))
    }
  }

  private mutating func global() -> AttackNode {
    switch random.below(4) {
    case 0: return effect([0x24, 1], add(value(.i32, [0x23, 1]), load()))
    case 1:
      return effect([0x24, 2], value(.i64, [0x7c], value(.i64, [0x23, 2]), wideLoad(at: place())))
    case 2:
      // A place whose pointer is in a global.
      let place = Place(base: value(.i32, [0x23, 1]), delta: 0)
      let node = load(at: place)
      return .choice(
        i32(1), [accumulate(node, 0x6a), effect([0x24, 1], add(place.base, i32(4)))], [])
    default: return effect([0x24, 1], add(value(.i32, [0x23, 1]), i32(random.pick([1, 4, -4]))))
    }
  }

  private mutating func grow() -> AttackNode {
    let memory = random.below(profile.memories.count)
    let kind: ValueKind = profile.memories[memory].is64 ? .i64 : .i32
    let pages = chance(1, of: 3) ? 0 : 1
    let delta = kind == .i64 ? i64(Int64(pages)) : i32(Int64(pages))
    let grown = value(kind, [0x40, UInt8(memory)], delta)
    let sum = accumulate(kind == .i64 ? wrap(grown) : grown, 0x6a)
    return chance(1, of: 2) ? sum : .choice(condition(), [sum], [])
  }

  /// Accesses a word and a byte of it. The wider access must not become the narrower one.
  private mutating func narrowed() -> [AttackNode] {
    let (place, to) = (place(), place())
    let (word, byte) = (
      load(.i32, [0x28], width: 4, at: place), load(.i32, [0x2d], width: 1, at: place)
    )
    if chance(1, of: 2) {
      return [accumulate(value(.i32, [0x73], and(word, i32(0xff)), byte), 0x6a)]
    }
    return [
      set(AttackLocal.loaded, word), set(AttackLocal.other, byte),
      store([0x3a], width: 1, at: to, get(AttackLocal.loaded)),
      store(
        [0x3a], width: 1, at: Place(base: to.base, delta: to.delta + 2), get(AttackLocal.other)),
    ]
  }

  private mutating func scatter() -> AttackNode {
    guard let frame = loops.last else { return fill() }
    let index = load(.i32, [0x28], width: 4, at: Place(base: get(frame.pointer), delta: 0))
    let place = Place(
      base: add(get(AttackLocal.q), shiftLeft(and(index, i32(0xfff)), 2)), delta: 0)
    return store(at: place, counter(frame))
  }

  /// A division and an access that may both trap. The right one must trap first.
  private mutating func division() -> AttackNode {
    accumulate(
      value(
        .i32, [random.pick([0x6d, 0x6e, 0x6f, 0x70])], load(),
        value(.i32, [0x72], load(), i32(Int64(random.below(2))))),
      0x6a)
  }

  // MARK: Atomics and vectors

  private mutating func atomic() -> AttackNode {
    let place = place()
    switch random.below(6) {
    case 0: return accumulate(load(.i32, [0xfe, 0x10], width: 4, at: place), 0x6a)
    case 1: return accumulateWide(load(.i64, [0xfe, 0x11], width: 8, at: place), 0x7c)
    case 2: return store([0xfe, 0x17], width: 4, at: place, get(AttackLocal.sum))
    case 3:
      // Add, sub, and, or, xor, exchange of 32, 8 and 16 bits.
      let (opcode, width): (UInt8, Int64) = random.pick([
        (0x1e, 4), (0x20, 1), (0x21, 2), (0x25, 4), (0x2c, 4), (0x33, 4), (0x3a, 4), (0x41, 4),
        (0x43, 1),
      ])
      let (op, address) = access([0xfe, opcode], width: width, at: place)
      // Sometimes the operation changes nothing, and sometimes nobody uses its value.
      let result = AttackNode.op(op, .i32, [address, i32(random.pick([0, 0, -1, 1, 2]))])
      return chance(1, of: 3) ? effect([0x1a], result) : accumulate(result, 0x6a)
    case 4:
      let (op, address) = access([0xfe, 0x48], width: 4, at: place)
      return accumulate(.op(op, .i32, [address, get(AttackLocal.sum), i32(9)]), 0x6a)
    default: return accumulate(load(.i32, [0xfe, 0x12], width: 1, at: place), 0x6a)
    }
  }

  private mutating func vector() -> AttackNode {
    let place = place()
    let current = get(AttackLocal.vector)
    switch random.below(8) {
    case 0, 1:
      // Integer additions and xor of whole vectors.
      let opcode: [UInt8] = random.pick([
        [0xfd, 0xae, 1], [0xfd, 0x6e], [0xfd, 0xce, 1], [0xfd, 0x51],
      ])
      return set(
        AttackLocal.vector,
        value(.v128, opcode, current, load(.v128, [0xfd, 0], width: 16, at: place)))
    case 2:
      // Extending, splatting and zeroing loads.
      let (opcode, width): (UInt8, Int64) = random.pick([
        (1, 8), (2, 8), (3, 8), (5, 8), (6, 8), (7, 1), (8, 2), (9, 4), (10, 8), (92, 4), (93, 8),
      ])
      return set(
        AttackLocal.vector,
        value(
          .v128, [0xfd, 0xae, 1], current, load(.v128, [0xfd, opcode], width: width, at: place)))
    case 3:
      let (opcode, width): (UInt8, Int64) = random.pick([(84, 1), (85, 2), (86, 4), (87, 8)])
      let lane = UInt8(random.below(Int(16 / width)))
      let (op, address) = access([0xfd, opcode], width: width, at: place, suffix: [lane])
      return set(AttackLocal.vector, .op(op, .v128, [address, current]))
    case 4:
      let (opcode, width): (UInt8, Int64) = random.pick([(88, 1), (89, 2), (90, 4), (91, 8)])
      let lane = UInt8(random.below(Int(16 / width)))
      let (op, address) = access([0xfd, opcode], width: width, at: place, suffix: [lane])
      return .op(op, nil, [address, current])
    case 5:
      // One lane of the loaded vector.
      let loaded = load(.v128, [0xfd, 0], width: 16, at: place)
      return accumulate(value(.i32, [0xfd, 0x1b, UInt8(random.below(4))], loaded), 0x6a)
    case 6:
      let sum = value(
        .v128, [0xfd, 0xae, 1], load(.v128, [0xfd, 0], width: 16, at: place), current)
      return store([0xfd, 11], width: 16, at: chance(1, of: 2) ? place : self.place(), sum)
    default:
      let loaded = load(.v128, [0xfd, 0], width: 16, at: place)
      return store([0xfd, 11], width: 16, at: chance(1, of: 4) ? place : self.place(), loaded)
    }
  }
}
