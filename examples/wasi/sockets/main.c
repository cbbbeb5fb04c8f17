// Sends back what one client sends, in capitals. The listening socket is the first descriptor after the standard
// streams and the directories.
#include <ctype.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
  int client = accept(3, NULL, NULL);
  if (client < 0) {
    perror("accept");
    return 1;
  }
  char text[100];
  for (ssize_t count; (count = recv(client, text, sizeof text, 0)) > 0;) {
    for (ssize_t i = 0; i < count; i++) text[i] = (char)toupper((unsigned char)text[i]);
    if (send(client, text, (size_t)count, 0) != count) return 1;
  }
  return shutdown(client, SHUT_WR) != 0;
}
