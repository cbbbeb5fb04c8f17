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
  /// What the messages of traps need.
  struct Tables {
    let codeMaps: [CodeMap]
    /// The functions and their names, packed.
    let functions: [UInt8]
    /// The files of a program that is made of components; none for a core module.
    var files: [InputFile.Part] = []
    /// nil if the program has no debug information; then source.c is not linked.
    var source: SourceMap?
  }

  let policy: Policy
  /// Whether the program may have traps of components.
  var isOfComponents = false
  /// How the executable was made, for `swasmc inspect`.
  var build = BuildRecord()
  /// What the messages of traps need; nil: nothing. Then the weak symbols of these tables stay undefined.
  var tables: Tables?
  /// nil if the executable counts nothing; then profile.c is not linked.
  var profile: ProfileTarget?
  /// nil if the executable writes no core dump; then coredump.c is not linked.
  var coredump: CoreDumpTarget?
  /// See `CompileOptions.snapshotExport`.
  var snapshotExport: String?
  /// The message that the executable prints if its module has no function to run.
  var missingCommand: Message?
  /// The embedded directories, encoded; nil if there are none. Then embedded.c is not linked.
  var embedded: [UInt8]?
  let target: Target

  func encoded() -> [UInt8] {
    var writer = ElfWriter(machine: target.elfMachine)
    addPolicy(&writer)
    addWhatItDoes(&writer)
    if let tables { add(tables, &writer) }
    return writer.finish()
  }

  // The runtime refers weakly to the symbols that are referred to here. These references make the linker take their
  // archive members.

  private func addPolicy(_ writer: inout ElfWriter) {
    let policyBytes = policy.encoded()
    writer.defineSection(BuildRecord.policySection, symbol: "swasm_policy", bytes: policyBytes)
    writer.defineFileSection(BuildRecord.section, bytes: build.encoded())
    writer.defineSymbol("swasm_policy_bytes", in: .readOnly, word: UInt64(policyBytes.count))
    if policy.invoke != nil { _ = writer.reference("swasm_invoke_export") }
    if policy.processorFeatures != 0 { _ = writer.reference("swasm_processor_refusal") }
    if policy.trace != nil { _ = writer.reference("swasm_trace_on") }
    if isOfComponents { _ = writer.reference("swasm_component_trap_message") }
  }

  /// What the executable does beside running its program.
  private func addWhatItDoes(_ writer: inout ElfWriter) {
    if let snapshotExport {
      writer.defineSymbol(
        "swasm_snapshot_export", in: .readOnly, bytes: Array(snapshotExport.utf8) + [0])
      _ = writer.reference("swasm_snapshot_take")
    }
    if let profile {
      writer.defineSymbol("swasm_profile_module", in: .readOnly, word: profile.moduleHash)
      writer.defineSymbol(
        "swasm_profile_path", in: .readOnly, bytes: profile.path.bytes + [0])
      _ = writer.reference("swasm_profile_begin")
    }
    if let coredump {
      writer.defineSymbol(
        "swasm_coredump_path", in: .readOnly, bytes: coredump.path.bytes + [0])
      writer.defineSymbol("swasm_coredump_instances", in: .readOnly, bytes: coredump.instances)
      _ = writer.reference("swasm_coredump_begin")
    }
    if let missingCommand {
      writer.defineSymbol(
        "swasm_missing_command", in: .readOnly, bytes: Array(missingCommand.text.utf8) + [0])
    }
    if let embedded {
      writer.defineSymbol("swasm_embedded", in: .readOnly, bytes: embedded)
      _ = writer.reference("swasm_embedded_start")
    }
  }

  private func add(_ tables: Tables, _ writer: inout ElfWriter) {
    _ = writer.reference("swasm_backtrace_find")
    writer.defineTable("swasm_functions", tables.functions)
    if !tables.files.isEmpty {
      writer.defineTable("swasm_files", packed(tables.encodedFiles()))
    }
    if let source = tables.source {
      _ = writer.reference("swasm_source_find")
      let parts = source.packedTables()
      writer.defineSymbol("swasm_lines", in: .readOnly, bytes: parts.flatMap { $0 })
      var counts: [UInt8] = []
      for part in parts { counts.append(littleEndian: UInt64(part.count)) }
      writer.defineSymbol("swasm_lines_bytes", in: .readOnly, bytes: counts)
    }
    let codeMaps = tables.codeMaps
    writer.defineSymbol("swasm_code_map_count", in: .readOnly, word: UInt64(codeMaps.count))
    let tableBytes = writer.defineSymbol(
      "swasm_code_map_tables", in: .readOnly, bytes: codeMaps.flatMap { $0.tables.flatMap { $0 } })
    writer.defineSymbol("swasm_code_maps", in: .relocated, bytes: [])
    var offset = 0
    for map in codeMaps {
      let code = writer.reference(map.symbol)
      writer.append(addressOf: code, addend: 0)
      writer.append(word: map.codeBytes)
      for table in map.tables {
        writer.append(addressOf: tableBytes.symbol, addend: Int64(offset))
        writer.append(word: UInt64(table.count))
        offset += table.count
      }
    }
    precondition(MemoryLayout<swasm_code_map>.size == 64, "swasm_code_map has changed")
  }
}

extension LinkUnit.Tables {
  /// For each file the number of its bytes, and its name without directories, which is left out if there is one file.
  fileprivate func encodedFiles() -> [UInt8] {
    var bytes: [UInt8] = []
    for file in files {
      let name = files.count > 1 ? file.name.baseName.bytes : []
      bytes.append(uleb128: UInt64(file.range.count))
      bytes.append(uleb128: UInt64(name.count))
      bytes += name
    }
    return bytes
  }
}

extension ElfWriter {
  /// Defines a symbol for the bytes, and one for their number.
  fileprivate mutating func defineTable(_ name: String, _ bytes: [UInt8]) {
    defineSymbol(name, in: .readOnly, bytes: bytes)
    defineSymbol("\(name)_bytes", in: .readOnly, word: UInt64(bytes.count))
  }
}
