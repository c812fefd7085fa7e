import { expandFields, expandPattern, expandText } from "../expand/words.ts";
import { compilePattern, matches } from "../expand/pattern.ts";
import { evaluateArithmetic } from "../arithmetic/evaluate.ts";
import type { Node } from "../tree.ts";
import { unreachable } from "../../../../unreachable.ts";
import { evaluateCondition } from "../builtins/condition.ts";
import { Channel } from "./description.ts";
import { assign, noteLine, ShellExit } from "./failure.ts";
import { putBack, redirect, redirectSafely } from "./redirect.ts";
import type { Shell } from "./shell.ts";
import { runSimple } from "./simple-command.ts";
import { inSubshell } from "./subshell.ts";
import { runTraps } from "./traps.ts";

/**
 * Evaluates a command; its status becomes `$?`. Where the status is tested, as in a condition,
 * `set -e` does not end the shell; so it is for all that is evaluated within.
 */
export function evaluate(shell: Shell, node: Node | undefined, isTested: boolean): number {
  if (node === undefined || shell.options.has("noexec")) return shell.status;
  const { meter } = shell.world;
  meter.step();
  meter.enter();
  if (shell.signals.length > 0) runTraps(shell);
  evaluateNode(shell, node, isTested);
  if (shell.signals.length > 0) runTraps(shell);
  meter.depth--;
  const isChecked =
    node.type === "simple" ||
    node.type === "subshell" ||
    node.type === "background" ||
    node.type === "pipeline" ||
    node.type === "condition" ||
    node.type === "arithmetic";
  if (isChecked && !isTested && shell.status !== 0 && shell.options.has("errexit")) {
    throw new ShellExit("end");
  }
  return shell.status;
}

function evaluateNode(shell: Shell, node: Node, isTested: boolean): void {
  switch (node.type) {
    case "simple":
      shell.status = runSimple(shell, node, isTested);
      return;
    case "list":
      for (const item of node.items) {
        evaluate(shell, item, isTested);
        if (shell.skip !== "none") return;
      }
      return;
    case "and-or":
      return evaluateAndOr(shell, node, isTested);
    case "not":
      shell.status = evaluate(shell, node.node, true) === 0 ? 1 : 0;
      return;
    case "pipeline":
      shell.status = evaluatePipeline(shell, node.commands, isTested);
      return;
    case "background":
      return evaluateBackground(shell, node);
    case "subshell":
      noteLine(shell, node.line);
      shell.status = inSubshell(shell, (child) => {
        redirect(child, node.redirections);
        evaluate(child, node.body, isTested);
      });
      return;
    case "redirected":
      return evaluateRedirected(shell, node, isTested);
    case "if":
      evaluate(shell, node.condition, true);
      if (shell.skip !== "none") return;
      if (shell.status === 0) evaluate(shell, node.body, isTested);
      else if (node.otherwise !== undefined) evaluate(shell, node.otherwise, isTested);
      else shell.status = 0;
      return;
    case "loop":
      shell.status = evaluateLoop(shell, node, isTested);
      return;
    case "for":
      shell.status = evaluateFor(shell, node, isTested);
      return;
    case "case":
      shell.status = evaluateCase(shell, node, isTested);
      return;
    case "function":
      shell.functions.set(node.name, { body: node.body, script: shell.script });
      shell.status = 0;
      return;
    case "condition":
      noteLine(shell, node.line);
      shell.status = evaluateCondition(shell, node.words) ? 0 : 1;
      return;
    case "arithmetic":
      noteLine(shell, node.line);
      shell.status = evaluateArithmetic(shell, expandText(shell, node.expression)) === 0n ? 1 : 0;
      return;
    default:
      unreachable(node);
  }
}

function evaluateAndOr(
  shell: Shell,
  { first, rest }: Extract<Node, { type: "and-or" }>,
  isTested: boolean,
): void {
  evaluate(shell, first, true);
  for (const [index, { operator, node }] of rest.entries()) {
    if (shell.skip !== "none") return;
    if ((shell.status === 0) !== (operator === "&&")) continue;
    evaluate(shell, node, isTested || index < rest.length - 1);
  }
}

/** Its commands run one after the other, each reading what the one before it wrote. */
function evaluatePipeline(shell: Shell, commands: readonly Node[], isTested: boolean): number {
  let input = shell.descriptors[0];
  let status = 0;
  let failed = 0;
  for (const [index, command] of commands.entries()) {
    const output = index === commands.length - 1 ? undefined : new Channel(shell.world.meter);
    status = inSubshell(shell, (child) => {
      child.descriptors[0] = input;
      if (output !== undefined) child.descriptors[1] = output;
      evaluate(child, command, isTested);
    });
    if (status !== 0) failed = status;
    input = output;
  }
  return shell.options.has("pipefail") ? failed : status;
}

/** A command in the background runs to its end at once, so that the order is always the same. */
function evaluateBackground(
  shell: Shell,
  { node, line }: Extract<Node, { type: "background" }>,
): void {
  noteLine(shell, line);
  const status = inSubshell(shell, (child) => {
    child.descriptors[0] = undefined;
    evaluate(child, node, false);
  });
  const pid = shell.world.nextPid++;
  shell.backgroundPid = pid;
  shell.statuses.set(pid, status);
  shell.status = 0;
}

function evaluateRedirected(
  shell: Shell,
  { node, redirections, line }: Extract<Node, { type: "redirected" }>,
  isTested: boolean,
): void {
  noteLine(shell, line);
  const saved = new Map<number, Shell["descriptors"][number]>();
  try {
    if (redirectSafely(shell, redirections, saved)) evaluate(shell, node, isTested);
    else shell.status = 2;
  } finally {
    putBack(shell, saved);
  }
}

/** Whether a loop goes on; counts down the loops that `break` and `continue` leave. */
function leavesLoop(shell: Shell): boolean {
  if (shell.skip === "none") return false;
  if (shell.skip === "return") return true;
  const isContinue = shell.skip === "continue";
  if (--shell.skipCount <= 0) {
    shell.skip = "none";
    return !isContinue;
  }
  return true;
}

function evaluateLoop(
  shell: Shell,
  { condition, body, isUntil }: Extract<Node, { type: "loop" }>,
  isTested: boolean,
): number {
  shell.loops++;
  let status = 0;
  for (;;) {
    shell.world.meter.step();
    const tested = evaluate(shell, condition, true);
    if (shell.skip !== "none") {
      if (shell.skip === "return") status = tested;
      if (leavesLoop(shell)) break;
      continue;
    }
    if ((tested === 0) === isUntil) break;
    status = evaluate(shell, body, isTested);
    if (leavesLoop(shell)) break;
  }
  shell.loops--;
  return status;
}

function evaluateFor(
  shell: Shell,
  { variable, words, body, line }: Extract<Node, { type: "for" }>,
  isTested: boolean,
): number {
  noteLine(shell, line);
  const fields: string[] = [];
  if (words === undefined) fields.push(...shell.parameters);
  else for (const word of words) expandFields(shell, word, fields);
  let status = 0;
  shell.loops++;
  for (const field of fields) {
    shell.world.meter.step();
    assign(shell, variable, field);
    status = evaluate(shell, body, isTested);
    if (leavesLoop(shell)) break;
  }
  shell.loops--;
  return status;
}

function evaluateCase(
  shell: Shell,
  { subject, branches, line }: Extract<Node, { type: "case" }>,
  isTested: boolean,
): number {
  noteLine(shell, line);
  const { meter } = shell.world;
  const count = (work: number) => meter.work(work);
  const text = expandText(shell, subject);
  for (const { patterns, body } of branches) {
    for (const pattern of patterns) {
      meter.step();
      if (!matches(compilePattern(expandPattern(shell, pattern)), text, count)) continue;
      return body === undefined ? 0 : evaluate(shell, body, isTested);
    }
  }
  return 0;
}
