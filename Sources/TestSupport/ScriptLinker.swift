// Makes one program from the modules of a script. Each becomes an instance, linked with the instances registered so
// far.

import CGuestIR
import WasmModule
import WasmProgram

final class ScriptLinker {
  private let compiler: ModuleCompiler
  private var modules: [ValidatedModule] = []
  private var program = Program()

  init(compiler: ModuleCompiler) { self.compiler = compiler }

  /// Decodes and validates a module. `instantiate` takes the index in the verdict.
  func compile(path: String) -> ModuleVerdict {
    compiler.verdict {
      modules.append(try compiler.validate(path))
      return .compiled(index: modules.count - 1)
    }
  }

  /// Adds an instance of a module to the program, and links its imports with the registered instances. A later
  /// registration has precedence. Several instances may have the same name, as those of spectest do.
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

  /// The instances that the host makes, by position.
  var instances: [HostInstance] {
    program.instances.indices.map {
      HostInstance(program: SWASM_IR_PROGRAM, position: $0, state: SWASM_IR_STATE)
    }
  }

  func emit(to path: String) throws { try compiler.emit(program, .executable, to: path) }
}
