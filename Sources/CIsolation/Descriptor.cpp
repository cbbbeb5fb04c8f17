// The hash of the data that the runtime reads from a module; see Descriptor.h.
#include "Descriptor.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/BLAKE3.h"

using namespace llvm;

namespace isolation {

namespace {

class Sum {
public:
  explicit Sum(const Module &module) : layout(module.getDataLayout()) {}

  void add(const GlobalVariable &variable) {
    hash.update(variable.getName());
    hash.update(ofVariable(variable));
  }

  Digest result() { return hash.result<sizeof(Digest)>(); }

private:
  const DataLayout &layout;
  BLAKE3 hash;
  DenseMap<const GlobalVariable *, Digest> known;

  /// The kind of a part of the sum. Each part begins with its kind and its length.
  enum Kind : uint8_t { zero, integer, floating, bytes, parts, function, named, address, expression };

  static void number(BLAKE3 &sum, uint64_t value) {
    sum.update(ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(&value), sizeof value));
  }

  static void begin(BLAKE3 &sum, Kind kind, uint64_t length) {
    number(sum, kind);
    number(sum, length);
  }

  Digest ofVariable(const GlobalVariable &global) {
    // A variable that leads back to itself adds a digest of zeros, which ends the cycle.
    auto [found, isNew] = known.try_emplace(&global, Digest{});
    if (!isNew)
      return found->second;
    BLAKE3 sum;
    add(sum, *global.getInitializer());
    return known[&global] = sum.result<sizeof(Digest)>();
  }

  void add(BLAKE3 &sum, const Constant &constant) {
    uint64_t size = constant.getType()->isSized() ? layout.getTypeAllocSize(constant.getType()).getFixedValue() : 0;
    if (constant.isNullValue() || isa<UndefValue>(constant))
      return begin(sum, zero, size);
    if (auto *value = dyn_cast<ConstantInt>(&constant))
      return addBits(sum, integer, value->getValue());
    if (auto *value = dyn_cast<ConstantFP>(&constant))
      return addBits(sum, floating, value->getValueAPF().bitcastToAPInt());
    if (auto *data = dyn_cast<ConstantDataSequential>(&constant)) {
      begin(sum, bytes, size);
      return sum.update(data->getRawDataValues());
    }
    if (isa<ConstantAggregate>(constant)) {
      begin(sum, parts, constant.getNumOperands());
      for (const Use &part : constant.operands())
        add(sum, *cast<Constant>(part));
      return;
    }
    if (constant.getType()->isPointerTy())
      return addAddress(sum, constant);
    addExpression(sum, constant);
  }

  static void addBits(BLAKE3 &sum, Kind kind, const APInt &bits) {
    begin(sum, kind, bits.getBitWidth());
    for (unsigned word = 0; word < bits.getNumWords(); word++)
      number(sum, bits.getRawData()[word]);
  }

  void addAddress(BLAKE3 &sum, const Constant &constant) {
    APInt distance(layout.getIndexTypeSizeInBits(constant.getType()), 0);
    const Value *base = constant.stripAndAccumulateConstantOffsets(layout, distance, true);
    if (auto *global = dyn_cast<GlobalVariable>(base); global && global->hasInitializer() && global->hasLocalLinkage()) {
      addBits(sum, address, distance);
      return sum.update(ofVariable(*global));
    }
    if (auto *object = dyn_cast<GlobalValue>(base)) {
      addBits(sum, isa<Function>(object) ? function : named, distance);
      number(sum, object->getName().size());
      return sum.update(object->getName());
    }
    addExpression(sum, *cast<Constant>(base));
  }

  void addExpression(BLAKE3 &sum, const Constant &constant) {
    auto *made = dyn_cast<ConstantExpr>(&constant);
    begin(sum, expression, made ? made->getOpcode() : 1000 + constant.getValueID());
    for (const Use &part : constant.operands())
      if (auto *inner = dyn_cast<Constant>(part))
        add(sum, *inner);
  }
};

} // namespace

Digest digestOf(const Module &module) {
  Sum sum(module);
  SmallVector<const GlobalVariable *, 4> seen;
  for (const GlobalVariable &global : module.globals())
    if (!global.hasLocalLinkage() && global.hasInitializer() && !global.hasAppendingLinkage())
      seen.push_back(&global);
  llvm::sort(seen, [](auto *one, auto *other) { return one->getName() < other->getName(); });
  for (const GlobalVariable *global : seen)
    sum.add(*global);
  return sum.result();
}

} // namespace isolation
