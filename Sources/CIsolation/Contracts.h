// Contracts: the facts that a function may assume about its pointer arguments, and those that it promises
// about the pointers that it returns.
//
// A function of wasm has the contract of its type. A function that the runtime calls has the contract of its
// role. LLVM and our passes create further functions: split off from others, or with changed parameters. The
// checker guesses their contract from the calls and returns that exist. A guess proves nothing by itself:
// every call must pass arguments that the callee's contract allows, every return must give the promised
// results, and the proof of each function uses nothing but its contract. So no call can be the first to break
// a contract.
//
// Such a function may get a pointer into a memory without guard pages. Then it may touch the bytes behind the
// pointer at constant distances. Every caller proves that these bytes are there, as if it read them itself.
#pragma once

#include "ConstantTables.h"
#include "Facts.h"
#include "Intervals.h"
#include "Regions.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"

#include <memory>
#include <optional>

namespace isolation {

class Provenance;

struct Contract {
  /// The type of the function itself; null if it is no function of wasm.
  const swasm_isolation_type *type = nullptr;
  /// The canonical index of `type`; for a thunk, the type of the functions that it calls.
  uint32_t typeIndex = 0;
  bool isGuessed = false;
  llvm::SmallVector<Region, 6> parameters;
  /// One for each element of the returned value.
  llvm::SmallVector<Region, 3> results;
};

class Contracts {
public:
  explicit Contracts(const Instance &instance);
  ~Contracts();

  const Contract &of(const llvm::Function &function);
  /// The contract of calls of functions of a type.
  Contract ofType(uint32_t type) const;
  /// The region of element `position` of a call's value.
  Region resultOf(const llvm::CallBase &call, unsigned position);
  Region parameterOf(const llvm::Argument &argument);
  /// How far from the beginning of its region a pointer argument may point.
  Interval offsetOf(const llvm::Argument &argument);

  /// The range of an integer argument, from all calls; the whole range if not all calls are known.
  Interval rangeOf(const llvm::Argument &argument);
  /// The range of an integer that a function of this module returns.
  Interval rangeOf(const llvm::CallBase &call);
  /// The region that a function of this module promises to return at a position; none if it promises nothing.
  Region promisedBy(const llvm::Function &function, unsigned position);
  /// Whether every caller passes a number that it read from `bytes` of a memory, or from `length` of a table.
  bool isSizeOf(Region::Kind kind, uint32_t index, const llvm::Argument &argument);
  /// The least value of `bytes` of a memory, or of `length` of a table, when a function begins. Every caller
  /// has compared it.
  Wide leastSize(Region::Kind kind, uint32_t index, const llvm::Function &function);

  /// How many bytes of guest memory a function may touch behind this argument. Every caller proves that they
  /// are there.
  uint64_t bytesBehind(const llvm::Argument &argument);

  /// Whether a split-off function may get an exception that is not captured (Exceptions.h). This, too, is a
  /// guess. If it is true, the function is proven for such exceptions. If it is false, callers are proven to
  /// pass only captured exceptions.
  /// - Parameter unlessKnown: The answer while this is being found out.
  bool isLent(const llvm::Argument &argument, bool unlessKnown = false);
  /// Whether the function may free the exception that it is lent (Exceptions.h). The answer is remembered.
  bool mayFree(const llvm::Argument &argument);

  Provenance &provenanceOf(const llvm::Function &function);
  /// Forgets what is known about the bodies of functions.
  void forget();

  const Instance &instance;
  ConstantTables constants;
  Budget budget;
  /// Whether to follow numbers from function to function. They are rarely needed and cost much.
  bool followsNumbers = false;
  /// Why no function of the module can be proven; null if nothing prevents it.
  const char *ofModule = nullptr;

private:
  llvm::StringMap<const swasm_isolation_function *> described;
  llvm::DenseMap<const llvm::Function *, std::unique_ptr<Contract>> contracts;
  llvm::DenseMap<const llvm::Function *, std::unique_ptr<Provenance>> insides;
  struct Guess {
    Region region;
    Interval offset = Interval::just(0);
  };
  llvm::DenseMap<const llvm::Value *, std::optional<Guess>> guesses;

  llvm::DenseMap<const llvm::Value *, Interval> ranges;
  llvm::DenseMap<std::pair<const llvm::Argument *, std::pair<unsigned, uint32_t>>, bool> sizes;
  llvm::DenseMap<std::pair<const llvm::Function *, std::pair<unsigned, uint32_t>>, Wide> leastSizes;
  llvm::DenseMap<const llvm::Argument *, uint64_t> behind;
  /// Whether each argument is lent; nullopt while this is still being resolved.
  llvm::DenseMap<const llvm::Argument *, std::optional<bool>> lent;
  unsigned lentInWork = 0;
  llvm::DenseMap<const llvm::Argument *, bool> freed;

  std::unique_ptr<Contract> make(const llvm::Function &function);
  Guess guessParameter(const llvm::Argument &argument);
  Interval rangeAt(const llvm::Value &value, const llvm::Instruction &at);
  Region guessResult(const llvm::Function &function, unsigned position);
};

/// The canonical type of the function that an indirect call reaches, and the reference that the code was
/// loaded from. The reference is null for this module's own code.
struct Target {
  uint32_t type;
  const llvm::Value *reference;
};
/// The region of a pointer to code, in a form that is valid in other functions of the module: code of
/// functions of one type; none if it is not known.
Region codeOf(Provenance &provenance, const llvm::Value *code, const Place &place);
/// The target of an indirect call; nullopt if it is not proven to have the call's type.
std::optional<Target> targetOf(Provenance &provenance, const llvm::CallBase &call);

} // namespace isolation
