#include "Checker.h"
#include "CIsolation.h"

using namespace llvm;

namespace soundness {

// An offset at which the instance has nothing else, for the parts that the functions do not use.
static constexpr uint64_t unused = 1000;

static void describeLayout(swasm_isolation_description &description) {
  auto &layout = description.layout;
  layout.bytes = 1024;
  layout.head_bytes = 64;
  layout.head_slots = 16;
  layout.slots = 512;
  layout.slot_count = 4;
  layout.type_ids = unused;
}

static swasm_isolation_instance describeInstance() {
  swasm_isolation_instance instance = {};
  instance.memories = memoriesOffset;
  instance.memory_count = 2;
  instance.globals = 192;
  instance.tables = 256;
  instance.tag_ids = 640;
  instance.dropped = 704;
  instance.dropped_count = 2;
  instance.memory_pointers = unused;
  instance.table_pointers = unused;
  instance.global_pointers = unused;
  instance.function_pointers = unused;
  instance.funcrefs = unused;
  return instance;
}

static void describeInterface(swasm_isolation_description &description, Reservation reservation) {
  auto &abi = description.abi;
  abi.memory_bytes = lengthOffset;
  abi.memory_stride = memoryStride;
  abi.table_length = 8;
  abi.table_stride = 64;
  abi.funcref_instance = 8;
  abi.funcref_type_id = 16;
  abi.funcref_function_index = 20;
  abi.funcref_stride = 32;
  abi.exception_captured = 28;
  abi.exception_escaped = 29;
  abi.exception_values = 48;
  abi.value_stride = 16;
  abi.guard_before_bytes = reservation.bytesBefore;
  abi.guard_span_bytes = reservation.bytesFrom;
  abi.table_maximum_elements = 1ull << 32;
  abi.memory_maximum_bytes = 1ull << 48;
}

bool isAccepted(Module &module, Reservation reservation) {
  swasm_isolation_value values[16] = {};
  int32_t places[16];
  uint8_t bytes[16];
  for (int i = 0; i < 16; i++) {
    places[i] = i;
    bytes[i] = 8;
  }
  swasm_isolation_type type = {};
  type.llvm = wrap(static_cast<Type *>(module.getFunction("f")->getFunctionType()));
  type.parameters = values;
  type.places = places;
  type.results = values;
  type.parameter_bytes = bytes;
  type.result_bytes = bytes;
  type.parameter_count = 4;

  // Memory 0 has guard pages; memory 1 has none.
  const swasm_isolation_memory memories[2] = {{false, true}, {false, false}};
  const swasm_isolation_function function = {"f", 0, 0};
  const uint32_t typeOfID = 0;
  swasm_isolation_description description = {};
  describeLayout(description);
  describeInterface(description, reservation);
  description.static_instance = true;
  description.calling_convention = 8;
  const swasm_isolation_instance instance = describeInstance();
  description.instances = &instance;
  description.instance_count = 1;
  description.types = &type;
  description.type_count = 1;
  description.memories = memories;
  description.memory_count = 2;
  description.type_of_id = &typeOfID;
  description.id_count = 1;
  description.functions = &function;
  description.function_count = 1;

  bool accepted = false;
  auto report = [](void *context, const swasm_isolation_result *result) {
    *static_cast<bool *>(context) = result->proven;
  };
  // The modules have no data for the runtime that could change, so the module's present digest is the right
  // one.
  swasm_check_isolation(wrap(&module), &description, swasm_isolation_digest_of(wrap(&module)), report, &accepted);
  return accepted;
}

} // namespace soundness
