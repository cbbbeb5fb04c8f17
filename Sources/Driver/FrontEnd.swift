// From a file to a program: decode, validate, check the options against the module, link. ComponentFrontEnd.swift does
// the same for components. All later stages know only a program.

import Policy
import System
import WasmModule
import WasmProgram

struct FrontEnd: Sendable {
  let input: InputFile
  let options: CompileOptions
  let log: WorkLog
  var installation = Installation.current()
  /// Makes an executable of a module alone, for --preinit.
  var compileAlone: (@Sendable (ValidatedModule, CompileOptions) throws(DriverError) -> [UInt8])?

  func program() throws(DriverError) -> Program {
    if input.isComponent {
      guard options.preinit == nil else {
        throw .cannot(.preinit, "--preinit is for core modules, and \(input.name) is a component")
      }
      return try component()
    }
    if input.hasPlugs {
      try checkHeader()
      throw .cannot(.plug, "--plug is for components, and \(input.name) is a core module")
    }
    var module = try log.run(.decode, decode)
    var validated = try log.run(.validate) { () throws(DriverError) in try validate(module) }
    if let preinit = options.preinit, let compileAlone {
      module = try Preinitialization(
        preinit: preinit, input: input, options: options,
        build: { (own) throws(DriverError) in try compileAlone(validated, own) }
      ).run(module)
      validated = try validate(module)
    }
    try checkOptions(module)
    return try log.run(.bind) { () throws(DriverError) in try link(validated) }
  }

  /// The bytes of plugs follow those of the module, so it is not decoded.
  private func checkHeader() throws(DriverError) {
    do throws(WasmError) {
      _ = try FileHeader.version(of: ModuleBytes(input.bytes), in: input.parts[0].range)
    } catch {
      throw DriverError(error, in: input)
    }
  }

  private func decode() throws(DriverError) -> Module {
    do throws(WasmError) {
      return try ModuleDecoder.decode(ModuleBytes(input.bytes))
    } catch {
      throw DriverError(error, in: input)
    }
  }

  private func validate(_ module: Module) throws(DriverError) -> ValidatedModule {
    do throws(WasmError) {
      return try ModuleValidator.validate(module)
    } catch {
      throw DriverError(error, in: input)
    }
  }

  func link(_ module: ValidatedModule) throws(DriverError) -> Program {
    do throws(LinkError) {
      return try Program(
        command: module, unknownImports: options.unknownImports == .trap ? .trap : .error)
    } catch {
      throw .invalidModule(
        .imports, path: input.name, offset: nil, message: Message(lines: error.description))
    }
  }

  /// Checks that the options allow what the module needs.
  private func checkOptions(_ module: Module) throws(DriverError) {
    // Names of exports are text, so bytes that are not UTF-8 name no export.
    if let invoke = options.policy.invoke, invoke.text == nil {
      throw .invalidModule(
        .export,
        path: input.name, offset: nil, message: "the module exports no function \"\(invoke)\"")
    }
    if options.mustRun, let missing = options.missingCommand(in: module) {
      throw .cannot(.export, missing.message(module: input.name))
    }
    guard let limit = options.policy.maxMemory?.bytes else { return }
    for memory in module.memories {
      let minimumBytes = memory.type.limits.minimum << memory.type.pageLog2
      guard minimumBytes <= limit else {
        throw .cannot(
          .maxMemory,
          "\(input.name) needs a memory of \(minimumBytes) bytes; --max-memory allows \(limit)")
      }
    }
  }
}

extension DriverError {
  package init(_ error: WasmError, in input: InputFile) {
    let place = input.place(of: error.offset)
    let isModule = FileHeader.isWebAssembly(input.bytes[(error.offset - place.offset)...].prefix(4))
    self = .invalidModule(
      isModule ? ErrorCode(error.kind) : .noModule, path: place.name, offset: UInt64(place.offset),
      message: "\(error.message)")
  }
}

extension CompileOptions {
  /// The export that the program calls instead of its command; nil: its command.
  var calledExport: String? {
    guard let snapshotExport else { return policy.invoke?.text }
    return snapshotExport.isEmpty ? nil : snapshotExport
  }

  /// Set if the module exports functions to call, but has no command, and no export was chosen.
  func missingCommand(in module: Module) -> MissingCommand? {
    policy.invoke == nil && snapshotExport == nil ? MissingCommand(module) : nil
  }
}
