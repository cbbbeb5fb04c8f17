// Debugged by Tests/EndToEndTests/DebuggerTests.swift, which names its lines.
#include <vector>
#include <string>
#include <cstdio>
#include <memory>
namespace shop {
class Item {
public:
  Item(std::string name, int price) : name(name), price(price) {}
  virtual ~Item() {}
  virtual int cost(int count) const { return price * count; }
  std::string name;
  int price;
};
class Cheap : public Item {
public:
  using Item::Item;
  int cost(int count) const override { return price * count / 2; }
};
template <typename T> int total(const std::vector<T> &items, int count) {
  int sum = 0;
  for (const auto &item : items) {
    sum += item->cost(count);
  }
  return sum;
}
}
int main() {
  std::vector<std::unique_ptr<shop::Item>> items;
  items.push_back(std::make_unique<shop::Item>("pen", 3));
  items.push_back(std::make_unique<shop::Cheap>("ink", 8));
  std::vector<int> numbers = {4, 5, 6};
  int sum = shop::total(items, 10);
  printf("%d %d\n", sum, numbers[1]);
  return 0;
}
