// The index spaces of a component. Each sort has its own, and a type of its own here.
// Spec: Explainer.md, Index Spaces.

import WasmModule

public struct CoreModuleIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct CoreInstanceIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct CoreTypeIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct CoreFunctionIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct CoreTableIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct CoreMemoryIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct CoreGlobalIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct CoreTagIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
/// The index of a component among those that another component defines, imports or aliases.
public struct ComponentIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct ComponentInstanceIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct ComponentFunctionIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct ComponentTypeIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}
public struct ComponentValueIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}

/// What an item of a component is. Spec: Binary.md, `sort`.
public enum ComponentSort: Sendable, Hashable {
  case coreModule, function, value, type, component, instance
}

extension ComponentSort: CustomStringConvertible {
  public var description: String {
    switch self {
    case .coreModule: "core module"
    case .function: "function"
    case .value: "value"
    case .type: "type"
    case .component: "component"
    case .instance: "instance"
    }
  }
}

/// What a core instance exports. Spec: Binary.md, `core:sort`.
public enum CoreSort: UInt8, Sendable, Hashable {
  case function = 0
  case table, memory, global, tag
}

extension CoreSort: CustomStringConvertible {
  public var description: String {
    switch self {
    case .function: "core function"
    case .table: "core table"
    case .memory: "core memory"
    case .global: "core global"
    case .tag: "core tag"
    }
  }
}

/// What an outer alias may name. Spec: Binary.md, `outeraliassort`.
public enum OuterSort: Sendable, Hashable {
  case coreModule, coreType, type, component
}

/// An item by its sort and its index, which may be out of range until validation.
public struct ComponentItem: Sendable, Hashable {
  public let sort: ComponentSort
  public let index: UInt32

  public init(sort: ComponentSort, index: UInt32) {
    self.sort = sort
    self.index = index
  }
}

/// A core item by its sort and its index, which may be out of range until validation.
public struct CoreItem: Sendable, Hashable {
  public let sort: CoreSort
  public let index: UInt32
}
