import { start } from "./studio/differences.js";

start();
