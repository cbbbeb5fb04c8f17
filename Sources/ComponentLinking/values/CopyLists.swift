// Writes the code that copies lists. Spec: CanonicalABI.md, `load_list`, `store_list`.

import WasmComponent
import WasmEncoding
import WasmModule
import WasmProgram

extension ValueCopier {
  /// - Parameter parts: The type of an element, or the key and the value of a map.
  func copyList(
    _ parts: [ComponentValueType], _ f: FunctionWriter, _ source: Place, _ target: Place
  ) {
    let (address, count) = readPair(f, source)
    let result = f.local()
    f.get(address)
    f.get(count)
    f.call(listCopy(parts))
    f.set(result)
    writePair(result, count, f, target)
  }

  /// (address, count) → address of the copy
  private func listCopy(_ parts: [ComponentValueType]) -> Int {
    helper("list of \(parts)", named: "copy-list", [.i32, .i32], [.i32]) { f in
      let element = FieldOffsets(parts, types)
      let (address, count) = (f.parameters[0], f.parameters[1])
      let (bytes, size, target) = (f.local(.i64), f.local(), f.local())
      module.checkAlignment(address, element.alignment, .unalignedPointer, f)
      f.get(count)
      f.op(.i64ExtendI32)
      f.i64(Int64(element.bytes))
      f.op(.i64Multiply)
      f.set(bytes)
      module.checkRange(
        address, bytes: bytes, memory: from.requiredMemory, pageLog2: from.pageLog2,
        .listOutOfBounds, f)
      f.get(bytes)
      f.i64(Self.mostBytes)
      f.op(.i64Greater)
      module.trapIfTrue(.tooLong, f)
      f.get(bytes)
      f.op(.i32WrapI64)
      f.set(size)
      allocate(alignment: element.alignment, bytes: size, f, into: target)
      f.get(target)
      if types.arePlain(parts) {
        f.get(target)
        f.get(address)
        f.get(size)
        f.memoryCopy(to: to.requiredMemory, from: from.requiredMemory)
      } else {
        copyElements(parts, f, address, f.copy(of: target), count: count)
      }
    }
  }

  /// Copies elements. Changes the three locals.
  func copyElements(
    _ parts: [ComponentValueType], _ f: FunctionWriter, _ address: Local, _ target: Local,
    count: Local
  ) {
    if let rules = types.byteRules(parts) {
      copyGroups(ByteGroup(rules), f, address, target, count: count)
    }
    copyOneByOne(parts, f, address, target, count: count)
  }

  private func copyOneByOne(
    _ parts: [ComponentValueType], _ f: FunctionWriter, _ address: Local, _ target: Local,
    count: Local
  ) {
    let bytes = UInt32(truncatingIfNeeded: FieldOffsets(parts, types).bytes)
    f.block { done in
      f.loop { next in
        f.get(count)
        f.op(.i32EqualsZero)
        f.branchIf(done)
        copyFields(parts, f, .memory(address, offset: 0), .memory(target, offset: 0))
        for local in [address, target] { f.add(bytes, to: local) }
        f.add(~0, to: count)
        f.branch(next)
      }
    }
  }

  // MARK: An address and a length

  func readPair(_ f: FunctionWriter, _ place: Place) -> (Local, Local) {
    let pair = (f.local(), f.local())
    let (first, second) = halves(of: place)
    read(ScalarAccess(.u32), f, from: first)
    f.set(pair.0)
    read(ScalarAccess(.u32), f, from: second)
    f.set(pair.1)
    return pair
  }

  func writePair(_ first: Local, _ second: Local, _ f: FunctionWriter, _ place: Place) {
    let places = halves(of: place)
    move(ScalarAccess(.u32), f, to: places.0) { f.get(first) }
    move(ScalarAccess(.u32), f, to: places.1) { f.get(second) }
  }

  private func halves(of place: Place) -> (Place, Place) {
    switch place {
    case .memory(let base, let offset):
      (.memory(base, offset: offset), .memory(base, offset: offset + 4))
    case .flat(let locals): (.flat(locals.prefix(1)), .flat(locals.dropFirst().prefix(1)))
    }
  }
}

extension FunctionWriter {
  /// Adds to a local, modulo 2^32.
  func add(_ number: UInt32, to local: Local) {
    get(local)
    u32(number)
    op(.i32Add)
    set(local)
  }

  /// A new local with the value of another one.
  func copy(of local: Local) -> Local {
    let copy = self.local(local.type)
    get(local)
    set(copy)
    return copy
  }
}
