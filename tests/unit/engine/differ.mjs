// Another implementation of telling diagrams apart, for the test: pairs of files in, ids by kind out.
import { BpmnModdle } from "bpmn-moddle";
import { diff } from "bpmn-js-differ";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json" with { type: "json" };

let text = "";
for await (const part of process.stdin) text += part;
const found = [];
for (const { before, after } of JSON.parse(text)) {
  const [old, now] = await Promise.all([before, after].map((xml) => new BpmnModdle({ zeebe }).fromXML(xml)));
  const told = diff(old.rootElement, now.rootElement);
  const changed = Object.keys(told._changed);
  found.push({ added: Object.keys(told._added), removed: Object.keys(told._removed), changed,
    moved: Object.keys(told._layoutChanged).filter((id) => !changed.includes(id)) });
}
console.log(JSON.stringify(found));
