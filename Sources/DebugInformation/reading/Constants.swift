// Numbers of the DWARF specification, version 5, by its names in camel case: `Tag.compileUnit` is DW_TAG_compile_unit.

/// DW_TAG_…
package enum Tag {
  package static let arrayType: UInt16 = 0x01
  package static let classType: UInt16 = 0x02
  package static let enumerationType: UInt16 = 0x04
  package static let formalParameter: UInt16 = 0x05
  package static let lexicalBlock: UInt16 = 0x0b
  package static let member: UInt16 = 0x0d
  package static let pointerType: UInt16 = 0x0f
  package static let referenceType: UInt16 = 0x10
  static let importedDeclaration: UInt16 = 0x08
  package static let compileUnit: UInt16 = 0x11
  package static let structureType: UInt16 = 0x13
  package static let subroutineType: UInt16 = 0x15
  package static let typedef: UInt16 = 0x16
  package static let unionType: UInt16 = 0x17
  package static let variant: UInt16 = 0x19
  package static let inheritance: UInt16 = 0x1c
  package static let inlinedSubroutine: UInt16 = 0x1d
  static let module: UInt16 = 0x1e
  package static let subrangeType: UInt16 = 0x21
  package static let baseType: UInt16 = 0x24
  package static let constType: UInt16 = 0x26
  package static let subprogram: UInt16 = 0x2e
  package static let templateTypeParameter: UInt16 = 0x2f
  package static let templateValueParameter: UInt16 = 0x30
  package static let variantPart: UInt16 = 0x33
  package static let variable: UInt16 = 0x34
  package static let volatileType: UInt16 = 0x35
  package static let restrictType: UInt16 = 0x37
  static let namespace: UInt16 = 0x39
  static let importedModule: UInt16 = 0x3a
  package static let unspecifiedType: UInt16 = 0x3b
  package static let partialUnit: UInt16 = 0x3c
  package static let rvalueReferenceType: UInt16 = 0x42
  package static let callSite: UInt16 = 0x48
  package static let callSiteParameter: UInt16 = 0x49
  package static let gnuCallSite: UInt16 = 0x4109
  package static let gnuCallSiteParameter: UInt16 = 0x410a
}

/// DW_AT_…
package enum Attribute {
  package static let sibling: UInt16 = 0x01
  package static let location: UInt16 = 0x02
  package static let name: UInt16 = 0x03
  package static let byteSize: UInt16 = 0x0b
  package static let stmtList: UInt16 = 0x10
  package static let lowPC: UInt16 = 0x11
  package static let highPC: UInt16 = 0x12
  package static let compDir: UInt16 = 0x1b
  package static let language: UInt16 = 0x13
  static let importAttribute: UInt16 = 0x18
  static let constValue: UInt16 = 0x1c
  static let dataMemberLocation: UInt16 = 0x38
  static let discrList: UInt16 = 0x3d
  package static let inline: UInt16 = 0x20
  package static let producer: UInt16 = 0x25
  package static let abstractOrigin: UInt16 = 0x31
  package static let callingConvention: UInt16 = 0x36
  package static let declFile: UInt16 = 0x3a
  package static let declLine: UInt16 = 0x3b
  package static let declaration: UInt16 = 0x3c
  package static let encoding: UInt16 = 0x3e
  package static let external: UInt16 = 0x3f
  package static let frameBase: UInt16 = 0x40
  package static let macroInfo: UInt16 = 0x43
  package static let specification: UInt16 = 0x47
  package static let type: UInt16 = 0x49
  package static let dataLocation: UInt16 = 0x50
  package static let entryPC: UInt16 = 0x52
  package static let ranges: UInt16 = 0x55
  package static let callColumn: UInt16 = 0x57
  package static let callFile: UInt16 = 0x58
  package static let callLine: UInt16 = 0x59
  package static let signature: UInt16 = 0x69
  package static let linkageName: UInt16 = 0x6e
  package static let strOffsetsBase: UInt16 = 0x72
  package static let addrBase: UInt16 = 0x73
  package static let rnglistsBase: UInt16 = 0x74
  package static let dwoName: UInt16 = 0x76
  package static let macros: UInt16 = 0x79
  package static let loclistsBase: UInt16 = 0x8c
  package static let mipsLinkageName: UInt16 = 0x2007
}

/// DW_FORM_…
package enum Form {
  package static let addr: UInt16 = 0x01
  static let block2: UInt16 = 0x03
  static let block4: UInt16 = 0x04
  static let data2: UInt16 = 0x05
  package static let data4: UInt16 = 0x06
  static let data8: UInt16 = 0x07
  package static let string: UInt16 = 0x08
  static let block: UInt16 = 0x09
  static let block1: UInt16 = 0x0a
  static let data1: UInt16 = 0x0b
  static let flag: UInt16 = 0x0c
  package static let sdata: UInt16 = 0x0d
  package static let strp: UInt16 = 0x0e
  package static let udata: UInt16 = 0x0f
  package static let refAddr: UInt16 = 0x10
  static let ref1: UInt16 = 0x11
  static let ref2: UInt16 = 0x12
  package static let ref4: UInt16 = 0x13
  static let ref8: UInt16 = 0x14
  static let refUdata: UInt16 = 0x15
  static let indirect: UInt16 = 0x16
  package static let secOffset: UInt16 = 0x17
  package static let exprloc: UInt16 = 0x18
  package static let flagPresent: UInt16 = 0x19
  static let strx: UInt16 = 0x1a
  static let addrx: UInt16 = 0x1b
  static let refSup4: UInt16 = 0x1c
  static let strpSup: UInt16 = 0x1d
  static let data16: UInt16 = 0x1e
  package static let lineStrp: UInt16 = 0x1f
  static let refSig8: UInt16 = 0x20
  static let implicitConst: UInt16 = 0x21
  static let loclistx: UInt16 = 0x22
  static let rnglistx: UInt16 = 0x23
  static let refSup8: UInt16 = 0x24
  static let strx1: UInt16 = 0x25
  static let strx2: UInt16 = 0x26
  static let strx3: UInt16 = 0x27
  static let strx4: UInt16 = 0x28
  static let addrx1: UInt16 = 0x29
  static let addrx2: UInt16 = 0x2a
  static let addrx3: UInt16 = 0x2b
  static let addrx4: UInt16 = 0x2c

  /// Whether a value of a form may refer to an entry of this file.
  static func isReference(_ form: UInt16) -> Bool {
    switch form {
    case ref1, ref2, ref4, ref8, refUdata, refAddr, indirect: true
    default: false
    }
  }
}

/// DW_OP_…
package enum Operation {
  package static let addr: UInt8 = 0x03
  package static let deref: UInt8 = 0x06
  package static let constu: UInt8 = 0x10
  package static let plus: UInt8 = 0x22
  package static let plusUconst: UInt8 = 0x23
  package static let reg0: UInt8 = 0x50
  package static let breg0: UInt8 = 0x70
  package static let regx: UInt8 = 0x90
  package static let fbreg: UInt8 = 0x91
  package static let bregx: UInt8 = 0x92
  package static let piece: UInt8 = 0x93
  package static let derefSize: UInt8 = 0x94
  package static let pushObjectAddress: UInt8 = 0x97
  package static let callFrameCFA: UInt8 = 0x9c
  package static let implicitValue: UInt8 = 0x9e
  package static let stackValue: UInt8 = 0x9f
  package static let addrx: UInt8 = 0xa1
  package static let entryValue: UInt8 = 0xa3
  package static let wasmLocation: UInt8 = 0xed
}

/// DW_UT_…
enum UnitType {
  static let compile: UInt8 = 1
  static let type: UInt8 = 2
  static let partial: UInt8 = 3
  static let skeleton: UInt8 = 4
  static let splitCompile: UInt8 = 5
  static let splitType: UInt8 = 6
}
