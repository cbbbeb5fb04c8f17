// A growing stack of trivial values. Its accesses are checked, and never retain, release or copy it.

struct FlatStack<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  subscript(position: Int) -> Element {
    @inline(__always) get {
      precondition(position >= 0 && position < count, "position outside the stack")
      return base[position]
    }
    @inline(__always) set {
      precondition(position >= 0 && position < count, "position outside the stack")
      base[position] = newValue
    }
  }

  @inline(__always)
  mutating func push(_ element: Element) {
    if count == capacity { grow(to: count + 1) }
    base[count] = element
    count &+= 1
  }

  @inline(__always)
  mutating func pop() -> Element {
    precondition(count > 0, "pop from an empty stack")
    count &-= 1
    return base[count]
  }

  @inline(__always)
  mutating func truncate(to newCount: Int) {
    precondition(newCount >= 0 && newCount <= count, "truncation to more than there is")
    count = newCount
  }

  /// Appends copies of `element` until there are `newCount`.
  mutating func extend(to newCount: Int, with element: Element) {
    guard newCount > count else { return }
    if newCount > capacity { grow(to: newCount) }
    (base + count).initialize(repeating: element, count: newCount - count)
    count = newCount
  }

  @inline(never)
  private mutating func grow(to needed: Int) {
    let newCapacity = max(needed, capacity * 2)
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: newCapacity)
    memory.update(from: base, count: count)
    base.deallocate()
    base = memory
    capacity = newCapacity
  }

  func toArray() -> [Element] {
    Array(UnsafeBufferPointer(start: base, count: count))
  }
}
