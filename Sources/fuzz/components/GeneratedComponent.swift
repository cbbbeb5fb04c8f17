// A component that a seed makes, with calls of it and what each must give.

import ComponentLinking
import TestSupport
import WasmEncoding

struct GeneratedComponent {
  static let profiles = ["values", "resources", "traps"]

  let bytes: [UInt8]
  let signature: ComponentSignature
  let calls: [Call]

  struct Call {
    let arguments: [ComponentValue]
    /// nil: the call returns its arguments.
    let trap: String?
  }

  /// The value that a call returns.
  static func result(of arguments: [ComponentValue]) -> ComponentValue? {
    arguments.count > 1 ? .tuple(arguments) : arguments.first
  }

  /// - Parameter profile: One of `profiles`.
  init(profile: String, seed: UInt64) {
    var random = SeededRandom(seed: seed &* 4 &+ UInt64(Self.profiles.firstIndex(of: profile) ?? 3))
    let hasHandles = profile == "resources" || profile == "traps" && random.below(3) == 0
    var generator = ComponentTypeGenerator(random: random, hasHandles: hasHandles)
    let signature = generator.signature()
    random = generator.random
    var styles: [PartStyle] = []
    for _ in 0..<2 + random.below(4) {
      styles.append(
        PartStyle(
          encoding: random.pick(ComponentWriter.StringEncoding.allCases),
          hasPostReturn: random.below(2) == 0, isNested: random.below(4) == 0))
    }
    var spoiling: Spoiling?
    if profile == "traps" {
      let isCaller = random.below(2) == 0
      let style = isCaller ? styles[0] : styles[styles.count - 1]
      spoiling = Spoiling.random(
        &random, signature, isCaller ? .caller : .callee, style.encoding)
    }
    let plan = PartPlan(
      signature: signature, names: TypeNames(),
      addsGarbage: spoiling == nil && random.below(2) == 0, spoiling: spoiling)
    bytes = plan.assembled(styles, repeated: random.below(3)).bytes
    self.signature = signature.forHost
    var calls: [Call] = []
    generator.random = random
    for _ in 0..<4 {
      let values = signature.parameters.map { generator.value($0) }
      let trap = spoiling.flatMap { $0.traps(signature, values) ? $0.kind.message : nil }
      calls.append(Call(arguments: values, trap: trap))
      // After a trap, the instance must not be called.
      if trap != nil { break }
    }
    self.calls = calls
  }
}

extension PartPlan {
  /// The whole component.
  /// - Parameters:
  ///   - styles: Those of the opener, the forwarders, and the closer.
  ///   - repeated: How many more instances of the first forwarder there are.
  fileprivate func assembled(_ styles: [PartStyle], repeated: Int) -> ComponentWriter {
    var writer = ComponentWriter()
    let closer = writer.instantiate(
      component: writer.component(closer(styles[styles.count - 1])), with: [])
    // The named types of the functions between parts, as the closer exports them.
    var scope = TypeScope(names)
    var probe = ComponentWriter()
    if signature.hasHandle { scope.importResource(&probe) }
    _ = functionType(&scope, .imported, &probe)
    let types = scope.imports.map { item in
      (
        name: item.name, sort: ComponentWriter.Sort.type,
        index: writer.alias(.type, item.name, of: closer)
      )
    }
    var function = writer.alias(.function, Self.call, of: closer)
    let forwarders = styles.dropFirst().dropLast().map { writer.component(forwarder($0)) }
    for component in forwarders
      + forwarders.prefix(1).flatMap({ Array(repeating: $0, count: repeated) })
    {
      let instance = writer.instantiate(
        component: component, with: types + [(Self.call, .function, function)])
      function = writer.alias(.function, Self.call, of: instance)
    }
    var arguments = types + [(Self.call, .function, function)]
    if signature.hasHandle {
      for name in [Self.make, Self.look, Self.alive] {
        arguments.append((name, .function, writer.alias(.function, name, of: closer)))
      }
    }
    let opener = writer.instantiate(component: writer.component(opener(styles[0])), with: arguments)
    var own = TypeScope(names)
    let host = signature.forHost
    let type = own.function(host.parameters, host.result, .exported, &writer)
    let exported = writer.alias(.function, Self.call, of: opener)
    _ = writer.export(Self.call, .function, exported, type: type)
    return writer
  }
}
