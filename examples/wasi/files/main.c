// Adds a line to notes.txt, and prints the whole file.
#include <stdio.h>

int main(void) {
  FILE *notes = fopen("notes.txt", "a+");
  if (!notes) {
    perror("notes.txt");
    return 1;
  }
  fprintf(notes, "I was here.\n");
  rewind(notes);
  for (int c; (c = getc(notes)) != EOF;) putchar(c);
  return fclose(notes) != 0;
}
