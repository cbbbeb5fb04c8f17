# The resource of python_library.py. componentize-py looks for it in a module with the name of the interface.

from typing import List, Optional

from componentize_py_types import Err
from wit_world.exports import shop


class Cart(shop.Cart):
    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.content: List[shop.Item] = []

    def add(self, item: shop.Item, copies: int) -> int:
        if copies == 0:
            raise Err("none of " + item.name)
        self.content += [item] * copies
        return len(self.content)

    def items(self) -> List[shop.Item]:
        return self.content

    def total(self) -> float:
        return sum(item.price for item in self.content)

    @classmethod
    def biggest(cls, carts: List["Cart"]) -> Optional[int]:
        sizes = [len(cart.content) for cart in carts]
        return sizes.index(max(sizes)) if sizes else None
