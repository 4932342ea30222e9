// DMN decisions: tables with all hit policies, literal expressions, and the graph of requirements between them.
// The tables arrive as engine/feel/dmn.py read them; simple cells are already values and intervals, the others are FEEL unary tests.
import { unaryTest } from '@bpmn-io/feelin';
import { DateTime, Duration } from 'luxon';
import { day, write } from './border.mjs';
import { shanghai } from './local_time.mjs';
import { Recent } from './recent.mjs';

const models = new Recent(200);

export function hold(key, model) {
  models.get(key, () => model);
  return true;
}

/** The result of one decision, or {missing: true} when this isolate has not been given the model yet. */
export function decide(key, id, context, run) {
  const model = models.peek(key);
  if (!model) return { missing: true };
  const done = new Map();
  const solve = one => {
    if (!done.has(one)) done.set(one, logic(model[one], solve, context, run));
    return done.get(one);
  };
  return { value: write(solve(id)) };
}

function logic(decision, solve, names, run) {
  const context = { ...names };
  for (const required of decision.requires) context[required.name] = solve(required.id);
  if (decision.table) return evaluateTable(decision, context, run);
  return coerce(run(decision.text, context), decision.type);
}

function evaluateTable({ name, table }, context, run) {
  const values = table.inputs.map(input => coerce(run(input.text, context), input.type));
  const rows = table.rules.map((rule, index) => ({ rule, number: index + 1 }))
    .filter(({ rule }) => rule.tests.every((test, column) => matches(test, values[column], context)))
    .map(({ rule, number }) => ({ number, values: rule.outputs.map((text, i) => outputOf(text, table.outputs[i], context, run)) }));
  if (rows.length === 0) return withoutMatch(table, context, run);
  return POLICIES[table.policy](rows, table, name);
}

const outputOf = (text, output, context, run) => coerce(text === '' ? null : run(text, context), output.type);

/** One output is its value, several are a context. */
function result(values, table) {
  if (table.outputs.length === 1) return values[0];
  return Object.fromEntries(table.outputs.map((output, i) => [output.name, values[i]]));
}

function withoutMatch(table, context, run) {
  if (table.outputs.some(output => output.default)) {
    const values = table.outputs.map(output => outputOf(output.default, output, context, run));
    return LISTS.has(table.policy) && !table.aggregation ? [result(values, table)] : result(values, table);
  }
  if (table.aggregation) return table.aggregation === 'COUNT' ? 0 : null;
  return LISTS.has(table.policy) ? [] : null;
}

const LISTS = new Set(['COLLECT', 'RULE ORDER', 'OUTPUT ORDER']);
const numbers = rows => rows.map(row => row.number).join('、');

const POLICIES = {
  UNIQUE(rows, table, name) {
    if (rows.length > 1) throw new Error(`决策表“${name}”第 ${numbers(rows)} 行同时成立，但该表只允许一行成立`);
    return result(rows[0].values, table);
  },
  ANY(rows, table, name) {
    const texts = new Set(rows.map(row => JSON.stringify(write(row.values))));
    if (texts.size > 1) throw new Error(`决策表“${name}”第 ${numbers(rows)} 行同时成立而结果不同`);
    return result(rows[0].values, table);
  },
  FIRST: (rows, table) => result(rows[0].values, table),
  PRIORITY: (rows, table) => result(byPriority(rows, table)[0].values, table),
  'RULE ORDER': (rows, table) => rows.map(row => result(row.values, table)),
  'OUTPUT ORDER': (rows, table) => byPriority(rows, table).map(row => result(row.values, table)),
  COLLECT(rows, table, name) {
    const results = rows.map(row => result(row.values, table));
    return table.aggregation ? AGGREGATES[table.aggregation](results, name) : results;
  },
};

/** Earlier in the list of output values means higher priority; outputs count from left to right; unlisted values come last. */
function byPriority(rows, table) {
  const ranks = new Map(rows.map(row => [row, table.outputs.map((output, i) => {
    const rank = (output.values || []).findIndex(value => value === row.values[i]);
    return rank < 0 ? Infinity : rank;
  })]));
  const compare = (a, b) => (a === b ? 0 : a < b ? -1 : 1);
  return [...rows].sort((a, b) => ranks.get(a).reduce((order, rank, i) => order || compare(rank, ranks.get(b)[i]), 0));
}

const numeric = (values, name) => {
  if (values.some(value => typeof value !== 'number')) throw new Error(`决策表“${name}”要汇总的结果不是数字`);
  return values;
};
const AGGREGATES = {
  SUM: (values, name) => numeric(values, name).reduce((sum, value) => sum + value, 0),
  MIN: (values, name) => Math.min(...numeric(values, name)),
  MAX: (values, name) => Math.max(...numeric(values, name)),
  COUNT: values => values.length,
};

/** null matches nothing but "-" and a cell that names null. */
function matches(test, value, context) {
  if (test.any) return true;
  if (test.feel) return unaryTest(test.feel, { ...context, '?': value }).value === true;
  const hit = test.parts.some(part => within(part, value));
  if (!test.not) return hit;
  return !hit && (value !== null || test.parts.some(part => part.value === null));
}

function within(part, value) {
  if ('value' in part) return part.value === value;
  if (typeof value !== 'number') return false;
  const above = part.low === null || (part.lowIn ? value >= part.low : value > part.low);
  return above && (part.high === null || (part.highIn ? value <= part.high : value < part.high));
}

const COERCIONS = {
  number: value => (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value),
  date: value => (typeof value === 'string' ? valid(day(value)) : value),
  dateTime: value => (typeof value === 'string' ? valid(DateTime.fromISO(value, { zone: shanghai })) : value),
  dayTimeDuration: value => (typeof value === 'string' ? valid(Duration.fromISO(value)) : value),
  yearMonthDuration: value => (typeof value === 'string' ? valid(Duration.fromISO(value)) : value),
};
const valid = moment => (moment.isValid ? moment : null);

/** JSON has no dates and forms write decimals as text: the column's type says what was meant. */
function coerce(value, type) {
  if (value === undefined) return null;
  return COERCIONS[type] ? COERCIONS[type](value) : value;
}
