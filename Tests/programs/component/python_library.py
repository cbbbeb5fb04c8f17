# A library of componentize-py: records, variants, lists, options, results, flags, enums and a resource.

from typing import List, Optional, Tuple

from componentize_py_types import Err
from shop import Cart
from wit_world import exports
from wit_world.exports import shop


class Shop(exports.Shop):
    def describe(self, payment: shop.Payment, note: Optional[str]) -> str:
        if isinstance(payment, shop.Payment_Cash):
            text = "cash"
        elif isinstance(payment, shop.Payment_Card):
            text = "card " + payment.value[::-1]
        else:
            text = "parts " + str(list(payment.value))
        return text if note is None else text + ", " + note.upper()

    def find(self, items: List[shop.Item], name: str) -> Optional[shop.Item]:
        return next((item for item in items if item.name == name), None)

    def divide(self, a: int, b: int) -> int:
        if b == 0:
            raise Err("division by zero")
        return a // b

    def pack(self, size: shop.Size, handling: shop.Handling) -> Tuple[str, shop.Handling]:
        return ("S" if size == shop.Size.SMALL else "\U0001f4e6", handling | shop.Handling.EXPRESS)

    def checkout(self, cart: Cart) -> Tuple[str, float]:
        return (cart.owner, cart.total())
