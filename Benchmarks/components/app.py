# A command in Python that computes: dictionaries, text, sorting, classes, exceptions, floating-point numbers.

import json

from wit_world import exports


class Vector:
    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y)


def words(count: int) -> int:
    seen: dict[str, int] = {}
    number = 1
    for _ in range(count):
        number = (number * 1103515245 + 12345) % 2147483648
        word = "w" + str(number % 5000)
        seen[word] = seen.get(word, 0) + 1
    ordered = sorted(seen.items(), key=lambda item: (-item[1], item[0]))
    return len(json.dumps(json.loads(json.dumps(ordered))))


def vectors(count: int) -> float:
    total = Vector(0.0, 0.0)
    for i in range(count):
        total = total + Vector(i * 0.5, 1.0)
    return total.x + total.y


def failures(count: int) -> int:
    caught = 0
    for i in range(count):
        try:
            int("x" if i % 3 else "1")
        except ValueError:
            caught += 1
    return caught


class Run(exports.Run):
    def run(self) -> None:
        print(words(300000), vectors(400000), failures(200000))
