// A trap in templates and methods that the compiler inlines into each other.
#include <cstdio>
#include <vector>

namespace shop {

template <typename Number> inline Number share(Number whole, Number parts) { return whole / parts; }

struct Cart {
  std::vector<int> prices;
  int mean() const { return share(total(), static_cast<int>(prices.size()) - 2); }
  int total() const {
    int sum = 0;
    for (int price : prices) sum += price;
    return sum;
  }
};

}  // namespace shop

int main(int count, char **) {
  shop::Cart cart;
  for (int number = 0; number <= count; number++) cart.prices.push_back(number);
  std::printf("%d\n", cart.mean());
}
