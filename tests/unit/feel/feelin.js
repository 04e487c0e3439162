// A second FEEL implementation for the tests of app/feel: texts in, plain JSON out. Bundled by scripts/build_frontend.py.
import { evaluate, unaryTest, isRange, isFunction, FeelDate, FeelTime, FeelDateTime, FeelDuration } from 'feelin';

const KINDS = [[FeelDate, 'date'], [FeelTime, 'time'], [FeelDateTime, 'date and time'], [FeelDuration, 'duration']];

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return { number: String(value) };
  if (typeof value === 'string') return { text: value };
  if (typeof value === 'function' || isFunction(value)) return { function: true };
  if (Array.isArray(value)) return value.map(plain);
  for (const [kind, name] of KINDS) if (value instanceof kind) return { [name]: value.toString() };
  if (isRange(value)) {
    return { range: [plain(value.start), plain(value.end), value['start included'], value['end included']] };
  }
  return { context: Object.entries(value).map(([name, item]) => [name, plain(item)]) };
}

function answer(one) {
  try {
    return one.cell === undefined
      ? { value: plain(evaluate(one.text, {}).value) }
      : { value: plain(unaryTest(one.cell, { '?': evaluate(one.text, {}).value }).value) };
  } catch (error) {
    return { fault: String(error.message || error) };
  }
}

globalThis.answers = (questions) => JSON.stringify(JSON.parse(questions).map(answer));
