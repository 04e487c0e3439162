// The Studio's editor for a definition as text.

import { mount } from "./studio/plain.js";
import { start } from "./studio/shell.js";
import { written } from "./studio/written.js";

start((given) => mount({ ...given, extensions: written(given) }));
