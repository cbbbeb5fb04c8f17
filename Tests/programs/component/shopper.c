/* Uses every function of the interface shop of library.wit, and prints what it returns. */
#include "wasi2.h"

#define SHOP(name) __attribute__((import_module("test:programs/shop"), import_name(name))) extern

typedef struct item {
    text name;
    double price;
    list tags;
} item;

typedef struct optional_item {
    uint8_t is_some;
    item item;
} optional_item;

typedef struct number_or_text {
    uint8_t is_error;
    union {
        int32_t number;
        text message;
    };
} number_or_text;

typedef struct optional_number {
    uint8_t is_some;
    uint32_t number;
} optional_number;

typedef struct packed {
    uint32_t character;
    uint8_t handling;
} packed;

typedef struct bill {
    text owner;
    double total;
} bill;

SHOP("[constructor]cart") int32_t new_cart(const char *owner, uint32_t bytes);
SHOP("[method]cart.add")
void cart_add(int32_t self, const char *name, uint32_t bytes, double price, const text *tags, uint32_t count,
              uint32_t copies, number_or_text *result);
SHOP("[method]cart.items") void cart_items(int32_t self, list *result);
SHOP("[method]cart.total") double cart_total(int32_t self);
SHOP("[static]cart.biggest") void biggest_cart(const int32_t *carts, uint32_t count, optional_number *result);
SHOP("[resource-drop]cart") void drop_cart(int32_t cart);
SHOP("describe")
void describe(int32_t kind, uintptr_t at, uint32_t count, int32_t has_note, const char *note, uint32_t bytes,
              text *result);
SHOP("find")
void find(const item *items, uint32_t count, const char *name, uint32_t bytes, optional_item *result);
SHOP("divide") void divide(int32_t a, int32_t b, number_or_text *result);
SHOP("pack") void pack(int32_t size, int32_t handling, packed *result);
SHOP("checkout") void checkout(int32_t cart, bill *result);

static void line(text string)
{
    print_bytes(get_stdout(), string.at, string.bytes);
    print(get_stdout(), "\n");
}

static void number(const char *what, uint64_t value)
{
    print(get_stdout(), what);
    print(get_stdout(), " ");
    print_number(get_stdout(), value);
    print(get_stdout(), "\n");
}

static void outcome(const char *what, const number_or_text *result)
{
    if (!result->is_error) return number(what, (uint64_t)result->number);
    print(get_stdout(), "error: ");
    line(result->message);
}

static void show_item(const item *item)
{
    print_bytes(get_stdout(), item->name.at, item->name.bytes);
    number(" in cents", (uint64_t)(item->price * 100));
    const text *tags = item->tags.at;
    for (uint32_t i = 0; i < item->tags.count; i++) line(tags[i]);
}

static void show_carts(void)
{
    static const text tags[] = {{"soft", 4}, {"größer", 8}};
    number_or_text added;
    list items;
    bill bill;
    optional_number biggest;
    int32_t carts[2] = {new_cart("Ann", 3), new_cart("Bénédicte", 11)};
    cart_add(carts[0], "pillow", 6, 12.25, tags, 2, 1, &added);
    outcome("items", &added);
    cart_add(carts[1], "pen", 3, 0.5, tags, 0, 3, &added);
    outcome("items", &added);
    cart_add(carts[1], "pen", 3, 0.5, tags, 0, 0, &added);
    outcome("items", &added);
    cart_items(carts[0], &items);
    for (uint32_t i = 0; i < items.count; i++) show_item((item *)items.at + i);
    biggest_cart(carts, 2, &biggest);
    number("biggest", biggest.is_some ? biggest.number : 99);
    biggest_cart(carts, 0, &biggest);
    number("of none", biggest.is_some);
    number("total in cents", (uint64_t)(cart_total(carts[1]) * 100));
    checkout(carts[1], &bill);
    line(bill.owner);
    number("bill in cents", (uint64_t)(bill.total * 100));
    drop_cart(carts[0]);
}

int32_t run(void)
{
    static const uint32_t parts[] = {1, 20, 300};
    static const item items[] = {{{"a", 1}, 1, {0, 0}}, {{"b", 1}, 2.5, {0, 0}}};
    text described;
    optional_item found;
    number_or_text divided;
    packed packed;
    describe(0, 0, 0, 0, 0, 0, &described);
    line(described);
    describe(1, (uintptr_t) "1234", 4, 1, "straße", 7, &described);
    line(described);
    describe(2, (uintptr_t)parts, 3, 0, 0, 0, &described);
    line(described);
    find(items, 2, "b", 1, &found);
    if (found.is_some) show_item(&found.item);
    find(items, 2, "c", 1, &found);
    number("found", found.is_some);
    divide(7, 2, &divided);
    outcome("quotient", &divided);
    divide(7, 0, &divided);
    outcome("quotient", &divided);
    pack(1, 1, &packed);
    number("character", packed.character);
    number("handling", packed.handling);
    show_carts();
    return 0;
}
