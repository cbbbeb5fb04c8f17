// Makes statements that need new blocks: guards, switches, diamonds and loops.
#include "Generator.h"

using namespace llvm;

namespace soundness {

/// Branches to `next` if the condition is true, or, by a random choice, if it is false.
void Generator::branchEitherWay(Value *condition, BasicBlock *next, BasicBlock *other) {
  if (draws.coin())
    builder.CreateCondBr(condition, next, other);
  else
    builder.CreateCondBr(condition, other, next);
}

void Generator::makeGuard() {
  BasicBlock *next = newBlock();
  branchEitherWay(anyCondition(), next, exit);
  builder.SetInsertPoint(next);
}

void Generator::makeSwitch() {
  Value *word = anyWord();
  const unsigned width = widthOf(word);
  BasicBlock *next = newBlock();
  const unsigned count = 1 + draws.below(3);
  auto anyTarget = [&]() { return draws.coin() ? exit : next; };
  SwitchInst *made = builder.CreateSwitch(word, anyTarget(), count);
  bool isReached = made->getDefaultDest() == next;
  for (unsigned i = 0; i < count; i++) {
    auto *value = cast<ConstantInt>(randomConstant(width));
    if (made->findCaseValue(value) != made->case_default())
      continue;
    BasicBlock *target = anyTarget();
    isReached |= target == next;
    made->addCase(value, target);
  }
  if (!isReached)
    made->setDefaultDest(next);
  builder.SetInsertPoint(next);
}

void Generator::makeDiamond(unsigned depth) {
  Value *condition = anyCondition();
  BasicBlock *sides[] = {newBlock(), newBlock()}, *join = newBlock();
  builder.CreateCondBr(condition, sides[0], sides[1]);
  const Values wordsBefore = words, conditionsBefore = conditions;
  std::vector<Way> ways;
  for (BasicBlock *side : sides) {
    words = wordsBefore;
    conditions = conditionsBefore;
    builder.SetInsertPoint(side);
    makeSide(depth + 1, join, ways);
  }
  words = wordsBefore;
  conditions = conditionsBefore;
  builder.SetInsertPoint(join);
  joinWords(ways);
  if (draws.once(3))
    joinConditions(ways);
}

void Generator::makeSide(unsigned depth, BasicBlock *join, std::vector<Way> &ways) {
  makeStatements(depth, draws.below(5));
  // Some sides have two ways out.
  if (draws.once(6)) {
    BasicBlock *next = newBlock();
    builder.CreateCondBr(anyCondition(), join, next);
    ways.push_back(wayOut());
    builder.SetInsertPoint(next);
    makeStatements(depth, draws.below(3));
  }
  builder.CreateBr(join);
  ways.push_back(wayOut());
}

void Generator::joinWords(const std::vector<Way> &ways) {
  const unsigned count = 1 + draws.below(3);
  for (unsigned i = 0; i < count; i++) {
    unsigned width = anyWidth();
    if (draws.coin())
      width = widthOf(anyWord());
    PHINode *phi = builder.CreatePHI(IntegerType::get(module.getContext(), width), ways.size());
    for (const Way &way : ways)
      phi->addIncoming(incoming(way, width), way.end);
    words.push_back(phi);
  }
}

/// One of the newest words at the end of `way`, or a constant.
Value *Generator::incoming(const Way &way, unsigned width) {
  const uint64_t count = std::min<uint64_t>(way.words.size(), 6);
  Value *found = nullptr;
  for (int tries = 0; tries < 5 && !found; tries++) {
    Value *word = way.words[way.words.size() - 1 - draws.below(count)];
    if (widthOf(word) == width)
      found = word;
  }
  return found && draws.mostly(4) ? found : randomConstant(width);
}

/// Makes a condition that depends on the predecessor that was left for this block.
void Generator::joinConditions(const std::vector<Way> &ways) {
  PHINode *phi = builder.CreatePHI(builder.getInt1Ty(), ways.size());
  for (const Way &way : ways) {
    const bool isOfWay = draws.coin() && !way.conditions.empty();
    phi->addIncoming(isOfWay ? way.conditions.back() : builder.getInt1(draws.coin()), way.end);
  }
  conditions.push_back(phi);
}

void Generator::makeLoop(unsigned depth) {
  Loop loop = beginLoop();
  const bool leavesAtTop = draws.coin();
  if (draws.once(3))
    makeOperation();
  Values wordsBehind, conditionsBehind;
  // Leaves the loop here, depending on the condition.
  auto leave = [&](BasicBlock *next, Value *condition) {
    branchEitherWay(condition, next, loop.behind);
    wordsBehind = words;
    conditionsBehind = conditions;
    builder.SetInsertPoint(next);
  };
  if (leavesAtTop) {
    BasicBlock *body = newBlock();
    leave(body, conditionAtTop(loop));
  }
  makeStatements(depth + 1, draws.below(6));
  if (draws.once(6)) {
    BasicBlock *next = newBlock();
    builder.CreateCondBr(anyCondition(), next, exit);
    builder.SetInsertPoint(next);
  }
  Values next;
  for (unsigned i = 0; i < loop.phis.size(); i++) {
    next.push_back(nextOf(loop, i));
    words.push_back(next.back());
  }
  if (!leavesAtTop) {
    BasicBlock *latch = newBlock();
    leave(latch, conditionAtBottom(loop, next));
  }
  for (unsigned i = 0; i < loop.phis.size(); i++)
    loop.phis[i]->addIncoming(next[i], builder.GetInsertBlock());
  builder.CreateBr(loop.header);
  words = wordsBehind;
  conditions = conditionsBehind;
  builder.SetInsertPoint(loop.behind);
}

/// Makes the header with its phis.
Generator::Loop Generator::beginLoop() {
  Loop loop = {newBlock(), newBlock(), {}, {}};
  const unsigned count = 1 + draws.below(3);
  for (unsigned i = 0; i < count; i++) {
    // Counters of few bits wrap around soon.
    const unsigned width = draws.mostly(3) ? widths[draws.below(2)] : anyWidth();
    loop.initial.push_back(draws.coin() ? randomConstant(width) : wordOfWidth(width));
  }
  BasicBlock *before = builder.GetInsertBlock();
  builder.CreateBr(loop.header);
  builder.SetInsertPoint(loop.header);
  for (Value *initial : loop.initial) {
    PHINode *phi = builder.CreatePHI(initial->getType(), 2);
    phi->addIncoming(initial, before);
    loop.phis.push_back(phi);
    words.push_back(phi);
  }
  return loop;
}

/// The value of a phi in the next iteration: the phi after a step, another phi, or any word.
Value *Generator::nextOf(const Loop &loop, unsigned index) {
  PHINode *phi = loop.phis[index];
  const unsigned width = widthOf(phi);
  switch (draws.below(6)) {
  case 0:
  case 1:
  case 2: {
    const int64_t steps[] = {1, 1, -1, 2, 4, 3, -2, 8, 16, 5};
    return builder.CreateAdd(phi, constant(width, uint64_t(steps[draws.below(10)])));
  }
  case 3: return builder.CreateAdd(phi, constant(width, draws.constant(width) | 1));
  case 4: return wordOfWidth(width);
  default: {
    Value *other = loop.phis[draws.below(loop.phis.size())];
    return widthOf(other) == width ? other : wordOfWidth(width);
  }
  }
}

Value *Generator::conditionAtTop(const Loop &loop) {
  PHINode *phi = loop.phis[draws.below(loop.phis.size())];
  const unsigned width = widthOf(phi);
  if (draws.once(4))
    return anyCondition();
  Value *word = draws.coin() ? phi : builder.CreateAdd(phi, randomConstant(width));
  Value *limit = draws.coin() ? randomConstant(width) : limitAtTop(loop, width);
  return builder.CreateICmp(anyExitPredicate(), word, limit);
}

Value *Generator::limitAtTop(const Loop &loop, unsigned width) {
  Value *limit = loop.initial[0];
  // Failed tries may leave conversions in `words`. Later statements may use them.
  for (int tries = 0; tries < 4 && !isa<Constant>(limit); tries++)
    limit = wordOfWidth(width);
  return widthOf(limit) == width ? limit : randomConstant(width);
}

Value *Generator::conditionAtBottom(const Loop &loop, const Values &next) {
  const unsigned index = draws.below(loop.phis.size());
  const unsigned width = widthOf(next[index]);
  if (draws.once(4))
    return anyCondition();
  Value *word = draws.coin() ? next[index] : loop.phis[index];
  Value *limit = draws.coin() ? randomConstant(width) : wordOfWidth(width);
  return builder.CreateICmp(anyExitPredicate(), word, limit);
}

} // namespace soundness
