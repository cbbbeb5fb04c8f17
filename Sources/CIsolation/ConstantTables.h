// What the module's constant arrays hold. Each array is read once: a large table can have many calls through it.
#pragma once

#include "Regions.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GlobalVariable.h"

#include <memory>
#include <optional>

namespace isolation {

class Contracts;
class Provenance;

class ConstantTables {
public:
  explicit ConstantTables(Contracts &contracts) : contracts(contracts) {}

  /// The canonical type of the functions in an array that a call can reach; nullopt if there are none, if their
  /// types differ, or if the array holds anything but functions and null.
  /// - Parameter number: The elements are pairs of code and a number, and the call has compared the number with this
  ///   one. nullopt: the elements are code alone.
  std::optional<uint32_t> typeOf(const llvm::Constant &array, std::optional<uint64_t> number);

  /// The region of all pointers that a constant variable holds, if it holds nothing else; none if their regions
  /// differ, or if one points to code.
  Region contentOf(const llvm::GlobalVariable &variable, Provenance &provenance);

private:
  /// The one type of several functions; nullopt: there is none.
  using CommonType = std::optional<uint32_t>;

  struct Pairs {
    bool areKnown = true;
    llvm::DenseMap<uint64_t, CommonType> types;
  };

  Contracts &contracts;
  llvm::DenseMap<const llvm::Constant *, CommonType> codes;
  llvm::DenseMap<const llvm::Constant *, std::unique_ptr<Pairs>> pairs;
  llvm::DenseMap<const llvm::GlobalVariable *, Region> contents;

  CommonType typeOf(const llvm::Constant &code);
  CommonType readCodes(const llvm::Constant &array);
  std::unique_ptr<Pairs> readPairs(const llvm::Constant &array);
};

} // namespace isolation
