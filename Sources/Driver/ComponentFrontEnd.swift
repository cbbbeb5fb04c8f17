// From a file with a component to a program: decode, validate, link its modules with adapters between its components.

import ComponentLinking
import Policy
import System
import WasmComponent
import WasmModule
import WasmProgram

extension FrontEnd {
  var isComponent: Bool { ComponentDecoder.isComponent(ModuleBytes(Array(input.bytes.prefix(8)))) }

  func component() throws(DriverError) -> Program {
    let wasi = try InputFile.read(path: try installation.wasiModule())
    let component = try log.run(.decode) { () throws(DriverError) in try decodeComponent() }
    let validated = try log.run(.validate) { () throws(DriverError) in try validate(component) }
    return try log.run(.bind) { () throws(DriverError) in try link(validated, wasi: wasi) }
  }

  private func decodeComponent() throws(DriverError) -> Component {
    do throws(WasmError) {
      return try ComponentDecoder.decode(ModuleBytes(input.bytes))
    } catch {
      throw DriverError(error, in: input)
    }
  }

  private func validate(_ component: Component) throws(DriverError) -> ValidatedComponent {
    do throws(WasmError) {
      return try ComponentValidator.validate(component)
    } catch {
      throw DriverError(error, in: input)
    }
  }

  private func link(_ component: ValidatedComponent, wasi: InputFile) throws(DriverError) -> Program
  {
    let made: ComponentProgram
    do throws(ComponentLinkError) {
      made = try ComponentProgram(component, try entry(), wasi: wasi.bytes)
    } catch {
      throw refusal(error.description)
    }
    if let message = UnknownInterfaces(made.unknownImports).message,
      options.unknownImports == .error
    {
      throw refusal(message)
    }
    try checkMemories(of: made.program)
    return made.program
  }

  private func entry() throws(ComponentLinkError) -> ComponentProgram.Entry {
    guard let invoke = options.policy.invoke else { return .command }
    return .call(invoke.text ?? "")
  }

  private func refusal(_ text: String) -> DriverError {
    .invalidModule(path: input.name, offset: nil, message: Message(lines: text))
  }

  /// All memories of all instances are made when the program starts.
  private func checkMemories(of program: Program) throws(DriverError) {
    guard let limit = options.policy.maxMemory?.bytes else { return }
    for instance in program.instances {
      for memory in instance.module.memories.defined {
        let minimumBytes = memory.type.limits.minimum << memory.type.pageLog2
        guard minimumBytes <= limit else {
          throw .cannot(
            "\(input.name) needs a memory of \(minimumBytes) bytes; --max-memory allows \(limit)")
        }
      }
    }
  }
}
