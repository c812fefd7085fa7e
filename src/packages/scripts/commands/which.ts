import type { Command } from "../command.ts";
import { below } from "./paths.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

export const which: Command = (call) => {
  const { has, operands } = readOptions(call, { all: "-a", silent: "-s" });
  let status = operands.length === 0 ? 1 : 0;
  for (const name of operands) {
    const first = call.findProgram(name);
    if (first === undefined) {
      status = 1;
      continue;
    }
    const paths = has("all") && !name.includes("/") ? allPaths(name) : [first];
    if (!has("silent")) for (const path of paths) call.stdout.write(`${path}\n`);
  }
  return status;

  function allPaths(name: string): readonly string[] {
    return (call.env.get("PATH") ?? "")
      .split(":")
      .map((folder) => below(folder, name))
      .filter((path) => {
        const node = call.root.stat(path);
        return node?.kind === "file" && (node.mode & 0o111) !== 0;
      });
  }
};

/** Names of the Linux Standard Base: assigned, or of a domain; what dpkg left is none. */
const LSB_NAME =
  /^(?!.*\.dpkg-(?:old|dist|new|tmp)$)(?:[a-z0-9][a-z0-9-]*|_?(?:[a-z0-9_.]+-)+[a-z0-9]+)$/;

export const runParts: Command = (call) => {
  const { has, value, values, operands } = readOptions(call, {
    test: "--test",
    list: "--list",
    verbose: "-v --verbose",
    report: "--report",
    reverse: "--reverse",
    exit: "--exit-on-error",
    umask: "-u= --umask=",
    lsb: "--lsbsysinit",
    regex: "--regex=",
    arg: "-a= --arg=",
    newSession: "--new-session",
  });
  if (has("regex")) return call.unsupported("run-parts --regex");
  const [folder] = operands;
  if (folder === undefined) return complain(call, "missing operand");
  const path = call.path(folder);
  if (call.root.stat(path)?.kind !== "directory") {
    return complain(call, `failed to open directory ${folder}: No such file or directory`);
  }
  const pattern = has("lsb") ? LSB_NAME : /^[\w-]+$/;
  const names = call.root.list(path).filter((name) => pattern.test(name));
  const umask = value("umask");
  let status = 0;
  for (const name of has("reverse") ? names.toReversed() : names) {
    const program = below(folder, name);
    const node = call.root.stat(call.path(program));
    if (node === undefined) {
      complain(call, `failed to stat component ${program}: No such file or directory`);
    }
    if (node?.kind !== "file") continue;
    const isExecutable = (node.mode & 0o111) !== 0;
    if (has("list") || (has("test") && isExecutable)) {
      call.stdout.write(`${program}\n`);
      continue;
    }
    if (!isExecutable || has("test")) continue;
    const ended = call.run([call.path(program), ...values("arg")], {
      ...(umask !== undefined && { umask: Number.parseInt(umask, 8) }),
    });
    if (ended === 0) continue;
    complain(call, `${program} exited with return code ${ended}`);
    status = 1;
    if (has("exit")) return 1;
  }
  return status;
};
