import type { Command, CommandCall } from "../../scripts/command.ts";
import { fitsGlob } from "../../scripts/commands/glob.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { isFolder } from "../../scripts/commands/paths.ts";
import { putFile, putFolder, putLink } from "../../scripts/root-files.ts";
import { readLines } from "../../commands/lines-file.ts";

const SHARED = "/usr/share/crypto-policies";
const FOLDER = "/etc/crypto-policies";
const CONFIG = `${FOLDER}/config`;
const CURRENT = `${FOLDER}/state/current`;

/** The status that says that nothing is known. */
const UNKNOWN = 77;

/** A policy of the system, and further ones that change some of it. */
interface ChosenPolicy {
  readonly policy: string;
  readonly subpolicies: readonly string[];
}

/**
 * `update-crypto-policies`: the settings of each library follow the policy of the system, which
 * `--set` changes. They lead to the settings that the package has for the policy, with those of
 * `local.d` behind them. What the generator of the package would have to make stops the script:
 * subpolicies, policies without such settings, and `--check`, which makes all of them anew.
 *
 * Source: update-crypto-policies(8); update-crypto-policies.py of crypto-policies, but for the dump
 * `state/CURRENT.pol`, which is for people.
 */
export const updateCryptoPolicies: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    set: "--set=",
    check: "--check",
    noCheck: "--no-check",
    reload: "--no-reload",
    show: "--show",
    applied: "--is-applied",
  });
  if (operands.length > 0) return call.unsupported(`update-crypto-policies ${operands.join(" ")}`);
  if (has("applied")) return tellApplied(call);
  if (has("check"))
    return call.unsupported("the generator of crypto policies, which --check compares with");
  const configured = readPolicy(call);
  if (has("show")) {
    call.stdout.write(`${written(configured)}\n`);
    return 0;
  }
  const asked = value("set");
  if (asked === undefined) return apply(call, configured);
  const chosen = parsePolicy([asked], configured.policy);
  const status = apply(call, chosen);
  if (status === 0) putFile(call.root, CONFIG, `${written(chosen)}\n`);
  return status;
};

function tellApplied(call: CommandCall): number {
  const [current, config] = [call.root.stat(CURRENT), call.root.stat(CONFIG)];
  if (current === undefined || config === undefined) return UNKNOWN;
  const isApplied = current.mtime >= config.mtime;
  call.stdout.write(`The configured policy is ${isApplied ? "" : "NOT "}applied\n`);
  return isApplied ? 0 : 1;
}

function readPolicy(call: CommandCall): ChosenPolicy {
  const file = call.root.stat(CONFIG)?.kind === "file" ? CONFIG : `${SHARED}/default-config`;
  return parsePolicy(readLines(call, file), "DEFAULT");
}

/** `BASE:SUB:…`; further lines name further subpolicies. Without a base it is the one before. */
function parsePolicy(lines: readonly string[], before: string): ChosenPolicy {
  const [first = "", ...others] = lines
    .map((line) => line.replace(/#[^]*/, "").trim().toUpperCase())
    .filter((line) => line !== "");
  const [policy = "", ...own] = first.split(":");
  const subpolicies = [...own, ...others.flatMap((line) => line.split(":"))];
  return {
    policy: policy === "" ? before : policy,
    subpolicies: subpolicies.filter((name) => name !== ""),
  };
}

function written({ policy, subpolicies }: ChosenPolicy): string {
  return [policy, ...subpolicies].join(":");
}

function apply(call: CommandCall, chosen: ChosenPolicy): number {
  const { root, stdout, stderr } = call;
  const { policy, subpolicies } = chosen;
  const [subpolicy] = subpolicies;
  if (subpolicy !== undefined)
    return call.unsupported(
      `the generator of crypto policies for the subpolicy ${subpolicy} of ${policy}`,
    );
  const isName = /^[A-Z0-9_.-]+$/.test(policy);
  const source = `${SHARED}/${policy}`;
  if (!isName || !isFolder(root, source)) {
    const files = [`${FOLDER}/policies`, `${SHARED}/policies`].map((at) => `${at}/${policy}.pol`);
    if (isName && files.some((file) => root.stat(file) !== undefined))
      return call.unsupported(`the generator of crypto policies for the policy ${policy}`);
    stderr.write(`Unknown policy \`${policy}\`: file \`${policy}.pol\` not found\n`);
    return 1;
  }
  stdout.write(`Setting system policy to ${policy}\n`);
  putFolder(root, `${FOLDER}/back-ends`);
  putFolder(root, `${FOLDER}/state`);
  for (const name of root.list(source)) putSettings(call, source, name);
  putFile(root, CURRENT, `${policy}\n`);
  return 0;
}

/** A link to the policy's settings; where `local.d` adds to them, a file of both. */
function putSettings(call: CommandCall, source: string, name: string): void {
  const { root } = call;
  const library = name.replace(/\..*$/, "");
  const path = `${FOLDER}/back-ends/${library}.config`;
  const local = `${FOLDER}/local.d`;
  const added = (isFolder(root, local) ? root.list(local) : []).filter((each) =>
    fitsGlob(each, `${library}-*.config`),
  );
  if (root.lstat(path) !== undefined) root.remove(path);
  if (added.length === 0) {
    putLink(root, path, `${source}/${name}`);
    return;
  }
  const files = [`${source}/${name}`, ...added.map((each) => `${local}/${each}`)];
  const texts = files.map((file) => root.read(file));
  for (const { length } of texts) call.countSteps(1 + (length >> 4));
  putFile(root, path, Buffer.concat(texts));
}
