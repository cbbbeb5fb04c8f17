// Names of instructions that are known but not implemented, for messages only.

enum UnsupportedOpcodes {
  /// The name of instruction `code` behind the prefix 0xfb.
  static func gcName(_ code: Int) -> String {
    gc.indices.contains(code) ? gc[code] : "instruction 0xfb 0x\(String(code, radix: 16))"
  }

  /// The feature and name of an encoding (a page and a code, as Opcode's raw value).
  static func find(_ code: Int) -> (Feature, String)? {
    switch code {
    case 0xd3: (.garbageCollection, "ref.eq")
    case 0xe0: (.stackSwitching, "cont.new")
    case 0xe1: (.stackSwitching, "cont.bind")
    case 0xe2: (.stackSwitching, "suspend")
    case 0xe3: (.stackSwitching, "resume")
    case 0xe4: (.stackSwitching, "resume_throw")
    case 0xe5: (.stackSwitching, "resume_throw_ref")
    case 0xe6: (.stackSwitching, "switch")
    default: nil
    }
  }

  private static let gc = [
    "struct.new", "struct.new_default", "struct.get", "struct.get_s", "struct.get_u", "struct.set",
    "array.new", "array.new_default", "array.new_fixed", "array.new_data", "array.new_elem",
    "array.get", "array.get_s", "array.get_u", "array.set", "array.len", "array.fill", "array.copy",
    "array.init_data", "array.init_elem", "ref.test", "ref.test null", "ref.cast", "ref.cast null",
    "br_on_cast", "br_on_cast_fail", "any.convert_extern", "extern.convert_any", "ref.i31",
    "i31.get_s", "i31.get_u",
  ]
}
