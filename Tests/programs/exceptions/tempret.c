/* Emscripten's compiled code keeps setjmp's label here, and leaves the place to JavaScript. */
static int temporary;
int getTempRet0(void) { return temporary; }
void setTempRet0(int value) { temporary = value; }
