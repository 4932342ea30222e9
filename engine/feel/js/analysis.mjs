// What a FEEL text names, calls and gets wrong, found in the parser's own tree.
import { evaluate } from '@bpmn-io/feelin';
import { parser, trackVariables } from '@bpmn-io/lezer-feel';

class Findings {
  names = new Set(); // free for certain
  inner = new Set(); // inside a filter: a name of the case or of the list's entry, only the data can tell
  calls = new Set();
  unsupported = new Set();
}

export function analyse(text, top = 'Expression') {
  const tree = parser.configure({ top, contextTracker: trackVariables({}) }).parse(text);
  const error = firstError(tree, text);
  if (error) return { error };
  const found = new Findings();
  walk(tree.topNode, text, { bound: new Set(), inner: false }, found);
  const unknown = [...found.calls].filter(name => !isFunction(name));
  return { names: [...found.names], inner: [...found.inner], calls: [...found.calls], unknown, unsupported: [...found.unsupported] };
}

/** Position and text of the first mistake. `a == b` parses as `a = (= b)`, which is never meant. */
function firstError(tree, text) {
  let error = null;
  tree.iterate({
    enter(node) {
      if (error) return false;
      const doubled = node.name === 'SimplePositiveUnaryTest' && node.node.parent.name === 'Comparison'
        && node.node.prevSibling?.name === 'CompareOp';
      if (!node.type.isError && !doubled) return true;
      const at = doubled ? node.node.prevSibling.from : node.from;
      error = { at, found: text.slice(at, at + 12) };
      return false;
    },
  });
  return error;
}

function isFunction(name) {
  try {
    return typeof evaluate(name, {}).value === 'function';
  } catch {
    return false; // a special name such as `date` stands only before a bracket; those are recorded by their constructor
  }
}

function children(node) {
  const list = [];
  for (let child = node.firstChild; child; child = child.nextSibling) list.push(child);
  return list;
}

const nameOf = (node, text) => text.slice(node.from, node.to).trim().replace(/\s+/g, ' ');
const bind = (scope, names) => ({ ...scope, bound: new Set([...scope.bound, ...names]) });

function walk(node, text, scope, found) {
  const special = WALKS[node.name];
  if (special) special(node, text, scope, found);
  else for (const child of children(node)) walk(child, text, scope, found);
}

const WALKS = {
  VariableName(node, text, scope, found) {
    const name = nameOf(node, text);
    if (!scope.bound.has(name)) (scope.inner ? found.inner : found.names).add(name);
  },
  PathExpression(node, text, scope, found) {
    walk(node.firstChild, text, scope, found);
  },
  InstanceOfExpression(node, text, scope, found) {
    found.unsupported.add('instance of');
    walk(node.firstChild, text, scope, found);
  },
  FilterExpression(node, text, scope, found) {
    const [target, , filter] = children(node);
    walk(target, text, scope, found);
    walk(filter, text, { ...scope, inner: true }, found);
  },
  FunctionInvocation(node, text, scope, found) {
    const [callee, ...rest] = children(node);
    const name = nameOf(callee, text);
    if (callee.name === 'SpecialFunctionName') found.calls.add(name);
    else if (callee.name === 'VariableName') { if (!scope.bound.has(name)) found.calls.add(name); }
    else walk(callee, text, scope, found);
    for (const child of rest) walk(child, text, scope, found);
  },
  DateTimeConstructor() {},
  NamedParameter(node, text, scope, found) {
    for (const child of children(node).slice(1)) walk(child, text, scope, found);
  },
  FunctionDefinition(node, text, scope, found) {
    const parameters = node.getChild('FormalParameters');
    const names = parameters ? children(parameters).map(p => nameOf(p, text).split(':')[0].trim()) : [];
    walk(node.getChild('FunctionBody'), text, bind(scope, names), found);
  },
  ForExpression: iteration,
  QuantifiedExpression: iteration,
  Context(node, text, scope, found) {
    for (const entry of node.getChildren('ContextEntry')) {
      const [key, value] = children(entry);
      walk(value, text, scope, found);
      scope = bind(scope, [nameOf(key, text).replace(/^"|"$/g, '')]);
    }
  },
};

function iteration(node, text, scope, found) {
  for (const child of children(node)) {
    if (child.name !== 'InExpressions') {
      walk(child, text, scope, found);
      continue;
    }
    for (const one of child.getChildren('InExpression')) {
      const [name, , source] = children(one);
      walk(source, text, scope, found);
      scope = bind(scope, [nameOf(name, text), 'partial']);
    }
  }
}
