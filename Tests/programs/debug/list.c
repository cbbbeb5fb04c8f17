// Debugged by Tests/EndToEndTests/DebuggerTests.swift, which names its lines.
#include <stdio.h>
#include <stdlib.h>
struct node { int value; struct node *next; const char *name; double weight; };
int counter = 7;
static struct node *push(struct node *head, int value, const char *name) {
  struct node *n = malloc(sizeof *n);
  n->value = value;
  n->next = head;
  n->name = name;
  n->weight = value * 1.5;
  counter++;
  return n;
}
static int sum(struct node *list) {
  int total = 0;
  for (struct node *n = list; n; n = n->next) {
    total += n->value;
  }
  return total;
}
typedef int (*visit)(struct node *);
int apply(visit f, struct node *list) {
  int array[4] = {1, 2, 3, 4};
  array[2] = f(list);
  return array[2];
}
int main(void) {
  struct node *list = 0;
  list = push(list, 1, "one");
  list = push(list, 2, "two");
  list = push(list, 3, "three");
  int result = apply(sum, list);
  printf("%d %d\n", result, counter);
  return 0;
}
