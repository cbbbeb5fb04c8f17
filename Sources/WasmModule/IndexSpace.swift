// An index space of a module: its imported items, then its defined items. Spec: Structure, Indices.
//
// A collection whose positions are the indices that the binary format writes.

/// The items of one index space, found by index.
public struct IndexSpace<Space: WasmModule.Index, Item: Sendable>: Sendable {
  @usableFromInline var items: [Item] = []
  /// How many items are imported. They have the lowest indices.
  public private(set) var importedCount = 0

  init() {}

  mutating func appendImport(_ item: Item) {
    precondition(items.count == importedCount, "an import after a definition")
    items.append(item)
    importedCount += 1
  }

  mutating func append(_ item: Item) { items.append(item) }

  /// Makes room for `additional` more items.
  mutating func reserve(_ additional: Int) { items.reserveCapacity(items.count + additional) }
}

extension IndexSpace: RandomAccessCollection {
  @inlinable public var startIndex: Space { Space(0) }
  @inlinable public var endIndex: Space { Space(position: items.count) }
  @inlinable public func index(after index: Space) -> Space { Space(index.raw + 1) }
  @inlinable public func index(before index: Space) -> Space { Space(index.raw - 1) }
  @inlinable public func index(_ index: Space, offsetBy distance: Int) -> Space {
    Space(position: index.int + distance)
  }
  @inlinable public func distance(from start: Space, to end: Space) -> Int { end.int - start.int }

  /// The item of an index that is in range.
  public internal(set) subscript(index: Space) -> Item {
    @inlinable get { items[index.int] }
    @inline(__always) _modify { yield &items[index.int] }
  }
}

extension IndexSpace {
  /// Whether the space has an item of this index.
  @inlinable
  public func contains(_ index: Space) -> Bool { index.int < items.count }

  /// Whether the item of this index is imported.
  public func isImported(_ index: Space) -> Bool { index.int < importedCount }

  /// The items that the module defines. Their indices are those of the whole space.
  public var defined: Slice<IndexSpace> { self[definedIndex(0)...] }

  /// The index of the item that is at `position` among those that the module defines.
  public func definedIndex(_ position: Int) -> Space { Space(position: importedCount + position) }

  /// The position of a defined item among the items that the module defines.
  public func definedPosition(of index: Space) -> Int {
    precondition(!isImported(index), "an import has no place among the definitions")
    return index.int - importedCount
  }
}
