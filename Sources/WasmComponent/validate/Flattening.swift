// The core function that a component function becomes, and the options that it needs.
// Spec: CanonicalABI.md, Flattening, `flatten_functype`; Canonical Definitions.

import WasmModule

enum LiftOrLower {
  case lift, lower
}

/// The core type of a component function, and the options without which its values cannot be passed.
struct FlatSignature {
  private(set) var parameters: [ValueType] = []
  private(set) var results: [ValueType] = []
  private(set) var needsMemory = false
  private(set) var needsRealloc = false

  /// How many core values a lowered asynchronous call may pass as parameters. If there are more, it passes one address
  /// of them all.
  private static let mostAsyncParameters = 4

  init(
    _ type: ResolvedFunctionType, _ types: ComponentTypes, _ direction: LiftOrLower,
    _ options: CanonicalOptions
  ) {
    let isAsyncLower = options.isAsync && direction == .lower
    appendParameters(
      type, types, direction, most: isAsyncLower ? Self.mostAsyncParameters : FlatTypes.most)
    if options.isAsync {
      appendAsyncResult(type, types, direction, options)
    } else {
      appendResult(type, types, direction)
    }
  }

  private mutating func appendParameters(
    _ type: ResolvedFunctionType, _ types: ComponentTypes, _ direction: LiftOrLower, most: Int
  ) {
    var flat = FlatTypes()
    for parameter in type.parameters {
      flat.append(types.layout(parameter.value).flat)
      if types.facts(parameter.value).hasPointer { need(realloc: direction == .lift) }
    }
    if flat.isTooLong || flat.types.count > most {
      parameters = [.i32]
      need(realloc: direction == .lift)
    } else {
      parameters = flat.types
    }
  }

  private mutating func appendResult(
    _ type: ResolvedFunctionType, _ types: ComponentTypes, _ direction: LiftOrLower
  ) {
    guard let result = type.result else { return }
    if types.facts(result).hasPointer { need(realloc: direction == .lower) }
    let flat = types.layout(result).flat
    if !flat.isTooLong && flat.types.count <= 1 {
      results = flat.types
      return
    }
    need(realloc: false)
    switch direction {
    case .lift: results = [.i32]
    case .lower: parameters.append(.i32)
    }
  }

  private mutating func appendAsyncResult(
    _ type: ResolvedFunctionType, _ types: ComponentTypes, _ direction: LiftOrLower,
    _ options: CanonicalOptions
  ) {
    switch direction {
    // The result is passed by task.return.
    case .lift: results = options.callback == nil ? [] : [.i32]
    case .lower:
      if let result = type.result {
        parameters.append(.i32)
        need(realloc: types.facts(result).hasPointer)
      }
      results = [.i32]
    }
  }

  private mutating func need(realloc: Bool) {
    needsMemory = true
    needsRealloc = needsRealloc || realloc
  }
}
