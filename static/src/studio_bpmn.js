// The editor page of a process diagram.
import { mount } from "./studio/bpmn.js";
import { start } from "./studio/shell.js";

start(mount);
