// The names of one scope's imports, or of its exports. They must differ, and the names of methods must fit their types.
// Spec: Explainer.md, Name Uniqueness; Binary.md, Import and Export Definitions.

import WasmModule

struct NameContext: Sendable {
  /// For each key, the name that took it. Two names with a common key conflict.
  private var taken: [Name: String] = [:]
  /// The names of resources that are imported or exported here.
  private var resources: [ResourceReference: String] = [:]
  private var resourceNames: Set<Name> = []

  mutating func register(_ resource: ResourceReference, named name: String) {
    resources[resource] = name
    resourceNames.insert(Name(name))
  }

  /// Checks a name and its type, and takes the name.
  /// - Parameter what: `import` or `export`, for messages.
  mutating func take(
    _ name: ExternName, _ type: ExternType, _ types: ComponentTypes, as what: String
  ) throws(WasmError) -> ParsedName {
    let parsed = try Self.parse(name, as: what)
    try checkAttributes(name, parsed, type)
    if let problem = problem(of: parsed, type, types) {
      throw .invalid("\(what) name \(name.text) is not valid: \(problem)", at: name.offset)
    }
    let keys = Self.keys(of: parsed, name.text)
    for key in keys {
      if let previous = taken[key] {
        throw .invalid(
          "\(what) name \(name.text) conflicts with previous name \(previous)", at: name.offset)
      }
    }
    for key in keys { taken[key] = name.text }
    return parsed
  }

  private static func parse(_ name: ExternName, as what: String) throws(WasmError) -> ParsedName {
    do throws(NameProblem) {
      return try ParsedName(name)
    } catch {
      if error.isFormer {
        throw .unsupportedComponent(
          "\(what) name \(name.text) \(error.text), which names a dependency", at: name.offset)
      }
      throw .invalid(
        "\(what) name \(name.text) is not a valid extern name: it \(error.text)", at: name.offset)
    }
  }

  private func checkAttributes(
    _ name: ExternName, _ parsed: ParsedName, _ type: ExternType
  ) throws(WasmError) {
    guard let implements = name.implements else { return }
    do throws(NameProblem) {
      _ = try InterfaceName(implements)
    } catch {
      throw .invalid(
        "the value of `implements` must be an interface: `\(implements)` \(error.text)",
        at: name.offset)
    }
    guard type.sort == .instance else {
      throw .invalid("only instances can have an `implements` attribute", at: name.offset)
    }
    guard case .plain = parsed else {
      throw .invalid("name \(name.text) is not valid with `implements`", at: name.offset)
    }
  }

  /// The keys that a name takes. Labels must differ in more than case. Functions of a resource differ by resource and
  /// label. A constructor conflicts with other constructors only. A function with the name of its resource conflicts
  /// with the resource.
  private static func keys(of name: ParsedName, _ text: String) -> [Name] {
    switch name {
    case .plain(let label): return [Name(label.lowercased())]
    case .constructor(let resource): return [Name("[constructor]" + resource.lowercased())]
    case .method(let resource, let name), .staticFunction(let resource, let name):
      let (resource, name) = (resource.lowercased(), name.lowercased())
      let both = Name(resource + "." + name)
      return resource == name ? [both, Name(name)] : [both]
    case .interface: return [Name(text)]
    }
  }
}

// Names that say what type a function has.
extension NameContext {
  private func problem(
    of name: ParsedName, _ type: ExternType, _ types: ComponentTypes
  ) -> String? {
    switch name {
    case .plain, .interface: return nil
    case .constructor, .method, .staticFunction: break
    }
    guard case .function(let id) = type else { return "it is not a func" }
    let function = types[id].type
    switch name {
    case .plain, .interface: return nil
    case .constructor(let resource): return problem(ofConstructor: function, resource, types)
    case .method(let resource, _): return problem(ofMethod: function, resource, types)
    case .staticFunction(let resource, _):
      return resourceNames.contains(Name(resource))
        ? nil : "the resource \(resource) is not known in this context"
    }
  }

  private func problem(
    ofConstructor function: ResolvedFunctionType, _ name: String, _ types: ComponentTypes
  ) -> String? {
    if function.isAsync { return "a constructor cannot be async" }
    guard let result = function.result else { return "the function should return one value" }
    switch types.shape(result) {
    case .own(let resource): return problem(of: resource, name)
    case .result(.some(let ok), _):
      if case .own(let resource) = types.shape(ok) { return problem(of: resource, name) }
    default: break
    }
    return "the function should return (own $T) or (result (own $T))"
  }

  private func problem(
    ofMethod function: ResolvedFunctionType, _ name: String, _ types: ComponentTypes
  ) -> String? {
    guard let first = function.parameters.first else {
      return "the function should have at least one parameter"
    }
    guard first.label == "self" else {
      return "the function should have a first parameter called self"
    }
    guard case .borrow(let resource) = types.shape(first.value) else {
      return "the function should take a first parameter of (borrow $T)"
    }
    return problem(of: resource, name)
  }

  private func problem(of resource: ResourceReference, _ name: String) -> String? {
    guard let known = resources[resource] else {
      return "a resource used in the function does not have a name in this context"
    }
    return Name(known) == Name(name)
      ? nil : "the function does not match expected resource name \(known)"
  }
}
