// Grows components definition by definition. Each definition is made of random items that exist. It stays if the
// validator accepts it.
//
// The result is valid by our rules. It has many items of each kind that the rules name: types, resources, instances
// inside instances, components inside components, lifted and lowered functions. Another validator must accept it too,
// and must refuse what ours refused last.

import TestSupport
import WasmComponent
import WasmModule

struct ComponentGrower {
  private var random: SeededRandom
  private var names = 0

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  struct Grown {
    let accepted: [UInt8]
    /// For each definition that a rule refused: the component as it was then, with that definition.
    let refused: [[UInt8]]
  }

  /// - Parameter depth: How deep components may be inside it.
  mutating func grow(definitions: Int, depth: Int) -> Grown {
    var bytes = Bytes.component(Bytes.raw(1, Self.module), Bytes.section(2, [[0x00, 0x00, 0x00]]))
    for alias in Self.coreAliases { bytes += Bytes.section(6, [alias]) }
    var refused: [[UInt8]] = []
    guard var last = try? ComponentValidator.validate(ModuleBytes(bytes)) else {
      preconditionFailure("the seed of all components is not valid")
    }
    for _ in 0..<definitions {
      let grown = bytes + definition(last, depth: depth)
      do throws(WasmError) {
        last = try ComponentValidator.validate(ModuleBytes(grown))
        bytes = grown
      } catch {
        if error.kind == .invalid { refused.append(grown) }
      }
    }
    return Grown(accepted: bytes, refused: refused)
  }

  // MARK: Core parts

  /// Functions of types [], [i32], [i32 i32], [i32 i32 i32 i32] -> [i32] and [] -> [i32], and a memory.
  private static let module: [UInt8] =
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    + Bytes.section(
      1,
      [
        [0x60, 0x00, 0x00], [0x60, 0x01, 0x7f, 0x00], [0x60, 0x02, 0x7f, 0x7f, 0x00],
        [0x60, 0x04, 0x7f, 0x7f, 0x7f, 0x7f, 0x01, 0x7f], [0x60, 0x00, 0x01, 0x7f],
      ])
    + Bytes.section(3, [[0x00], [0x01], [0x02], [0x03], [0x04]])
    + Bytes.section(5, [[0x00, 0x01]])
    + Bytes.section(
      7,
      (0..<5).map { Bytes.name("f\($0)") + [0x00, UInt8($0)] } + [Bytes.name("m") + [0x02, 0x00]])
    + Bytes.section(10, Array(repeating: [0x03, 0x00, 0x00, 0x0b], count: 5))

  private static let coreAliases: [[UInt8]] =
    (0..<5).map { [0x00, 0x00, 0x01, 0x00] + Bytes.name("f\($0)") }
    + [[0x00, 0x02, 0x01, 0x00] + Bytes.name("m")]

  // MARK: Definitions

  private mutating func definition(_ validated: ValidatedComponent, depth: Int) -> [UInt8] {
    let spaces = validated.root.spaces
    switch random.below(24) {
    case 20...23: return Bytes.section(5, [instantiation(validated)])
    case 0...5: return Bytes.section(7, [type(spaces, depth: 2)])
    case 6, 7: return Bytes.section(10, [Bytes.externName(name("i")) + description(spaces)])
    case 8, 9, 10: return Bytes.section(11, [export(spaces)])
    case 11, 12: return Bytes.section(6, [alias(validated)])
    case 13, 14: return Bytes.section(5, [instantiation(validated)])
    case 15: return Bytes.section(5, [bag(spaces)])
    case 16 where depth > 0:
      let nested = grow(definitions: 6 + random.below(12), depth: depth - 1).accepted
      return Bytes.raw(4, nested)
    case 16, 17: return Bytes.section(8, [resourceFunction(spaces)])
    case 18: return Bytes.section(8, [lift(spaces)])
    default: return Bytes.section(8, [lower(spaces)])
    }
  }

  private mutating func name(_ prefix: String) -> String {
    names += 1
    return prefix + String(names)
  }

  /// A random index below `count`; sometimes `count` itself, which does not exist.
  private mutating func index(_ count: Int) -> Int {
    count == 0 || random.below(40) == 0 ? count : random.below(count)
  }

  private mutating func index(_ count: Int) -> [UInt8] { Bytes.unsigned(index(count)) }

  /// The kinds of types, for choosing one that fits.
  private enum Kind { case resource, value, function, instance, component }

  private func kinds(_ spaces: ComponentSpaces) -> [Kind] {
    spaces.types.map { item in
      switch item.type {
      case .resource: .resource
      case .defined: .value
      case .function: .function
      case .instance: .instance
      case .component: .component
      }
    }
  }

  /// The index of a type; usually of one that fits.
  private mutating func index(_ kind: Kind, in kinds: [Kind]) -> Int {
    let fitting = kinds.indices.filter { kinds[$0] == kind }
    return fitting.isEmpty || random.below(20) == 0 ? index(kinds.count) : random.pick(fitting)
  }

  private mutating func index(_ kind: Kind, in kinds: [Kind]) -> [UInt8] {
    Bytes.unsigned(index(kind, in: kinds))
  }

  /// Chooses among few primitive types, so that types are often equal.
  private mutating func valueType(_ kinds: [Kind]) -> [UInt8] {
    random.below(3) == 0
      ? [random.pick([0x79, 0x73])] : Bytes.signed(index(.value, in: kinds))
  }

  private mutating func type(_ spaces: ComponentSpaces, depth: Int) -> [UInt8] {
    let kinds = kinds(spaces)
    switch random.below(14) {
    case 0, 1: return [0x3f, 0x7f, 0x00]
    case 2, 3: return [0x69] + index(.resource, in: kinds)
    case 4: return [0x68] + index(.resource, in: kinds)
    case 5, 6, 7: return function(kinds)
    case 8, 9: return [0x42] + declarations(depth: depth, isComponent: false, kinds)
    case 10: return [0x41] + declarations(depth: depth, isComponent: true, kinds)
    default: return definedType(kinds)
    }
  }

  private mutating func definedType(_ kinds: [Kind]) -> [UInt8] {
    switch random.below(10) {
    case 0: return [0x72, 0x01] + Bytes.name("f") + valueType(kinds)
    case 1: return [0x71, 0x01] + Bytes.name("c") + [0x01] + valueType(kinds) + [0x00]
    case 2: return [0x70] + valueType(kinds)
    case 3: return [0x6f, 0x02] + valueType(kinds) + valueType(kinds)
    case 4: return [0x6b] + valueType(kinds)
    case 5: return [0x6a, 0x01] + valueType(kinds) + [0x00]
    case 6: return [0x6d, 0x01] + Bytes.name("e")
    case 7, 8: return [0x69] + index(.resource, in: kinds)
    default: return [random.pick([0x79, 0x73])]
    }
  }

  private mutating func function(_ kinds: [Kind]) -> [UInt8] {
    let parameters = random.below(2)
    var bytes = [0x40] + Bytes.unsigned(parameters)
    for number in 0..<parameters { bytes += Bytes.name("p\(number)") + valueType(kinds) }
    return bytes + (random.below(3) != 0 ? [0x01, 0x00] : [0x00] + valueType(kinds))
  }

  /// Declarations of a type. Instances and components in it have few different names, so that they match more often.
  private mutating func declarations(
    depth: Int, isComponent: Bool, _ outer: [Kind]
  ) -> [UInt8] {
    var kinds: [Kind] = []
    let count = 1 + random.below(6)
    var bytes = Bytes.unsigned(count)
    for number in 0..<count {
      switch random.below(7) {
      case 0:
        let index: Int = index(outer.count)
        bytes += [0x02, 0x03, 0x02, 0x01] + Bytes.unsigned(index)
        kinds.append(index < outer.count ? outer[index] : .value)
      case 1 where random.below(2) == 0:
        bytes += [0x01] + function(kinds)
        kinds.append(.function)
      case 2 where depth > 0 && random.below(2) == 0:
        let isComponent = random.below(3) == 0
        bytes +=
          [0x01, isComponent ? 0x41 : 0x42]
          + declarations(depth: depth - 1, isComponent: isComponent, kinds)
        kinds.append(isComponent ? .component : .instance)
      case 1, 2:
        bytes += [0x01] + definedType(kinds)
        kinds.append(.value)
      default:
        let code: UInt8 = isComponent && random.below(2) == 0 ? 0x03 : 0x04
        bytes += [code] + Bytes.externName("d\(number)") + declared(&kinds)
      }
    }
    return bytes
  }

  private mutating func declared(_ kinds: inout [Kind]) -> [UInt8] {
    switch random.below(5) {
    case 0, 1:
      kinds.append(.resource)
      return [0x03, 0x01]
    case 2:
      let kind = random.pick([Kind.value, .resource])
      let bytes = [0x03, 0x00] + index(kind, in: kinds)
      kinds.append(kind)
      return bytes
    case 3: return [0x01] + index(.function, in: kinds)
    default: return [0x05] + index(.instance, in: kinds)
    }
  }

  private mutating func description(_ spaces: ComponentSpaces) -> [UInt8] {
    let kinds = kinds(spaces)
    switch random.below(7) {
    case 0, 1: return [0x03, 0x01]
    case 2:
      // When other types are exported, wasm-tools keeps their old name, which it then refuses in an import.
      let index: Int = index(random.pick([.value, .resource]), in: kinds)
      switch index < kinds.count ? kinds[index] : nil {
      case .component, .instance, .function: return [0x03, 0x01]
      case .resource, .value, nil: return [0x03, 0x00] + Bytes.unsigned(index)
      }
    case 3: return [0x04] + index(.component, in: kinds)
    case 4, 5: return [0x05] + index(.instance, in: kinds)
    default: return [0x01] + index(.function, in: kinds)
    }
  }

  private mutating func item(_ spaces: ComponentSpaces) -> [UInt8] {
    switch random.below(8) {
    case 0: return [0x00, 0x11] + index(spaces.coreModules.count)
    case 1, 2: return [0x01] + index(spaces.functions.count)
    case 3, 4, 5: return [0x03] + index(spaces.types.count)
    case 6: return [0x04] + index(spaces.components.count)
    default: return [0x05] + index(spaces.instances.count)
    }
  }

  private mutating func export(_ spaces: ComponentSpaces) -> [UInt8] {
    let item = item(spaces)
    let ascribed = random.below(5) == 0 ? [0x01] + description(spaces) : [0x00]
    return Bytes.externName(name("e")) + item + ascribed
  }

  private mutating func bag(_ spaces: ComponentSpaces) -> [UInt8] {
    let count = random.below(4)
    var bytes = [0x01] + Bytes.unsigned(count)
    for _ in 0..<count { bytes += Bytes.externName(name("b")) + item(spaces) }
    return bytes
  }

  /// An alias of an export that exists; usually with the sort of that export.
  private mutating func alias(_ validated: ValidatedComponent) -> [UInt8] {
    let spaces = validated.root.spaces
    guard !spaces.instances.isEmpty else { return [0x03, 0x02, 0x00] + index(spaces.types.count) }
    let instance = random.below(spaces.instances.count)
    let exports = validated.types[spaces.instances[instance].type].exports.items
    guard !exports.isEmpty else {
      return [0x03, 0x00] + Bytes.unsigned(instance) + Bytes.name("x")
    }
    let export = random.pick(exports)
    let sort = random.below(20) == 0 ? .type : export.type.sort
    return code(of: sort) + [0x00] + Bytes.unsigned(instance) + Bytes.name(export.name)
  }

  private func code(of sort: ComponentSort) -> [UInt8] {
    switch sort {
    case .coreModule: [0x00, 0x11]
    case .function: [0x01]
    case .value: [0x02]
    case .type: [0x03]
    case .component: [0x04]
    case .instance: [0x05]
    }
  }

  /// Each import gets an argument of its sort.
  private mutating func instantiation(_ validated: ValidatedComponent) -> [UInt8] {
    let spaces = validated.root.spaces
    guard !spaces.components.isEmpty else { return [0x00, 0x00, 0x00] }
    let component = random.below(spaces.components.count)
    let imports = validated.types[spaces.components[component].type].imports.items
    var bytes = [0x00] + Bytes.unsigned(component) + Bytes.unsigned(imports.count)
    for item in imports {
      bytes += Bytes.name(item.name) + code(of: item.type.sort) + argument(for: item.type, spaces)
    }
    return bytes
  }

  private mutating func argument(for type: ExternType, _ spaces: ComponentSpaces) -> [UInt8] {
    switch type {
    case .coreModule: index(spaces.coreModules.count)
    case .function: index(spaces.functions.count)
    case .type(.resource): index(.resource, in: kinds(spaces))
    case .type: index(.value, in: kinds(spaces))
    case .component: index(spaces.components.count)
    case .instance: index(spaces.instances.count)
    }
  }

  private mutating func resourceFunction(_ spaces: ComponentSpaces) -> [UInt8] {
    [random.pick([0x02, 0x03, 0x04])] + index(.resource, in: kinds(spaces))
  }

  private mutating func options() -> [UInt8] {
    random.pick([[0x00], [0x02, 0x03, 0x00, 0x04, 0x03], [0x01, 0x03, 0x00]])
  }

  private mutating func lift(_ spaces: ComponentSpaces) -> [UInt8] {
    [0x00, 0x00] + index(spaces.coreFunctions.count) + options()
      + index(.function, in: kinds(spaces))
  }

  private mutating func lower(_ spaces: ComponentSpaces) -> [UInt8] {
    [0x01, 0x00] + index(spaces.functions.count) + options()
  }
}
