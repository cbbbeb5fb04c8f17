// From the value of `--cpu` to a processor: what LLVM knows of the names, and of the machine that compiles.
import CCodeGeneration
import CLLVM
import Targets

/// Why there is no such processor.
public enum ProcessorError: Error, Sendable, Equatable {
  /// `native` is for the machine that compiles, which is not the target.
  case notNative
  /// LLVM knows no processor of this name.
  case unknown(String)
  /// The processor lacks a feature of the target's baseline.
  case lacks(String, feature: String)
  /// The feature is not in `Target.features`.
  case unknownFeature(String)
}

extension Target {
  /// The processor that is meant.
  public func processor(_ choice: ProcessorChoice) throws(ProcessorError) -> Processor {
    for change in choice.changes {
      let name = String(change.dropFirst())
      guard features.contains(name) else { throw .unknownFeature(name) }
    }
    registerTargets
    let changes = choice.changes
    switch choice.base {
    case .baseline: return processor(baseline.name, changes, of: llvmBaseline)
    case .named(baselineName): return processor(baselineName, changes, of: llvmBaseline)
    case .named(let name):
      guard processorNames.contains(name) else { throw .unknown(name) }
      for feature in baselineFeatures where !swasm_processor_has(triple, name, "", feature) {
        throw .lacks(name, feature: feature)
      }
      return processor(name, changes, of: name)
    case .native:
      guard self == .host else { throw .notNative }
      let found = takeMessage(LLVMGetHostCPUFeatures()).split(separator: ",").map(String.init)
      let name = takeMessage(LLVMGetHostCPUName())
      return processor(
        name, found.filter { features.contains(String($0.dropFirst())) } + changes,
        of: llvmBaseline, tunedFor: processorNames.contains(name) ? name : llvmBaseline)
    }
  }

  /// - Parameters:
  ///   - name: Its name for people.
  ///   - changes: To the features of LLVM's processor `base`.
  private func processor(
    _ name: String, _ changes: [String], of base: String, tunedFor: String? = nil
  ) -> Processor {
    let text = changes.joined(separator: ",")
    return Processor(
      self, name: name, features: features.filter { swasm_processor_has(triple, base, text, $0) },
      tunedFor: tunedFor ?? base)
  }

  /// All names of processors that LLVM knows for the target's kind of machine.
  public var processorNames: [String] {
    registerTargets
    return Target.names { swasm_processor_name(triple, $0) }
  }
}
