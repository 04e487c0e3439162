// The Studio's editor for a definition as text.

import { mount } from "./studio/plain.js";
import { start } from "./studio/shell.js";

start(mount);
