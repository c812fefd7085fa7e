import type { Command, CommandCall } from "../command.ts";
import { FindError, type FindState, type FoundPath } from "./find/expression.ts";
import { type FindPlan, parseFind } from "./find/parse.ts";
import { below } from "./paths.ts";
import { complain } from "./report.ts";

const FOLLOWS: Readonly<Record<string, FindPlan["follows"]>> = {
  "-P": "never",
  "-H": "operands",
  "-L": "always",
};

export const find: Command = (call) => {
  try {
    return search(call);
  } catch (error) {
    if (!(error instanceof FindError)) throw error;
    return complain(call, error.message);
  }
};

function search(call: CommandCall): number {
  const args = [...call.args];
  let follows: FindPlan["follows"] = "never";
  for (let option = FOLLOWS[args[0] ?? ""]; option !== undefined; option = FOLLOWS[args[0] ?? ""]) {
    follows = option;
    args.shift();
  }
  const first = args.findIndex((arg) => /^(?:-.|[(!]$)/.test(arg));
  const starts = first === -1 ? args : args.slice(0, first);
  const plan = parseFind(call, first === -1 ? [] : args.slice(first), follows);
  const state: FindState = {
    call,
    isPruned: false,
    isQuit: false,
    exitStatus: 0,
    collected: new Map(),
  };
  for (const name of starts.length === 0 ? ["."] : starts) {
    const path = call.path(name);
    const status = statusOf(call, plan, { path, depth: 0 });
    if (status === undefined) {
      state.exitStatus = complain(call, `'${name}': No such file or directory`);
      continue;
    }
    walk({ name, path, start: name, depth: 0, status }, plan, state);
    if (state.isQuit) break;
  }
  for (const [command, names] of state.collected) {
    const [program = "", ...rest] = [...command.slice(0, -1), ...names];
    if (call.run([program, ...rest]) !== 0) state.exitStatus = 1;
  }
  return state.exitStatus;
}

function walk(found: FoundPath, plan: FindPlan, state: FindState): void {
  const { call } = state;
  call.countSteps();
  const isInside = found.depth >= plan.leastDepth;
  state.isPruned = false;
  if (!plan.isDepthFirst && isInside) plan.test(found, state);
  const isEntered =
    found.status.kind === "directory" && found.depth < plan.mostDepth && !state.isPruned;
  if (isEntered && !state.isQuit) {
    for (const name of call.root.list(found.path)) {
      const path = below(found.path, name);
      const depth = found.depth + 1;
      const status = statusOf(call, plan, { path, depth });
      // It may be gone by an action for what came before.
      if (status === undefined) continue;
      walk({ ...found, name: below(found.name, name), path, depth, status }, plan, state);
      if (state.isQuit) return;
    }
  }
  if (plan.isDepthFirst && isInside && !state.isQuit) plan.test(found, state);
}

function statusOf(
  { root }: CommandCall,
  { follows }: FindPlan,
  { path, depth }: { readonly path: string; readonly depth: number },
) {
  const isFollowed = follows === "always" || (follows === "operands" && depth === 0);
  return (isFollowed ? root.stat(path) : undefined) ?? root.lstat(path);
}
