// Compiles each module of a script to a library object of its own, or a whole program to one object, in this process.
// Leaves linking to the caller. Only one thread may use it.

import Foundation
import GuestOptimizer
import LLVMKit
import Lowering
import Targets
import WasmModule
import WasmProgram

/// How modules are compiled for tests.
public struct ModuleCompilerOptions: Sendable {
  public var boundsChecks = BoundsChecks.guardPages
  public var level = LLVMKit.OptimizationLevel.less
  /// The value of --precise-traps.
  public var preciseTraps = false
  public var target = Target.host
  /// nil: native for the host, and the baseline of other targets.
  public var cpu: ProcessorChoice?
  /// Whether loops over guest memory are vectorised; nil for the default.
  public var streams: Bool?
  /// Compile as cold functions are. The level must be `none`.
  public var isCold = false
  /// As at -Os. The level must be `standard`.
  public var forSize = false

  public init() {}

  /// `boundsChecks` is as on a command line, or `precise` for guard pages with precise traps. nil for wrong values.
  public init?(boundsChecks: String, level: Int) {
    guard let level = LLVMKit.OptimizationLevel(rawValue: level) else { return nil }
    self.level = level
    switch boundsChecks {
    case "guard": self.boundsChecks = .guardPages
    case "precise": preciseTraps = true
    case "explicit": self.boundsChecks = .explicit
    default: return nil
    }
  }
}

/// Compiles modules to objects in one directory.
public final class ModuleCompiler {
  private let options: ModuleCompilerOptions
  private let objectDirectory: String
  private let machine: LLVMTargetMachine
  private let symbolPrefix: String
  public private(set) var objects: [String] = []
  /// The instances that a host makes.
  public private(set) var instances: [HostInstance] = []
  /// Why functions were made again with less optimisation: one message for each that the isolation check did not prove.
  public private(set) var remade: [String] = []

  /// - Parameter symbolPrefix: The prefix of names of objects and symbols, for several compilers of one program.
  public init(options: ModuleCompilerOptions, objectDirectory: String, symbolPrefix: String = "m")
    throws
  {
    self.options = options
    self.objectDirectory = objectDirectory
    self.symbolPrefix = symbolPrefix
    let processor = try options.target.processor(
      options.cpu ?? (options.target == .host ? .native : .baseline))
    machine = try LLVMTargetMachine(processor, level: options.level)
  }

  var target: Target { options.target }

  /// Decodes and validates only; `.compiled` stands for valid.
  public func inspect(path: String) -> ModuleVerdict {
    verdict {
      _ = try validate(path)
      return .compiled(index: -1)
    }
  }

  /// Compiles a module. The index in the verdict is the position in `instances`.
  public func compile(path: String) -> ModuleVerdict {
    verdict {
      let index = instances.count
      let name = "\(symbolPrefix)\(index)"
      let object = "\(objectDirectory)/\(name).o"
      try emit(Program(library: validate(path)), .library(symbolPrefix: name + "_"), to: object)
      objects.append(object)
      instances.append(HostInstance(program: name + "_program", position: 0, state: nil))
      return .compiled(index: index)
    }
  }

  /// Gives `body` the LLVM module that code generation would get. `body` may not keep it. Generates no code.
  public func inspectProven(
    _ bytes: [UInt8], _ body: (borrowing LLVMModule, IsolationDescription) throws -> Void
  ) throws {
    let module = try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(bytes)))
    let context = LLVMContext(keepsValueNames: false)
    var description: IsolationDescription?
    let llvm = try provenModule(
      Program(library: module), .library(symbolPrefix: symbolPrefix), into: context,
      description: &description)
    guard let description else { preconditionFailure("lowering describes what it made") }
    try body(llvm, description)
  }

  func validate(_ path: String) throws -> ValidatedModule {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    return try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes([UInt8](bytes))))
  }

  /// Makes an object of a whole program, for a host.
  func emit(_ program: Program, _ product: Product, to path: String) throws {
    let context = LLVMContext(keepsValueNames: false)
    var description: IsolationDescription?
    let llvm = try provenModule(program, product, into: context, description: &description)
    let object = try machine.emit(
      llvm, as: .plainObject, allocatesRegisters: options.isCold)
    try Data(object.bytes).write(to: URL(fileURLWithPath: path))
  }

  private func provenModule(
    _ program: Program, _ product: Product, into context: borrowing LLVMContext,
    description: inout IsolationDescription?
  ) throws -> LLVMModule {
    var optimizer = GuestOptimizer(
      level: options.level, preciseTraps: options.preciseTraps, streams: options.streams,
      verifies: true)
    optimizer.forSize = options.forSize
    var made: IsolationDescription?
    let proven = try optimizer.proven(
      machine: machine,
      didTry: { if $0.isRepeated { remade += $0.report.failures.map { "\($0.message)" } } },
      lower: { describe in
        try lowerProgram(
          program, into: context,
          options: LoweringOptions(
            product: product, isHosted: true, boundsChecks: options.boundsChecks,
            keepsNames: false, moduleName: symbolPrefix),
          target: machine,
          describe: {
            made = $0
            describe($0)
          })
      })
    description = made
    return proven
  }

  func verdict(_ body: () throws -> ModuleVerdict) -> ModuleVerdict {
    do {
      return try body()
    } catch let error as WasmError {
      switch error.kind {
      case .malformed: return .malformed("\(error)")
      case .invalid: return .invalid("\(error)")
      case .unsupported: return .refused("unsupported: \(error)")
      case .limit: return .refused("limit: \(error)")
      }
    } catch let error as LinkError {
      return .unlinkable("\(error)")
    } catch let error as LoweringError {
      return .refused("\(error.kind): \(error)")
    } catch {
      return .refused("\(error)")
    }
  }
}
