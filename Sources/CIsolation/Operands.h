// Operands for which an operation has no result: a shift by too many bits, a lane that a vector does not have,
// a divisor that is 0.
//
// If code generation finds such an operand, it takes any number as the result, and another one at each use. It
// may find it although no operand is a constant, because it knows bits of numbers. So a comparison of the
// result would prove nothing. The checker refuses constants like that (Check.cpp). All other amounts and lane
// numbers become small enough here. A divisor becomes at least 1, unless the checker can prove that it is not
// 0. No result that an operation has changes.
#pragma once

#include "llvm/IR/Function.h"
#include "llvm/IR/InstrTypes.h"

namespace isolation {

class Values;

/// Makes the amount of a shift, or the number of a lane, small enough.
void settleAmount(llvm::Instruction &instruction);

/// Makes each divisor that may be 0 at least 1. Call it after everything else in the function is hardened.
void settleDivisors(llvm::Function &function);

/// Whether a division is not proven to have a divisor other than 0, in every lane.
bool mayDivideByZero(Values &values, const llvm::BinaryOperator &division);

} // namespace isolation
