// The bytes of a description. The compile cache keeps an object under a key that has them: the object was checked with
// this description, and with no other one.

extension IsolationDescription {
  /// Different descriptions have different encodings. Two things are left out: LLVM's types, which follow
  /// from the rest, and `lines`, which decides nothing.
  public var encoded: [UInt8] {
    var writer = DescriptionWriter()
    writer.add(passesState)
    writer.add(callingConvention)
    writer.add([layout.bytes, layout.typeIDs, layout.slots, layout.typeIDCount, layout.slotCount])
    writer.add(types) { $0.add($1) }
    writer.add(typeOfID) { $0.add($1) }
    writer.add(instances) { $0.add($1) }
    writer.add(memories) { $0.add($1.isImported, $1.isGuarded) }
    writer.add(tables) {
      $0.add($1.isImported)
      $0.add($1.element)
    }
    writer.add(globals) {
      $0.add($1.isImported, $1.isMutable)
      $0.add($1.value)
    }
    writer.add(elements) {
      $0.add($1.value)
      $0.add([$1.offset, $1.count])
    }
    for numbers in [tags, functionPointerTypes, funcrefTypes] {
      writer.add(numbers) { $0.add($1) }
    }
    writer.add(functions) {
      $0.add(Array($1.name.utf8)) { $0.bytes.append($1) }
      $0.add($1.type)
      $0.add($1.role.rawValue)
    }
    return writer.bytes
  }
}

/// Writes numbers in a fixed size, and lists after their count.
private struct DescriptionWriter {
  var bytes: [UInt8] = []

  mutating func add(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: UInt64(truncatingIfNeeded: number).littleEndian) { bytes += $0 }
  }

  mutating func add(_ truths: Bool...) { for truth in truths { bytes.append(truth ? 1 : 0) } }

  mutating func add(_ numbers: [UInt64]) { for number in numbers { add(number) } }

  mutating func add<Item>(_ items: [Item], _ write: (inout Self, Item) -> Void) {
    add(items.count)
    for item in items { write(&self, item) }
  }

  mutating func add(_ value: IsolationDescription.Value) {
    switch value {
    case .number: bytes.append(0)
    case .function: bytes.append(1)
    case .extern: bytes.append(2)
    case .exception: bytes.append(3)
    case .typed(let number):
      bytes.append(4)
      add(number)
    }
  }

  mutating func add(_ type: IsolationDescription.FunctionType) {
    add(type.canonical)
    add(type.parameters) { $0.add($1) }
    add(type.places) { $0.add($1) }
    add(type.results) { $0.add($1) }
    add(type.parameterBytes) { $0.bytes.append($1) }
    add(type.resultBytes) { $0.bytes.append($1) }
    add(type.directResultCount)
    add(type.returnsSlots)
    add(type.slotCount)
  }

  mutating func add(_ instance: IsolationDescription.Instance) {
    add([
      instance.start, instance.memoryPointers, instance.memories, instance.tablePointers,
      instance.tables, instance.globalPointers, instance.globals, instance.functionPointers,
      instance.funcrefs, instance.tagIDs, instance.dropped,
    ])
    for range in [
      instance.memoryRange, instance.tableRange, instance.globalRange, instance.elementRange,
      instance.tagRange, instance.functionPointerRange, instance.funcrefRange,
    ] {
      add(range.lowerBound)
      add(range.upperBound)
    }
    add(instance.droppedCount)
    add(instance.dataCount)
  }
}
