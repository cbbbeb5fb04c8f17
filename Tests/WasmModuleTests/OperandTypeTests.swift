// Value types that are packed into 32 bits. Nothing is lost, and the largest type index fits.

import Testing

@testable import WasmModule

@Suite struct OperandTypeTests {
  @Test func packedReferencesAreTheirTypes() {
    let last = TypeIndex(position: ImplementationLimits.types - 1)
    let heaps: [HeapType] = [
      .function, .extern, .exception, .noFunction, .noExtern, .noException,
      .concrete(TypeIndex(0)), .concrete(last),
    ]
    for heap in heaps {
      for isNullable in [false, true] {
        let type = ReferenceType(isNullable: isNullable, heap: heap)
        #expect(OperandType(type).referenceType == type)
      }
    }
  }

  @Test func everyTypeIndexFits() {
    #expect(ImplementationLimits.types <= OperandType.typeCapacity)
  }
}
