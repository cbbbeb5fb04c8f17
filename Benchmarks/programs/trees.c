/* Pointers: a balanced search tree (AVL) with insertion and deletion, and singly linked lists that are
 * built, reversed, merged and walked.
 */
#include "bench.h"

typedef struct node {
    struct node *child[2];
    uint32_t key, value;
    int height;
} node;

static int height(const node *n)
{
    return n ? n->height : 0;
}

static void measure(node *n)
{
    int l = height(n->child[0]), r = height(n->child[1]);
    n->height = (l > r ? l : r) + 1;
}

static node *rotate(node *n, int side)
{
    node *up = n->child[!side];
    n->child[!side] = up->child[side];
    up->child[side] = n;
    measure(n);
    measure(up);
    return up;
}

static node *balance(node *n)
{
    measure(n);
    int lean = height(n->child[1]) - height(n->child[0]);
    if (lean > -2 && lean < 2)
        return n;
    int heavy = lean > 0;
    node *child = n->child[heavy];
    if (height(child->child[!heavy]) > height(child->child[heavy]))
        n->child[heavy] = rotate(child, heavy);
    return rotate(n, !heavy);
}

static node *insert(node *n, uint32_t key)
{
    if (!n) {
        n = calloc(1, sizeof *n);
        if (!n)
            exit(1);
        n->key = key;
        n->height = 1;
        return n;
    }
    if (n->key == key) {
        n->value++;
        return n;
    }
    int side = key > n->key;
    n->child[side] = insert(n->child[side], key);
    return balance(n);
}

static node *take_least(node *n, node **least)
{
    if (!n->child[0]) {
        *least = n;
        return n->child[1];
    }
    n->child[0] = take_least(n->child[0], least);
    return balance(n);
}

static node *erase(node *n, uint32_t key)
{
    if (!n)
        return NULL;
    if (n->key != key) {
        int side = key > n->key;
        n->child[side] = erase(n->child[side], key);
        return balance(n);
    }
    node *right = n->child[1], *left = n->child[0], *next;
    free(n);
    if (!right)
        return left;
    right = take_least(right, &next);
    next->child[0] = left;
    next->child[1] = right;
    return balance(next);
}

static uint64_t drain(node *n, uint64_t sum)
{
    if (!n)
        return sum;
    sum = drain(n->child[0], sum);
    sum = bench_mix(sum, n->key ^ n->value ^ (uint64_t)n->height << 32);
    sum = drain(n->child[1], sum);
    free(n);
    return sum;
}

typedef struct link {
    struct link *next;
    uint32_t value;
} link;

static link *merge(link *a, link *b)
{
    link head, *tail = &head;
    while (a && b) {
        link **least = a->value <= b->value ? &a : &b;
        tail->next = *least;
        tail = *least;
        *least = (*least)->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static link *sort(link *list)
{
    if (!list || !list->next)
        return list;
    link *slow = list, *fast = list->next;
    while (fast && fast->next) {
        slow = slow->next;
        fast = fast->next->next;
    }
    link *second = slow->next;
    slow->next = NULL;
    return merge(sort(list), sort(second));
}

static uint64_t lists(uint64_t *seed)
{
    enum { LINKS = 20000 };
    static link pool[LINKS];
    link *list = NULL;
    for (int i = 0; i < LINKS; i++) {
        pool[i].value = bench_random(seed);
        pool[i].next = list;
        list = &pool[i];
    }
    list = sort(list);
    link *reversed = NULL;
    while (list) {
        link *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    uint64_t sum = 0;
    for (int pass = 0; pass < 4; pass++)
        for (link *l = reversed; l; l = l->next)
            sum = sum * 3 + l->value;
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 40);
    uint64_t seed = 3, sum = 0;
    for (int r = 0; r < rounds; r++) {
        node *root = NULL;
        for (int i = 0; i < 60000; i++)
            root = insert(root, bench_random(&seed) % 40000);
        for (int i = 0; i < 20000; i++)
            root = erase(root, bench_random(&seed) % 40000);
        sum = drain(root, sum);
        sum = bench_mix(sum, lists(&seed));
    }
    return bench_report("trees", sum);
}
