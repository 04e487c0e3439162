import { start } from "./studio/heat.js";

start();
