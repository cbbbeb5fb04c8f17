// Linux on AArch64. Registers: AAPCS64, 6.8 and 6.9.

import CSwasmABI
import ObjectFile

extension Target {
  public static let aarch64 = Target(
    name: "aarch64-linux",
    triple: "aarch64-unknown-linux-gnu",
    byteOrder: .little,
    argumentRegisters: RegisterCounts(general: 8, vector: 8),
    resultRegisters: RegisterCounts(general: 8, vector: 8),
    baselineName: "armv8-a", llvmBaseline: "generic", baselineFeatures: ["neon"],
    features: names(swasm_aarch64_feature), tuning: [], levels: ["armv8-a"],
    instructions: MachineInstructions(
      byteShuffle: .init(
        intrinsic: "llvm.aarch64.neon.tbl1", isOverloaded: true, zeroes: .thoseOverFifteen)),
    // EM_AARCH64, R_AARCH64_ABS64, x29
    elfMachine: ElfMachine(number: 183, absoluteRelocation: 257, framePointer: 29),
    linkerEmulation: "aarch64linux")
}
