// The imports of the outermost components that no other component satisfies. Each becomes an item of WASI, or one that
// nothing provides.

import WasmComponent
import WasmModule
import WasmProgram

/// A function that nothing provides.
public struct UnknownImport: Sendable, Hashable {
  /// With its version; empty if the function belongs to no interface.
  public let interface: String
  public let name: String
  /// The file of the component that imports it (`ComponentPart.file`).
  public let file: Int

  public init(interface: String, name: String, file: Int = 0) {
    self.interface = interface
    self.name = name
    self.file = file
  }
}

public final class HostImports {
  /// Whether the host has an interface of this name, in any version that it serves.
  public static func isProvided(_ interface: String) -> Bool {
    WASIInterfaces.unversioned(interface).map { WASIInterfaces.items[$0] != nil } ?? false
  }

  /// The name without a version of an interface that the host has, if the host's has this function.
  public static func interface(_ name: String, providing function: String) -> String? {
    guard let interface = WASIInterfaces.unversioned(name),
      case .function = WASIInterfaces.items[interface]?[function]
    else { return nil }
    return interface
  }

  private let types: ComponentTypes
  private let wasi: WASIModule?
  /// The resources that the imports bring. Each belongs to the import that names it first; later ones refer to that.
  private var resources: [ResourceID: RuntimeResource] = [:]
  /// What messages call those that are not WASI's: `another NAME`.
  private var otherNames: [ResourceID: String] = [:]
  /// The resources of interfaces that nothing provides, by `interface.name`. Several components may import them.
  private var unprovided: [String: RuntimeResource] = [:]

  init(_ types: ComponentTypes, wasi: WASIModule?) {
    self.types = types
    self.wasi = wasi
  }

  // MARK: Items

  /// Notes the resources that another component exports for an import. Later imports may refer to them.
  func note(_ export: RuntimeItem, as item: ExternItem) {
    for path in types.resourcePaths(of: item.type) where resources[path.resource] == nil {
      resources[path.resource] = export.resource(at: path.path[...])
      note(path.resource, named: ([item.name] + path.path).joined(separator: "."))
    }
  }

  /// - Parameters:
  ///   - file: The file of the component that imports the item.
  ///   - linker: Counts the work and the resources.
  func item(_ name: String, _ type: ExternType, of file: Int, linker: ComponentLinker)
    throws(ComponentLinkError) -> RuntimeItem
  {
    for path in types.resourcePaths(of: type) where resources[path.resource] == nil {
      resources[path.resource] = try resource(path, of: name, linker)
    }
    return try item(name, type, interface: "", file, linker)
  }

  private func resource(
    _ path: ComponentTypes.ResourcePath, of name: String, _ linker: ComponentLinker
  ) throws(ComponentLinkError) -> RuntimeResource {
    if let wasi, path.path.count == 1, let interface = WASIInterfaces.unversioned(name),
      WASIInterfaces.items[interface]?[path.path[0]] == .resource
    {
      return try wasi.resource(interface, path.path[0], number: linker.newResourceNumber)
    }
    let owner = WASIInterfaces.unversioned(name) ?? CompatibleName(name).text
    let text = ([owner] + path.path).joined(separator: ".")
    note(path.resource, named: text)
    let resource = unprovided[text] ?? linker.newResource(nil, nil)
    unprovided[text] = resource
    return resource
  }

  private func note(_ resource: ResourceID, named name: String) {
    otherNames[resource] = "another \(name)"
  }

  private func item(
    _ name: String, _ type: ExternType, interface: String, _ file: Int,
    _ linker: ComponentLinker
  ) throws(ComponentLinkError) -> RuntimeItem {
    switch type {
    case .function(let id):
      let resources = resources
      let bound = BoundFunctionType(id: id, types: types) { reference in
        guard let resource = resources[reference.resource] else {
          preconditionFailure("a resource of an import's type is not known")
        }
        return resource
      }
      return .function(
        .host(HostFunction(interface: interface, name: name, type: bound, file: file)))
    case .instance(let id):
      var instance = RuntimeInstance()
      for export in types[id].exports.items {
        try linker.spend(1)
        instance.exports[export.name] = try item(
          export.name, export.type, interface: interface.isEmpty ? name : interface, file,
          linker)
      }
      return .instance(instance)
    case .type(.resource(let reference)): return .type(resources[reference.resource])
    case .type: return .type(nil)
    case .coreModule, .component:
      throw ComponentLinkError(
        .unknownImport, "it imports the \(type.sort) \(name), which nothing provides", file: file)
    }
  }

  /// nil if there is no module of WASI.
  func floatText() throws(ComponentLinkError) -> FloatTextReference? { try wasi?.floatText() }

  // MARK: Functions

  /// The function to which an import is linked; nil if nothing provides it. Throws if WASI gives the function another
  /// type.
  func function(_ function: HostFunction) throws(ComponentLinkError) -> LiftedFunction? {
    guard let wasi, let interface = WASIInterfaces.unversioned(function.interface),
      case .function(let expected) = WASIInterfaces.items[interface]?[function.name]
    else { return nil }
    // WASI's module takes the representations of its resources for addresses, so a resource is WASI's by its identity.
    // Its name could be that of another one.
    let others = otherNames
    let text = FunctionTypeText.text(of: function.type.type, types) { reference in
      wasi.name(of: function.type.resource(reference)) ?? others[reference.resource]
        ?? "an unknown resource"
    }
    guard text == expected else {
      throw ComponentLinkError(
        .link, "it imports \(function.description) with another type than WASI 0.2 has",
        details: ["the component has \(text)", "WASI 0.2 has      \(expected)"], file: function.file
      )
    }
    return try wasi.function(interface, function.name, function.type)
  }
}
