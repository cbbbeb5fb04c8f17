/* Code that Emscripten compiles keeps setjmp's label here. Usually JavaScript provides this variable. */
static int temporary;
int getTempRet0(void) { return temporary; }
void setTempRet0(int value) { temporary = value; }
