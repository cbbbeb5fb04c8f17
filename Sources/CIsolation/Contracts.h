// What functions may expect of pointers that they are given, and what they promise of those that they return.
//
// A function of wasm has the contract of its type; what the runtime calls has that of its role. LLVM and our passes make
// functions of their own, split off or with other parameters. Their contract is guessed from the calls (or returns) that
// there are. A guess proves nothing: every call must give what the callee expects, every return what is promised, and
// each function is proven on these terms alone. So no call can be the first to break a contract.
// What such a function is given of a memory without guard pages comes with as many bytes behind it as the function
// touches at constant distances; whoever passes it proves that they are there, as if it read them itself.
#pragma once

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
  /// Of the function itself; null where it is no function of wasm.
  const swasm_isolation_type *type = nullptr;
  /// Of a thunk: of the functions that it calls.
  uint32_t typeIndex = 0;
  bool isGuessed = false;
  llvm::SmallVector<Region, 6> parameters;
  /// By element of what is returned.
  llvm::SmallVector<Region, 3> results;
};

class Contracts {
public:
  explicit Contracts(const Instance &instance);
  ~Contracts();

  const Contract &of(const llvm::Function &function);
  /// Of calls of functions of a type.
  Contract ofType(uint32_t type) const;
  /// What element `position` of the value of a call is.
  Region resultOf(const llvm::CallBase &call, unsigned position);
  Region parameterOf(const llvm::Argument &argument);
  /// How far from the beginning of its region a pointer that is given may point.
  Interval offsetOf(const llvm::Argument &argument);

  /// Of an integer that a function is given, by all its calls; the whole range where not all are known.
  Interval rangeOf(const llvm::Argument &argument);
  /// Of an integer that a function of this module returns.
  Interval rangeOf(const llvm::CallBase &call);

  /// How many bytes of guest memory from where a pointer points a function may touch. They are proven by whoever passes it.
  uint64_t bytesBehind(const llvm::Argument &argument);

  /// Whether a function that LLVM split off may be given an exception that is not captured (Exceptions.h). A guess, too:
  /// the function is proven as if it was, its callers as if it was not where this is false.
  bool isLent(const llvm::Argument &argument);
  bool mayFree(const llvm::Argument &argument);

  Provenance &provenanceOf(const llvm::Function &function);
  /// Forgets what is known of the insides of functions.
  void forget();

  const Instance &instance;
  Budget budget;
  /// Whether numbers that functions give each other are looked at. They are needed rarely and cost much.
  bool followsNumbers = false;
  /// Why no function of the module is proven; null: nothing is in the way.
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
  llvm::DenseMap<const llvm::Argument *, uint64_t> behind;
  llvm::DenseMap<const llvm::Argument *, bool> lent, freed;

  std::unique_ptr<Contract> make(const llvm::Function &function);
  Guess guessParameter(const llvm::Argument &argument);
  Interval rangeAt(const llvm::Value &value, const llvm::Instruction &at);
  Region guessResult(const llvm::Function &function, unsigned position);
};

/// The canonical type that an indirect call is proven to reach, with the reference that the code is of (null: this
/// module's own); nullopt: not proven.
struct Target {
  uint32_t type;
  const llvm::Value *reference;
};
/// What a pointer to code is for other functions of the module: code of functions of one type; none: not known.
Region codeOf(Provenance &provenance, const llvm::Value *code, const Place &place);
std::optional<Target> targetOf(Provenance &provenance, const llvm::CallBase &call);

} // namespace isolation
