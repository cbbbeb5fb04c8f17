// Value types packed into 32 bits: nothing is lost, and the largest type index has room.

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
