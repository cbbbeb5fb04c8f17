#include "Generator.h"
#include "Checker.h"

using namespace llvm;

namespace soundness {

/// The approximate maximum of operations in a function.
constexpr unsigned mostOperations = 60;

Function *Generator::make() {
  repeatsConditions = draws.once(3);
  const bool hasFewWidths = draws.once(3);
  repeatsOperations = draws.once(4);
  if (hasFewWidths) {
    widths[2] = 8;
    widths[3] = draws.coin() ? 16 : 64;
  }
  makeParameters();
  usesExplicit = draws.once(3);
  loadMemories();
  makeFirstWords();
  const bool isShort = usesExplicit && draws.coin();
  makeStatements(0, isShort ? draws.below(5) : 8 + draws.below(25));
  if (usesExplicit && !hasStore && draws.mostly(4))
    compareWithLength();
  if (!hasStore)
    makeStore();
  builder.CreateBr(exit);
  return function;
}

void Generator::makeParameters() {
  Type *i32 = builder.getInt32Ty(), *i64 = builder.getInt64Ty();
  auto *type = FunctionType::get(builder.getVoidTy(), {i32, i32, i64, i32}, false);
  function = Function::Create(type, Function::ExternalLinkage, "f", module);
  function->setCallingConv(CallingConv::Fast);
  for (Argument &parameter : function->args())
    words.push_back(&parameter);
  auto *entry = BasicBlock::Create(module.getContext(), "entry", function);
  exit = BasicBlock::Create(module.getContext(), "exit", function);
  builder.SetInsertPoint(exit);
  builder.CreateRetVoid();
  builder.SetInsertPoint(entry);
}

void Generator::loadMemories() {
  Constant *instance = module.getNamedGlobal("swasm_main_state");
  auto part = [&](uint64_t offset) {
    Constant *index = builder.getInt64(offset);
    return ConstantExpr::getGetElementPtr(builder.getInt8Ty(), instance, index);
  };
  const uint64_t explicitMemory = memoriesOffset + memoryStride;
  Value *guardedBase = builder.CreateLoad(builder.getPtrTy(), part(memoriesOffset));
  Value *explicitBase = builder.CreateLoad(builder.getPtrTy(), part(explicitMemory));
  explicitLength = builder.CreateLoad(builder.getInt64Ty(), part(explicitMemory + lengthOffset));
  base = usesExplicit ? explicitBase : guardedBase;
  if (usesExplicit)
    words.push_back(explicitLength);
}

void Generator::makeFirstWords() {
  for (int i = 0; i < 3; i++) {
    words.push_back(builder.CreateTrunc(words[draws.below(4)], builder.getInt8Ty()));
    // These two draws decide nothing any more. Without them, every seed would make another function than
    // before.
    draws.word();
    draws.word();
  }
  if (draws.mostly(3))
    return;
  // If the function begins with only one or two words, its statements mostly use the same words.
  while (words.size() > 1 + draws.below(2))
    words.erase(words.begin() + draws.below(words.size()));
  if (usesExplicit && draws.coin())
    words.push_back(explicitLength);
}

/// Guards a store by a correct or nearly correct comparison with the length. Without guard pages the checker
/// would accept hardly any random address.
void Generator::compareWithLength() {
  Value *index = extended(anyWord());
  BasicBlock *inside = newBlock();
  Value *condition = comparisonWithLength(index);
  if (draws.once(3))
    condition = builder.CreateAnd(condition, anyCondition());
  builder.CreateCondBr(condition, inside, exit);
  builder.SetInsertPoint(inside);
  if (draws.mostly(4))
    forgetMost();
  words.push_back(index);
  makeStatements(1, draws.below(7));
  if (draws.once(3))
    words.push_back(index);
}

Value *Generator::comparisonWithLength(Value *index) {
  Value *end = draws.coin() ? index : builder.CreateAdd(index, builder.getInt64(draws.below(9)));
  if (draws.mostly(3)) {
    const auto predicate = draws.coin() ? CmpInst::ICMP_ULT : CmpInst::ICMP_ULE;
    return builder.CreateICmp(predicate, end, explicitLength);
  }
  if (draws.coin()) {
    Value *lessLength = builder.CreateSub(explicitLength, builder.getInt64(draws.below(5)));
    return builder.CreateICmp(CmpInst::ICMP_ULT, end, lessLength);
  }
  Value *left = builder.CreateSub(explicitLength, index);
  return builder.CreateICmp(CmpInst::ICMP_UGE, left, builder.getInt64(draws.below(5)));
}

/// Forgets most words and all conditions, so that the store probably uses the index that was just compared.
void Generator::forgetMost() {
  Value *last = words.back();
  words.clear();
  if (draws.coin())
    words.push_back(explicitLength);
  if (draws.once(3))
    words.push_back(last);
  conditions.clear();
}

void Generator::makeStore() {
  Value *word = anyWord();
  Value *index = word;
  if (widthOf(word) != 64)
    index = draws.mostly(5) ? builder.CreateZExt(word, builder.getInt64Ty())
                            : builder.CreateSExt(word, builder.getInt64Ty());
  if (draws.once(3)) {
    Value *other = extended(anyWord());
    index = draws.mostly(3) ? builder.CreateAdd(index, other) : builder.CreateSub(index, other);
  }
  if (draws.once(5))
    index = builder.CreateShl(index, builder.getInt64(draws.below(4)));
  if (draws.once(5))
    index = builder.CreateAdd(index, builder.getInt64(draws.below(40) - 20));
  if (isa<Constant>(index))
    index = function->getArg(2);
  Value *offset = builder.CreateAdd(index, builder.getInt64(0));
  builder.CreateStore(builder.getInt8(1), builder.CreateGEP(builder.getInt8Ty(), base, offset));
  hasStore = true;
}

void Generator::makeStatements(unsigned depth, uint64_t count) {
  for (uint64_t i = 0; i < count && size < mostOperations; i++) {
    if (!hasStore && draws.once(30) && size > 4)
      makeStore();
    // Nested statements have less control flow.
    switch (draws.below(12 + depth * 4)) {
    case 0: makeGuard(); break;
    case 1:
    case 2:
      makeDiamond(depth);
      break;
    case 3: makeLoop(depth); break;
    case 4: makeSwitch(); break;
    default: makeOperation();
    }
  }
}

} // namespace soundness
