// From a file with a component to a program: decode, validate, link its modules with adapters between its components.

import ComponentLinking
import Policy
import System
import WasmComponent
import WasmModule
import WasmProgram

extension InputFile {
  /// Whether the main file is a component.
  package var isComponent: Bool {
    ComponentDecoder.isComponent(ModuleBytes(Array(bytes.prefix(8))))
  }
}

extension FrontEnd {
  func component() throws(DriverError) -> Program {
    let wasi = try InputFile.read(path: try installation.wasiModule())
    let components = try log.run(.decode) { () throws(DriverError) in try decodeComponents() }
    let validated = try log.run(.validate) { () throws(DriverError) in try validate(components) }
    return try log.run(.bind) { () throws(DriverError) in try link(validated, wasi: wasi) }
  }

  /// The main component, and those that are plugged into it.
  private func decodeComponents() throws(DriverError) -> [Component] {
    let bytes = ModuleBytes(input.bytes)
    var components: [Component] = []
    do throws(WasmError) {
      for part in input.parts {
        components.append(try ComponentDecoder.decode(bytes, in: part.range))
      }
    } catch {
      throw DriverError(error, in: input)
    }
    return components
  }

  private func validate(_ components: [Component]) throws(DriverError) -> ValidatedComponent {
    do throws(CompositionError) {
      return try ComponentValidator.compose(
        components, named: input.parts.map(\.name.description), isOfHost: HostImports.isProvided)
    } catch {
      switch error {
      case .invalid(let error): throw DriverError(error, in: input)
      case .unfit(let text, let details):
        throw .cannot(.plug, Message(lines: ([text] + details).joined(separator: "\n  ")))
      }
    }
  }

  private func link(_ component: ValidatedComponent, wasi: InputFile) throws(DriverError) -> Program
  {
    let made: ComponentProgram
    do throws(ComponentLinkError) {
      made = try ComponentProgram(component, try entry(), wasi: wasi.bytes)
    } catch {
      throw refusal(error)
    }
    if options.unknownImports == .error,
      let message = UnknownInterfaces(made.unknownImports, of: input).message
    {
      throw .cannot(.imports, message)
    }
    try checkMemories(of: made.program)
    return made.program
  }

  private func entry() throws(ComponentLinkError) -> ComponentProgram.Entry {
    guard let invoke = options.policy.invoke else { return .command }
    return .call(invoke.text ?? "")
  }

  private func refusal(_ error: ComponentLinkError) -> DriverError {
    let message = Message(lines: error.description)
    guard let offset = error.offset else {
      return .invalidModule(
        .component, path: input.parts[error.file].name, offset: nil, message: message)
    }
    let place = input.place(of: offset)
    return .invalidModule(
      .component, path: place.name, offset: UInt64(place.offset), message: message)
  }

  /// All memories of all instances are made when the program starts.
  private func checkMemories(of program: Program) throws(DriverError) {
    guard let limit = options.policy.maxMemory?.bytes else { return }
    for instance in program.instances {
      for memory in instance.module.memories.defined {
        let minimumBytes = memory.type.limits.minimum << memory.type.pageLog2
        guard minimumBytes <= limit else {
          throw .cannot(
            .maxMemory,
            "\(input.name) needs a memory of \(minimumBytes) bytes; --max-memory allows \(limit)")
        }
      }
    }
  }
}
