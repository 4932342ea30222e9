// FEEL in an embedded V8, called from engine/feel/isolate.py. Every answer is JSON text.
import { evaluate } from '@bpmn-io/feelin';
import './local_time.mjs';
import { analyse } from './analysis.mjs';
import { read, write } from './border.mjs';
import { decide, hold } from './decisions.mjs';
import { Recent } from './recent.mjs';

const texts = new Recent(2000);
const CLOCKS = 'deadline'; // deadline("DL-C6"): the clock of that rule in this case; deadline.due without brackets is a timer's own limit

const clocksOf = value => function (rule) { return value?.of?.[rule] ?? null; }; // feelin reads the parameters of no arrow

/** Runs a text on a context. FEEL has function literals, so `function(a, b) TEXT` is parsed once and afterwards only invoked. */
export function run(text, context, warnings = []) {
  const known = texts.get(text, () => prepare(text));
  if (known.asksClocks) context = { ...context, [CLOCKS]: clocksOf(context[CLOCKS]) };
  const parameters = known.names.filter(name => Object.hasOwn(context, name));
  const compiled = known.functions.get(parameters.join(), () => compile(text, parameters));
  try {
    return compiled.wrapper.invoke(parameters.map(name => context[name]));
  } finally {
    warnings.push(...compiled.warnings.splice(0)); // feelin goes on writing into the list of the first evaluation
  }
}

function prepare(text) {
  const { error, names, inner, calls } = analyse(text);
  if (error) throw new Error(`第 ${error.at + 1} 个字符有语法错误`);
  const clock = calls.find(name => name === 'now' || name === 'today');
  if (clock) throw new Error(`不能使用 ${clock}()，请改用变量 ${clock}`);
  const asksClocks = calls.includes(CLOCKS);
  return { names: [...new Set([...names, ...inner, ...(asksClocks ? [CLOCKS] : [])])], functions: new Recent(8), asksClocks };
}

function compile(text, parameters) {
  const { value, warnings } = evaluate(`function(${parameters.join(', ') || '_'}) ${text}`, {});
  if (!value || typeof value.invoke !== 'function') throw new Error('不是一个表达式');
  return { wrapper: value, warnings };
}

function attempt(work) {
  try {
    return { v: work() };
  } catch (failure) {
    return { e: String(failure && failure.message || failure) };
  }
}

globalThis.gridloopEvaluate = (text, typed) => JSON.stringify(read(text, typed).map(([expression, context]) => {
  const warnings = [];
  const answer = attempt(() => write(run(expression, context, warnings)));
  return { ...answer, w: warnings.map(warning => [warning.type, warning.message, warning.position.from]) };
}));

globalThis.gridloopParse = text => JSON.stringify(attempt(() => JSON.parse(text).map(([expression, top]) => analyse(expression, top))));
globalThis.gridloopHold = text => JSON.stringify(attempt(() => hold(...JSON.parse(text))));
globalThis.gridloopDecide = (text, typed) => JSON.stringify(attempt(() => {
  const [key, decision, context] = read(text, typed);
  return decide(key, decision, context, run);
}));
