// A function of the module in machine code: where its code is, which of its instructions each piece comes from, and
// which other functions are inlined into it. It joins what LLVM says of an object with what the module says of itself.

import ObjectFile

/// A place in the code of an instance of the program.
package struct CodePlace: Sendable {
  package let instance: Int
  /// The offset in the Code section of the instance's module.
  package let offset: UInt64

  package init(instance: Int, offset: UInt64) {
    self.instance = instance
    self.offset = offset
  }
}

final class CodeScope {
  /// Machine code of the instruction at `offset` of the module.
  struct Piece {
    let offset: UInt64
    let range: Range<UInt64>
  }

  let instance: Int
  /// The name that lowering gave it. For functions about which the module says nothing.
  let name: [UInt8]
  /// nil if the module says nothing about the function. Then something inlined into it is known.
  let function: GuestDebugInformation.Function?
  /// The place of the call in the caller, if the function is inlined there.
  fileprivate(set) var callOffset: UInt64
  let ranges: [Range<UInt64>]
  /// By offset. The code of a function that is inlined here belongs to its call.
  let pieces: [Piece]
  /// What is inlined here. The module says something about each of them.
  let children: [CodeScope]
  let locals: [NativeLocal]

  init(
    instance: Int, name: [UInt8], function: GuestDebugInformation.Function?, callOffset: UInt64,
    ranges: [Range<UInt64>], pieces: [Piece], children: [CodeScope], locals: [NativeLocal]
  ) {
    self.instance = instance
    self.name = name
    self.function = function
    self.callOffset = callOffset
    self.ranges = ranges
    self.pieces = pieces
    self.children = children
    self.locals = locals
  }

  /// The unit to which the code belongs.
  var unit: Int { function?.index.unit ?? children[0].unit }

  /// Where the machine code of the first instruction of a range of the module is.
  func entry(of range: Range<UInt64>) -> UInt64? {
    let first = pieces.partitioningIndex { $0.offset >= range.lowerBound }
    guard first < pieces.count, range.contains(pieces[first].offset) else { return nil }
    return pieces[first].range.lowerBound
  }

  /// The machine code of a range of the module, by address.
  func code(of range: Range<UInt64>, _ budget: WorkBudget) throws(ObjectFormatError)
    -> [Range<UInt64>]
  {
    let first = pieces.partitioningIndex { $0.offset >= range.lowerBound }
    let end = pieces.partitioningIndex { $0.offset >= range.upperBound }
    try budget.spend(end - first)
    return joined(pieces[first..<end].map(\.range))
  }
}

/// Ranges by address. Those that touch become one.
func joined(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
  var result: [Range<UInt64>] = []
  for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
    if let last = result.last, range.lowerBound <= last.upperBound {
      result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      result.append(range)
    }
  }
  return result
}

/// Makes the scopes of an object.
struct CodeScopes {
  /// Machine code with one line.
  private struct Stretch {
    var range: Range<UInt64>
    let line: UInt32
  }

  private let guests: [GuestDebugInformation?]
  /// What a line of the object means.
  private let place: (UInt32) -> CodePlace?
  /// By address.
  private var stretches: [Stretch] = []

  /// - Parameter guests: What is known of each instance of the program.
  init(
    _ object: NativeObject, _ guests: [GuestDebugInformation?],
    _ place: @escaping (UInt32) -> CodePlace?
  ) {
    self.guests = guests
    self.place = place
    for (row, next) in zip(object.rows, object.rows.dropFirst()) {
      guard !row.endsSequence, row.address < next.address,
        sectionStart(row.address) == sectionStart(next.address)
      else { continue }
      let range = row.address..<next.address
      // Code without a line belongs to the code before it.
      if row.line == 0 || stretches.last?.line == row.line,
        let last = stretches.last, last.range.upperBound == range.lowerBound
      {
        stretches[stretches.count - 1].range = last.range.lowerBound..<range.upperBound
      } else if row.line != 0 {
        stretches.append(Stretch(range: range, line: row.line))
      }
    }
  }

  /// The scope of a function. nil if its module says nothing about it.
  func scope(_ native: NativeScope) -> CodeScope? {
    var own: [Stretch] = []
    for range in native.ranges {
      var position = stretches.partitioningIndex { $0.range.upperBound > range.lowerBound }
      while position < stretches.count, stretches[position].range.lowerBound < range.upperBound {
        let clamped = stretches[position].range.clamped(to: range)
        own.append(Stretch(range: clamped, line: stretches[position].line))
        position += 1
      }
    }
    return scope(native, own, caller: nil)
  }

  private func scope(_ native: NativeScope, _ stretches: [Stretch], caller: Int?) -> CodeScope? {
    var inner: [(range: Range<UInt64>, child: Int)] = []
    for (child, scope) in native.children.enumerated() {
      inner += scope.ranges.map { ($0, child) }
    }
    inner.sort { $0.range.lowerBound < $1.range.lowerBound }
    var own: [Stretch] = []
    var ofChildren = [[Stretch]](repeating: [], count: native.children.count)
    for stretch in stretches {
      var rest = stretch
      while !rest.range.isEmpty {
        let start = rest.range.lowerBound
        let next = inner.partitioningIndex { $0.range.upperBound > start }
        let isInner = next < inner.count && inner[next].range.contains(start)
        var end = rest.range.upperBound
        if next < inner.count {
          end = min(end, isInner ? inner[next].range.upperBound : inner[next].range.lowerBound)
        }
        let part = Stretch(range: start..<end, line: rest.line)
        if isInner { ofChildren[inner[next].child].append(part) } else { own.append(part) }
        rest.range = end..<rest.range.upperBound
      }
    }
    let start = native.line == 0 ? own.first.flatMap { place($0.line) } : place(native.line)
    guard let start, caller == nil || caller == start.instance, let guest = guests[start.instance]
    else { return nil }
    let function = guest.function(at: start.offset)
    var pieces: [CodeScope.Piece] = []
    for stretch in own {
      guard let place = place(stretch.line), place.instance == start.instance else { continue }
      if let function, !function.range.contains(place.offset) { continue }
      pieces.append(CodeScope.Piece(offset: place.offset, range: stretch.range))
    }
    var children: [CodeScope] = []
    for (child, stretches) in zip(native.children, ofChildren) {
      guard let call = place(child.callLine) else { continue }
      pieces += child.ranges.map { CodeScope.Piece(offset: call.offset, range: $0) }
      guard let scope = scope(child, stretches, caller: start.instance) else { continue }
      // Nothing can be said of a function without an entry, but of what is inlined into it.
      if scope.function == nil {
        for inner in scope.children { inner.callOffset = call.offset }
      }
      children += scope.function == nil ? scope.children : [scope]
    }
    if function == nil && children.isEmpty { return nil }
    pieces.sort { ($0.offset, $0.range.lowerBound) < ($1.offset, $1.range.lowerBound) }
    let call = native.callLine == 0 ? nil : place(native.callLine)
    return CodeScope(
      instance: start.instance, name: native.name, function: function,
      callOffset: call?.offset ?? 0, ranges: joined(native.ranges), pieces: pieces,
      children: children, locals: native.locals)
  }
}
