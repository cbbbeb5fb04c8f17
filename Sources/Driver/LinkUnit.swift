// The small object with data that only the driver has: the policy, the code maps, where a profile goes, and the message
// of a module without a command. The object contains read-only bytes, and a table of the addresses of code sections
// that other objects define. swasm_abi.h and profile.c of the runtime declare its symbols.

import CSwasmABI
import ObjectFile
import Policy
import System
import Targets

/// The data about the profile, for an executable that counts.
struct ProfileTarget: Sendable {
  let moduleHash: UInt64
  let path: HostString
}

struct LinkUnit {
  let policy: Policy
  /// nil if there are no code maps; then their weak symbols stay undefined.
  let codeMaps: [CodeMap]?
  /// The files of a program that is made of components; none for a core module.
  var files: [InputFile.Part] = []
  /// nil if the executable counts nothing; then profile.c is not linked.
  var profile: ProfileTarget?
  /// The message that the executable prints if its module has no function to run.
  var missingCommand: Message?
  let target: Target

  func encoded() -> [UInt8] {
    var writer = ElfWriter(machine: target.elfMachine)
    let policyBytes = policy.encoded()
    writer.defineSymbol("swasm_policy", in: .readOnly, bytes: policyBytes)
    writer.defineSymbol("swasm_policy_bytes", in: .readOnly, word: UInt64(policyBytes.count))
    // The runtime refers to this symbol weakly. This reference makes the linker take the symbol's archive member.
    if policy.invoke != nil { _ = writer.reference("swasm_invoke_export") }
    if let profile {
      writer.defineSymbol("swasm_profile_module", in: .readOnly, word: profile.moduleHash)
      writer.defineSymbol(
        "swasm_profile_path", in: .readOnly, bytes: profile.path.bytes + [0])
      _ = writer.reference("swasm_profile_begin")
    }
    if let missingCommand {
      writer.defineSymbol(
        "swasm_missing_command", in: .readOnly, bytes: Array(missingCommand.text.utf8) + [0])
    }
    guard let codeMaps else { return writer.finish() }
    if !files.isEmpty {
      let bytes = encodedFiles()
      writer.defineSymbol("swasm_files", in: .readOnly, bytes: bytes)
      writer.defineSymbol("swasm_files_bytes", in: .readOnly, word: UInt64(bytes.count))
    }
    writer.defineSymbol("swasm_code_map_count", in: .readOnly, word: UInt64(codeMaps.count))
    let rows = writer.defineSymbol(
      "swasm_code_map_rows", in: .readOnly, bytes: codeMaps.flatMap(\.rows))
    writer.defineSymbol("swasm_code_maps", in: .relocated, bytes: [])
    var rowsOffset = rows.offset
    for map in codeMaps {
      let code = writer.reference(map.symbol)
      writer.append(addressOf: code, addend: 0)
      writer.append(word: map.codeBytes)
      writer.append(addressOf: rows.symbol, addend: Int64(rowsOffset - rows.offset))
      writer.append(word: UInt64(map.rows.count))
      rowsOffset += map.rows.count
    }
    precondition(MemoryLayout<swasm_code_map>.size == 32, "swasm_code_map has changed")
    return writer.finish()
  }

  /// For each file the offset of its end, and its name without directories, which is left out if there is one file.
  private func encodedFiles() -> [UInt8] {
    var bytes: [UInt8] = []
    for file in files {
      let name = files.count > 1 ? file.name.baseName.bytes : []
      bytes.append(uleb128: UInt64(file.range.upperBound))
      bytes.append(uleb128: UInt64(name.count))
      bytes += name
    }
    return bytes
  }
}
