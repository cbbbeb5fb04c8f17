// Numbers of the ELF specification and of its supplements for processors, by the specification's names in camel
// case: `Elf.shtSymtab` is SHT_SYMTAB.

package enum Elf {
  /// EI_MAG0 to EI_DATA: the magic bytes, ELFCLASS64, ELFDATA2LSB.
  static let identification: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1]
  /// EI_NIDENT: bytes before the rest of the header.
  static let identificationBytes = 16
  static let versionCurrent: UInt8 = 1

  package static let etRel: UInt16 = 1
  package static let etDyn: UInt16 = 3

  static let shtNull: UInt32 = 0
  static let shtProgbits: UInt32 = 1
  static let shtSymtab: UInt32 = 2
  static let shtStrtab: UInt32 = 3
  static let shtRela: UInt32 = 4
  static let shtNobits: UInt32 = 8

  static let shfWrite: UInt64 = 1
  static let shfAlloc: UInt64 = 2
  static let shfExecinstr: UInt64 = 4
  static let shfInfoLink: UInt64 = 0x40

  static let shnUndef: UInt16 = 0
  static let shnXindex: UInt16 = 0xffff

  static let stbLocal: UInt8 = 0
  static let stbGlobal: UInt8 = 1
  static let sttNotype: UInt8 = 0
  static let sttObject: UInt8 = 1
  static let sttFunc: UInt8 = 2
  static let stvHidden: UInt8 = 2

  package static let ptDynamic: UInt32 = 2
  package static let ptInterp: UInt32 = 3
  package static let ptGnuRelro: UInt32 = 0x6474_e552
  // Bits of `pFlags`.
  package static let pfExecute: UInt32 = 1
  package static let pfWrite: UInt32 = 2

  package static let dtNull: UInt64 = 0
  package static let dtNeeded: UInt64 = 1
}

/// A processor, as object files name it.
package struct ElfMachine: Sendable, Hashable {
  /// EM_…
  package let number: UInt16
  /// The type of a relocation that stores a 64-bit address.
  package let absoluteRelocation: UInt32
  /// EF_…: the linker refuses objects that disagree.
  package let flags: UInt32
  /// DWARF's number of the register that compilers use as frame pointer.
  package let framePointer: UInt64

  package init(
    number: UInt16, absoluteRelocation: UInt32, flags: UInt32 = 0, framePointer: UInt64
  ) {
    self.number = number
    self.absoluteRelocation = absoluteRelocation
    self.flags = flags
    self.framePointer = framePointer
  }
}
