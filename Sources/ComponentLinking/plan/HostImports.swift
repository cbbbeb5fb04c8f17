// What the imports of the outermost component are: items of WASI, or items that nothing provides.

import WasmComponent
import WasmModule
import WasmProgram

/// A function that nothing provides.
public struct UnknownImport: Sendable, Hashable {
  /// With its version; empty if the function belongs to no interface.
  public let interface: String
  public let name: String

  public init(interface: String, name: String) {
    self.interface = interface
    self.name = name
  }
}

final class HostImports {
  private let types: ComponentTypes
  private let wasi: WASIModule?
  /// The resources that the imports bring. Each belongs to the import that names it first; later ones refer to that.
  private var resources: [ResourceID: RuntimeResource] = [:]
  /// `interface.name`, without a version for those of WASI.
  private var resourceNames: [ResourceID: String] = [:]

  init(_ types: ComponentTypes, wasi: WASIModule?) {
    self.types = types
    self.wasi = wasi
  }

  // MARK: Items

  /// - Parameter linker: Counts the work and the resources.
  func item(_ name: String, _ type: ExternType, linker: ComponentLinker)
    throws(ComponentLinkError) -> RuntimeItem
  {
    for path in types.resourcePaths(of: type) where resources[path.resource] == nil {
      let (resource, text) = try resource(path.path, of: name, linker)
      resources[path.resource] = resource
      resourceNames[path.resource] = text
    }
    return try item(name, type, interface: "", linker)
  }

  private func resource(_ path: [String], of name: String, _ linker: ComponentLinker)
    throws(ComponentLinkError) -> (RuntimeResource, String)
  {
    if let wasi, path.count == 1, let interface = WASIInterfaces.unversioned(name),
      WASIInterfaces.items[interface]?[path[0]] == .resource
    {
      let resource = try wasi.resource(interface, path[0], number: linker.newResourceNumber)
      return (resource, "\(interface).\(path[0])")
    }
    let owner = WASIInterfaces.unversioned(name) ?? name
    return (linker.newResource(nil, nil), ([owner] + path).joined(separator: "."))
  }

  private func item(
    _ name: String, _ type: ExternType, interface: String, _ linker: ComponentLinker
  ) throws(ComponentLinkError) -> RuntimeItem {
    switch type {
    case .function(let id):
      if WASIInterfaces.makesFileStream(interface, name) { wasi?.hasFileStreams = true }
      let resources = resources
      let bound = BoundFunctionType(id: id, types: types) { reference in
        guard let resource = resources[reference.resource] else {
          preconditionFailure("a resource of an import's type is not known")
        }
        return resource
      }
      return .function(.host(HostFunction(interface: interface, name: name, type: bound)))
    case .instance(let id):
      var instance = RuntimeInstance()
      for export in types[id].exports.items {
        try linker.spend(1)
        instance.exports[export.name] = try item(
          export.name, export.type, interface: interface.isEmpty ? name : interface, linker)
      }
      return .instance(instance)
    case .type(.resource(let reference)): return .type(resources[reference.resource])
    case .type: return .type(nil)
    case .coreModule, .component:
      throw ComponentLinkError(
        .unknownImport, "it imports the \(type.sort) \(name), which nothing provides")
    }
  }

  // MARK: Functions

  /// The function to which an import is linked; nil if nothing provides it. Throws if WASI gives the function another
  /// type.
  func function(_ function: HostFunction) throws(ComponentLinkError) -> LiftedFunction? {
    guard let wasi, let interface = WASIInterfaces.unversioned(function.interface),
      case .function(let expected) = WASIInterfaces.items[interface]?[function.name]
    else { return nil }
    let names = resourceNames
    let text = FunctionTypeText.text(of: function.type.type, types) {
      names[$0.resource] ?? "an unknown resource"
    }
    guard text == expected else {
      throw ComponentLinkError(
        .link, "it imports \(function.description) with another type than WASI 0.2 has",
        details: ["the component has \(text)", "WASI 0.2 has      \(expected)"])
    }
    return try wasi.function(interface, function.name, function.type)
  }
}
