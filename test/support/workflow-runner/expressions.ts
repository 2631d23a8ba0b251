import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import type { FunctionDefinition } from "@actions/expressions/funcs/info";

/* Evaluates what stands between `${{` and `}}` by GitHub's own expression library. */

/** Names of contexts and what they hold, as plain JSON. */
export type Contexts = Readonly<Record<string, unknown>>;

/** What the functions that ask for the state of a job say at a place. */
export interface State {
  /** Whether all that came before succeeded. */
  readonly success: boolean;
  readonly failure: boolean;
  readonly cancelled: boolean;
}

function toData(value: unknown): data.ExpressionData {
  return JSON.parse(JSON.stringify(value ?? null), data.reviver) as data.ExpressionData;
}

/** The runner's own functions; `hashFiles` is not among them, for nothing here uses it. */
function stateFunctions(state: State): FunctionDefinition[] {
  const tell = (name: string, answer: boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(answer),
  });
  return [
    tell("success", state.success),
    tell("failure", state.failure),
    tell("cancelled", state.cancelled),
    tell("always", true),
  ];
}

/** All contexts that may be named anywhere; one that is not there is null, as on GitHub. */
const contextNames = "github env vars job jobs steps runner secrets strategy matrix needs inputs".split(" ");

function evaluateExpression(text: string, contexts: Contexts, state: State): data.ExpressionData {
  const functions = stateFunctions(state);
  const tree = new Parser(new Lexer(text).lex().tokens, contextNames, functions).parse();
  const pairs = contextNames.map((key) => ({ key, value: toData(contexts[key]) }));
  return new Evaluator(
    tree,
    new data.Dictionary(...pairs),
    new Map(functions.map((one) => [one.name, one])),
  ).evaluate();
}

const plain = (value: data.ExpressionData): unknown => JSON.parse(JSON.stringify(value, data.replacer));

/** A text with its expressions filled in. */
export function fill(text: string, contexts: Contexts, state: State): string {
  return text.replaceAll(/\$\{\{([\s\S]*?)\}\}/g, (_all, inner: string) =>
    evaluateExpression(inner, contexts, state).coerceString(),
  );
}

/** A value that may be one whole expression, such as a matrix from `fromJSON`: what it stands for. */
export function resolveValue(value: unknown, contexts: Contexts, state: State): unknown {
  if (typeof value === "string") {
    const whole = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(value);
    const inner = whole?.[1];
    if (inner !== undefined && !inner.includes("${{")) return plain(evaluateExpression(inner, contexts, state));
    return fill(value, contexts, state);
  }
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, contexts, state));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveValue(item, contexts, state)]));
  }
  return value;
}

const asksForState = /\b(success|failure|cancelled|always)\s*\(/i;

/** Whether an `if:` lets a job or step run. Where it asks for no state, `success()` is asked before it. */
export function isLetThrough(condition: unknown, contexts: Contexts, state: State): boolean {
  const text = condition === undefined ? "" : String(condition);
  const inner = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(text)?.[1] ?? text;
  if (inner.trim() === "") return state.success;
  const said = evaluateExpression(`!!(${inner})`, contexts, state).coerceString() === "true";
  return asksForState.test(inner) ? said : state.success && said;
}
