// The object of one partition: a file in memory for the linker, and the facts about it that the driver keeps. The line
// table and the descriptions of frames become code maps.

import DebugInformation
import Lowering
import ObjectFile
import System
import Targets

struct CompiledObject: Sendable {
  let file: MemoryFile
  let codeMaps: [CodeMap]
  /// What LLVM tells debuggers of it, and what its lines mean; nil if nobody asked.
  let native: (object: NativeObject, lines: BodyLines)?
  /// Bytes of machine code.
  let codeBytes: Int
  /// What LLVM said while it made the object, if somebody asked.
  let remarks: [PlacedRemark]

  /// - Parameters:
  ///   - unit: Makes the symbols of this object's code differ from those of other objects.
  ///   - hasCodeMaps: Whether to make code maps.
  ///   - hasOffsets: Whether they have `CodeMap.offsets`.
  ///   - lines: What the lines of its line table mean; nil: they are offsets in the file.
  ///   - isStripped: Whether to leave out the sections that only debuggers read.
  ///   - isForDebuggers: Whether the object is a `debugObject`.
  ///   - storesEarly: See `NativeObject`.
  init(
    _ bytes: [UInt8], unit: Int, target: Target, hasCodeMaps: Bool, hasOffsets: Bool,
    lines: BodyLines?, isStripped: Bool, isForDebuggers: Bool, storesEarly: Bool,
    remarks: [PlacedRemark]
  ) throws(DriverError) {
    self.remarks = remarks
    var object: ElfFile
    do throws(ObjectFormatError) {
      object = try ElfFile(bytes)
      codeMaps =
        hasCodeMaps
        ? try CodeMap.extract(
          from: &object, for: target, unit: unit, lines: lines, hasOtherRows: isForDebuggers,
          keepsOffsets: hasOffsets) : []
      if isForDebuggers, let lines {
        let relocation = target.elfMachine.absoluteRelocation
        native = (
          try NativeObject(
            object, number: unit, absoluteRelocation: relocation, storesEarly: storesEarly), lines
        )
      } else {
        native = nil
      }
    } catch {
      throw .internal("the object has tables that cannot be read: \(error.message)")
    }
    codeBytes = object.sections.filter(\.isCode).reduce(0) { $0 + $1.range.count }
    if isStripped { object.forgetDebugSections(keepsFrames: isForDebuggers) }
    file = try MemoryFile(object)
  }
}
