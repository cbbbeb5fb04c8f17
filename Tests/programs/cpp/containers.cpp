// Containers, algorithms, streams and virtual calls of the C++ library, without exceptions.
#include <algorithm>
#include <array>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
    virtual std::string name() const { return "shape"; }
};

struct Square final : Shape {
    explicit Square(double side) : side(side) {}
    double area() const override { return side * side; }
    std::string name() const override { return "square"; }
    double side;
};

struct Circle final : Shape {
    explicit Circle(double radius) : radius(radius) {}
    double area() const override { return 3.14159265358979 * radius * radius; }
    double radius;
};

static std::optional<int> parse(const std::string &text) {
    std::istringstream stream(text);
    int value = 0;
    if (stream >> value) return value;
    return std::nullopt;
}

int main(int argc, char **argv) {
    std::map<std::string, int> counts;
    std::istringstream words("the quick brown fox jumps over the lazy dog and the cat");
    for (std::string word; words >> word;) counts[word]++;
    for (const auto &[word, count] : counts) std::cout << word << '=' << count << ' ';
    std::cout << '\n';

    std::vector<std::unique_ptr<Shape>> shapes;
    for (int i = 1; i < 6; i++) {
        if (i % 2 == 0) {
            shapes.push_back(std::make_unique<Square>(i));
        } else {
            shapes.push_back(std::make_unique<Circle>(i * 0.5));
        }
    }
    std::sort(shapes.begin(), shapes.end(), [](const auto &a, const auto &b) { return a->area() > b->area(); });
    for (const auto &shape : shapes) {
        std::cout << shape->name() << ' ' << std::fixed << std::setprecision(6) << shape->area() << '\n';
    }

    std::unordered_map<int, std::string> names;
    for (int i = 0; i < 1000; i++) names[i * 7919 % 1009] = std::to_string(i);
    std::vector<int> keys;
    for (const auto &entry : names) keys.push_back(entry.first);
    std::sort(keys.begin(), keys.end());
    std::cout << keys.size() << ' ' << names[keys[500]] << ' ' << std::accumulate(keys.begin(), keys.end(), 0L) << '\n';

    std::function<long(int)> factorial = [&](int n) -> long { return n <= 1 ? 1 : n * factorial(n - 1); };
    std::cout << factorial(12) << ' ' << parse("17").value_or(-1) << ' ' << parse("x").value_or(-1) << '\n';
    std::array<std::string, 3> parts{"a", "bc", "def"};
    std::string joined;
    for (const auto &part : parts) joined += part + "|";
    std::cout << joined << std::hex << std::showbase << 48879 << std::dec << ' ' << argc - 1;
    for (int i = 1; i < argc; i++) std::cout << ' ' << std::quoted(argv[i]);
    std::cout << std::endl;
    return static_cast<int>(shapes.size());
}
