import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";
import { below } from "./paths.ts";
import { complain, quoted } from "./report.ts";

/** `mktemp`: the names are the same in every build. */
export const mktemp: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    folder: "-d --directory",
    dry: "-u --dry-run",
    quiet: "-q --quiet",
    suffix: "--suffix=",
    parent: "-p= --tmpdir[=]",
    inTemporary: "-t",
  });
  const [template = "tmp.XXXXXXXXXX"] = operands;
  if (operands.length > 1) return complain(call, "too many templates");
  const suffix = value("suffix") ?? /[^X]*$/.exec(template)?.[0] ?? "";
  const stem =
    value("suffix") === undefined ? template.slice(0, template.length - suffix.length) : template;
  if (!stem.endsWith("XXX")) return complain(call, `too few X's in template ${quoted(template)}`);
  const given = value("parent");
  const isInFolder = operands.length === 0 || given !== undefined || has("inTemporary");
  const fallback = call.env.get("TMPDIR") ?? "";
  let parent = given === undefined || given === "" ? fallback : given;
  if (parent === "") parent = "/tmp";
  if (isInFolder && given === undefined && template.includes("/")) {
    return complain(call, `invalid template, ${quoted(template)}, contains directory separator`);
  }
  const whole = isInFolder ? below(parent, stem) : stem;
  const name = `${call.temporaryName(whole)}${suffix}`;
  if (!has("dry")) {
    const path = call.path(name);
    const holder = call.root.stat(
      call.path(isInFolder ? parent : path.slice(0, path.lastIndexOf("/")) || "/"),
    );
    if (holder === undefined) {
      const kind = has("folder") ? "directory" : "file";
      if (has("quiet")) return 1;
      const wanted = `${whole}${suffix}`;
      return complain(
        call,
        `failed to create ${kind} via template ${quoted(wanted)}: No such file or directory`,
      );
    }
    if (has("folder")) call.root.mkdir(path, 0o700);
    else call.root.open(path, { access: "write", mode: 0o600, isExclusive: true });
  }
  call.stdout.write(`${name}\n`);
  return 0;
};

/** Debian's `tempfile` of old. */
export const tempfile: Command = (call) => {
  const { value, operands } = readOptions(call, {
    folder: "-d= --directory=",
    mode: "-m= --mode=",
    name: "-n= --name=",
    prefix: "-p= --prefix=",
    suffix: "-s= --suffix=",
  });
  if (operands.length > 0) return complain(call, "too many arguments");
  const stem = `${(value("prefix") ?? "file").slice(0, 5)}XXXXXX`;
  const template = below(value("folder") ?? "/tmp", stem);
  const name = value("name") ?? `${call.temporaryName(template)}${value("suffix") ?? ""}`;
  const mode = Number.parseInt(value("mode") ?? "0600", 8);
  call.root.open(call.path(name), { access: "write", mode, isExclusive: true });
  call.stdout.write(`${name}\n`);
  return 0;
};
