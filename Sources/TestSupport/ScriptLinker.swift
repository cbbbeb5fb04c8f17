// Makes one program of the modules of a script: each becomes an instance, linked with those that are registered by then.

import CGuestIR
import WasmModule
import WasmProgram

final class ScriptLinker {
  private let compiler: ModuleCompiler
  private var modules: [ValidatedModule] = []
  private var program = Program()

  init(compiler: ModuleCompiler) { self.compiler = compiler }

  /// Decodes and validates a module; the index in the verdict is what `instantiate` takes.
  func compile(path: String) -> ModuleVerdict {
    compiler.verdict {
      modules.append(try compiler.validate(path))
      return .compiled(index: modules.count - 1)
    }
  }

  /// Later registrations go first, and names may be shared: spectest comes in several modules.
  func instantiate(_ module: Int, _ registered: [(name: String, instance: Int)]) -> ModuleVerdict {
    compiler.verdict {
      let known = program
      let position = known.instances.count
      try program.add(modules[module], named: "instance \(position)") { item in
        for entry in registered.reversed() where entry.name.utf8.elementsEqual(item.module.utf8) {
          let index = InstanceIndex(UInt32(truncatingIfNeeded: entry.instance))
          if known[index].export(named: item.name) != nil {
            return .export(of: index, named: item.name)
          }
        }
        return nil
      }
      return .compiled(index: position)
    }
  }

  /// What the host makes, by position.
  var instances: [HostInstance] {
    program.instances.indices.map {
      HostInstance(program: SWASM_IR_PROGRAM, position: $0, state: SWASM_IR_STATE)
    }
  }

  func emit(to path: String) throws { try compiler.emit(program, .executable, to: path) }
}
