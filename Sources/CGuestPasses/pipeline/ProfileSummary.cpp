// The summary by which LLVM tells hot from cold. For each share of the total count it has a count: the
// largest counts, down to this one, make up the share. llvm/ProfileData computes the same, but the headers of
// Debian's library cause warnings.
#include "CGuestPasses.h"

#include "llvm-c/Core.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/ProfileSummary.h"

#include <algorithm>
#include <functional>

using namespace llvm;

namespace {

/// The shares in millionths, the same as LLVM's: readers of the summary look for some of them.
const uint32_t cutoffs[] = {10000,  100000, 200000, 300000, 400000, 500000, 600000, 700000,
                            800000, 900000, 950000, 990000, 999000, 999900, 999990, 999999};

uint64_t saturatingAdd(uint64_t a, uint64_t b) { return a + b < a ? UINT64_MAX : a + b; }

/// `largestFirst` adds up to `total`.
SummaryEntryVector entries(const std::vector<uint64_t> &largestFirst, uint64_t total) {
  SummaryEntryVector made;
  uint64_t sum = 0, least = 0;
  size_t taken = 0;
  for (uint32_t cutoff : cutoffs) {
    auto wanted = static_cast<uint64_t>(static_cast<unsigned __int128>(total) * cutoff / ProfileSummary::Scale);
    for (; sum < wanted && taken < largestFirst.size(); taken++) {
      least = largestFirst[taken];
      sum = saturatingAdd(sum, least);
    }
    made.emplace_back(cutoff, least, taken);
  }
  return made;
}

} // namespace

void swasm_set_profile_summary(LLVMModuleRef handle, const uint64_t *counts, size_t count) {
  std::vector<uint64_t> sorted(counts, counts + count);
  std::sort(sorted.begin(), sorted.end(), std::greater<uint64_t>());
  uint64_t total = 0;
  for (uint64_t value : sorted)
    total = saturatingAdd(total, value);
  uint64_t largest = count ? sorted[0] : 0;
  ProfileSummary summary(ProfileSummary::PSK_Instr, entries(sorted, total), total, largest, largest, largest,
                         static_cast<uint32_t>(count), 1);
  Module &module = *unwrap(handle);
  module.setProfileSummary(summary.getMD(module.getContext()), ProfileSummary::PSK_Instr);
}
