// Makes random functions that have one store. Masks, comparisons, loops and phis may or may not bound its
// address.
#pragma once

#include "Draws.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include <vector>

namespace soundness {

class Generator {
public:
  /// The module must have the instance, `swasm_main_state`.
  Generator(Draws &draws, llvm::Module &module) : draws(draws), module(module), builder(module.getContext()) {}

  /// Makes `f` in the module.
  llvm::Function *make();

  /// Whether the store is to the memory without guard pages. The function must compare its address with the
  /// length.
  bool isExplicit() const { return usesExplicit; }

private:
  using Value = llvm::Value;
  using Values = std::vector<llvm::Value *>;

  /// One of several predecessors of a block, and the words and conditions that dominate its end.
  struct Way {
    llvm::BasicBlock *end;
    Values words, conditions;
  };

  struct Loop {
    llvm::BasicBlock *header, *behind;
    Values initial;
    std::vector<llvm::PHINode *> phis;
  };

  // In Generator.cpp: the function as a whole.
  void makeParameters();
  void loadMemories();
  void makeFirstWords();
  void compareWithLength();
  Value *comparisonWithLength(Value *index);
  void forgetMost();
  void makeStore();
  /// Makes at most `count` statements.
  void makeStatements(unsigned depth, uint64_t count);

  // In Operations.cpp: words and conditions.
  Value *constant(unsigned width, uint64_t value);
  Value *randomConstant(unsigned width) { return constant(width, draws.constant(width)); }
  Value *randomMask(unsigned width) { return constant(width, draws.mask(width)); }
  unsigned widthOf(const Value *value) { return value->getType()->getIntegerBitWidth(); }
  unsigned anyWidth() { return widths[draws.below(4)]; }
  Value *anyWord();
  Value *wordOfWidth(unsigned width);
  Value *converted(Value *value, unsigned width);
  /// The value, extended to 64 bits with zeros.
  Value *extended(Value *value);
  Value *anyCondition(unsigned depth = 0);
  Value *combinedCondition(unsigned depth, uint64_t kind);
  Value *compare(Value *left, Value *right);
  llvm::CmpInst::Predicate anyPredicate();
  llvm::CmpInst::Predicate anyExitPredicate();
  void makeOperation();
  Value *operation(Value *word, uint64_t kind);
  Value *arithmetic(Value *word, uint64_t kind);
  Value *bitOperation(Value *word, uint64_t kind);
  Value *division(Value *word, uint64_t kind);
  Value *choice(Value *word, uint64_t kind);
  Value *bitCount(Value *word);
  Value *withoutRemainder(Value *word);
  Value *repeated(Value *word);
  Value *anyDivisor(unsigned width);
  Value *wordOrConstant(unsigned width);

  // In Control.cpp: statements that need new blocks.
  llvm::BasicBlock *newBlock() { return llvm::BasicBlock::Create(module.getContext(), "", function); }
  void branchEitherWay(Value *condition, llvm::BasicBlock *next, llvm::BasicBlock *other);
  void makeGuard();
  void makeSwitch();
  void makeDiamond(unsigned depth);
  void makeSide(unsigned depth, llvm::BasicBlock *join, std::vector<Way> &ways);
  void joinWords(const std::vector<Way> &ways);
  void joinConditions(const std::vector<Way> &ways);
  Value *incoming(const Way &way, unsigned width);
  Way wayOut() { return {builder.GetInsertBlock(), words, conditions}; }
  void makeLoop(unsigned depth);
  Loop beginLoop();
  Value *nextOf(const Loop &loop, unsigned index);
  Value *conditionAtTop(const Loop &loop);
  Value *limitAtTop(const Loop &loop, unsigned width);
  Value *conditionAtBottom(const Loop &loop, const Values &next);

  Draws &draws;
  llvm::Module &module;
  llvm::IRBuilder<> builder;
  llvm::Function *function = nullptr;
  llvm::BasicBlock *exit = nullptr;
  /// The integers that dominate the place of the next instruction. The newest is the last.
  Values words;
  /// The conditions that dominate the place of the next instruction.
  Values conditions;
  Value *base = nullptr, *explicitLength = nullptr;
  /// A function uses few widths, so that many of its words have the same width.
  unsigned widths[4] = {8, 16, 32, 64};
  /// Operations so far.
  unsigned size = 0;
  bool hasStore = false;
  bool usesExplicit = false;
  /// Whether the function often uses a condition again, or computes the same word again.
  bool repeatsConditions = false, repeatsOperations = false;
};

} // namespace soundness
