// Decides how components satisfy each other's imports: by which exports, in which order they are instantiated, and
// whether the types fit. The host satisfies all other imports.
//
// Input: valid components that share their types. The alternative is to write a component around them. That component
// would have to import the host's items, with copies of their types.

import WasmModule

/// Why components do not become one.
public enum CompositionError: Error, Sendable {
  case invalid(WasmError)
  /// A sentence without a final stop, and further lines. Safe to print, whatever names they quote.
  case unfit(String, details: [String] = [])

  static func unfit(_ text: String, listing details: [String]) -> CompositionError {
    let most = 50
    var lines = details.prefix(most).map { printable($0) }
    if details.count > most { lines.append("and \(details.count - most) more") }
    return .unfit(printable(text), details: lines)
  }
}

struct Composition {
  private let bodies: [ComponentBody]
  private let names: [String]
  private(set) var types: ComponentTypes
  /// For each component: the providers of its imports, by name. A provider's `part` is a position among `bodies`.
  private var providers: [[String: ComponentPart.Provider]] = []
  /// The types of the instances that were made.
  private var instances: [Int: InstanceTypeID] = [:]
  /// The resources of the host, by the name of the import and the path in it.
  private var hostResources: [HostResource: ResourceID] = [:]

  private struct HostResource: Hashable {
    let name: CompatibleName
    let path: [String]
  }

  /// - Parameter bodies: The main component first.
  init(_ bodies: [ComponentBody], named names: [String], _ types: ComponentTypes) {
    self.bodies = bodies
    self.names = names
    self.types = types
  }

  mutating func parts(isOfHost: (String) -> Bool) throws(CompositionError) -> [ComponentPart] {
    try findProviders()
    let order = try order()
    try checkUse(order, isOfHost: isOfHost)
    for position in order { try instantiate(position) }
    var places: [Int: Int] = [:]
    for (place, position) in order.enumerated() { places[position] = place }
    return order.map { position in
      ComponentPart(
        body: bodies[position], file: position,
        providers: providers[position].mapValues { provider in
          guard let part = places[provider.part] else {
            preconditionFailure("a provider comes before its consumers")
          }
          return ComponentPart.Provider(part: part, export: provider.export)
        })
    }
  }

  private func imports(of position: Int) -> [ExternItem] {
    types[bodies[position].type].imports.items
  }

  // MARK: Providers

  private mutating func findProviders() throws(CompositionError) {
    let offers = bodies.indices.map { position in
      position == 0 ? Offers() : Offers(types[bodies[position].type].exports)
    }
    for consumer in bodies.indices {
      var found: [String: ComponentPart.Provider] = [:]
      for item in imports(of: consumer) {
        for plug in bodies.indices.dropFirst() where plug != consumer {
          guard let export = offers[plug].export(for: item.name) else { continue }
          if let other = found[item.name]?.part {
            throw .unfit(
              "\(names[other]) and \(names[plug]) both satisfy the import \(item.name) of \(names[consumer]); "
                + "leave one of them out",
              listing: [])
          }
          found[item.name] = ComponentPart.Provider(part: plug, export: export)
        }
      }
      providers.append(found)
    }
  }

  // MARK: Order

  /// Providers come before their consumers, and the main component comes last. Leaves out components that it does not
  /// need.
  private func order() throws(CompositionError) -> [Int] {
    var order: [Int] = []
    var open: [Int] = []
    try visit(0, &open, &order)
    return order
  }

  private func visit(_ position: Int, _ open: inout [Int], _ order: inout [Int])
    throws(CompositionError)
  {
    if order.contains(position) { return }
    if let start = open.firstIndex(of: position) {
      let cycle = (open[start...] + [position]).map { names[$0] }.joined(separator: ", ")
      throw .unfit("plugs cannot import from each other: \(cycle)", listing: [])
    }
    open.append(position)
    for provider in Set(providers[position].values.map(\.part)).sorted() {
      try visit(provider, &open, &order)
    }
    open.removeLast()
    order.append(position)
  }

  /// Every plug must be of use.
  private func checkUse(_ order: [Int], isOfHost: (String) -> Bool) throws(CompositionError) {
    guard let useless = bodies.indices.first(where: { !order.contains($0) }) else { return }
    let exports = types[bodies[useless].type].exports.items.map { "it exports \($0.name)" }
    let missing = order.flatMap { position in
      imports(of: position).map(\.name)
        .filter { providers[position][$0] == nil && !isOfHost($0) }
        .map { "\(names[position]) lacks \($0)" }
    }
    throw .unfit(
      "the plug \(names[useless]) is not used: it satisfies no import of \(names[0]) or of a plug that is used",
      listing: (exports.isEmpty ? ["it exports nothing"] : exports)
        + (missing.isEmpty ? ["\(names[0]) lacks nothing"] : missing))
  }

  // MARK: Types

  private mutating func instantiate(_ position: Int) throws(CompositionError) {
    let body = bodies[position]
    let offset = body.component.range.lowerBound
    let given: ExternList
    do throws(WasmError) {
      given = try arguments(of: position, at: offset)
    } catch {
      throw .invalid(error)
    }
    let bound: [ResourceID: ResourceID]
    do throws(TypeMismatch) {
      bound = try types.bind(given, to: body.type, at: offset)
    } catch {
      if error.isLimit {
        throw .invalid(
          .limit("steps in comparing types", ComponentLimits.comparisons, at: offset))
      }
      throw .unfit(mismatch(error, in: position), listing: [])
    }
    do throws(WasmError) {
      instances[position] = try types.instantiate(body.type, given, bound, at: offset).type
    } catch {
      throw .invalid(error)
    }
  }

  private func mismatch(_ error: TypeMismatch, in position: Int) -> String {
    guard let item = error.item, let provider = providers[position][item] else {
      return "the imports of \(names[position]) do not fit together: \(error.text)"
    }
    return
      "\(names[position]) imports \(item) with another type than \(names[provider.part]) exports: "
      + error.text
  }

  /// The types of what satisfies the imports of a component. An item of the host has the type that the import says; two
  /// components that import a resource of the host by compatible names share it.
  private mutating func arguments(of position: Int, at offset: Int) throws(WasmError) -> ExternList
  {
    var given = ExternList()
    var map = Substitution()
    for item in imports(of: position) {
      let paths = types.resourcePaths(of: item.type)
      try types.walk(paths.count, at: offset)
      let type: ExternType
      if let provider = providers[position][item.name] {
        type = export(of: provider)
        for path in paths { map.resources[path.resource] = resource(at: path.path[...], in: type) }
      } else {
        for path in paths where map.resources[path.resource] == nil {
          let key = HostResource(name: CompatibleName(item.name), path: path.path)
          let resource = hostResources[key] ?? types.freshResource().resource
          hostResources[key] = resource
          map.resources[path.resource] = resource
        }
        type = try types.substitute(item.type, &map, at: offset)
      }
      guard given.append(ExternItem(name: item.name, type: type)) else {
        preconditionFailure("names of imports differ")
      }
    }
    return given
  }

  private func export(of provider: ComponentPart.Provider) -> ExternType {
    guard let instance = instances[provider.part],
      let type = types[instance].exports[provider.export]
    else { preconditionFailure("a provider is instantiated before, and has the export") }
    return type
  }

  private func resource(at path: ArraySlice<String>, in type: ExternType) -> ResourceID? {
    switch type {
    case .type(.resource(let reference)): return path.isEmpty ? reference.resource : nil
    case .instance(let id):
      guard let name = path.first, let inner = types[id].exports[name] else { return nil }
      return resource(at: path.dropFirst(), in: inner)
    case .coreModule, .function, .type, .component: return nil
    }
  }
}

/// The exports of a component by the names of imports that they can satisfy.
private struct Offers {
  private var exact: Set<Name> = []
  private var compatible: [CompatibleName: String] = [:]

  init() {}

  init(_ exports: ExternList) {
    for item in exports.items {
      exact.insert(Name(item.name))
      let key = CompatibleName(item.name)
      if let known = compatible[key], !Self.isNewer(item.name, than: known) { continue }
      compatible[key] = item.name
    }
  }

  /// Whether `name` has a higher version than `other`. The names are compatible.
  private static func isNewer(_ name: String, than other: String) -> Bool {
    guard let version = (try? InterfaceName(name))?.version,
      let otherVersion = (try? InterfaceName(other))?.version
    else { return false }
    return (version.minor, version.patch) > (otherVersion.minor, otherVersion.patch)
  }

  func export(for name: String) -> String? {
    exact.contains(Name(name)) ? name : compatible[CompatibleName(name)]
  }
}
