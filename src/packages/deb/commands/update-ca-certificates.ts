import { toBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall, Output } from "../../scripts/command.ts";
import { linesOf } from "../../scripts/commands/lines.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { below, isFolder } from "../../scripts/commands/paths.ts";
import { printedBy } from "../../scripts/commands/printed-by.ts";
import { readLines } from "../../commands/lines-file.ts";

const LIST = "/etc/ca-certificates.conf";
const SHIPPED = "/usr/share/ca-certificates";
const LOCAL = "/usr/local/share/ca-certificates";
const TRUSTED = "/etc/ssl/certs";
const BUNDLE = "ca-certificates.crt";
const HOOKS = "/etc/ca-certificates/update.d";

/**
 * `update-ca-certificates` of ca-certificates 20250419: the certificates that are trusted, as links
 * and as one bundle, and the programs that want to know of it. The original is a shell script that
 * calls five programs for each of the 150 certificates.
 */
export const updateCaCertificates: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    verbose: "-v --verbose",
    fresh: "-f --fresh",
    hooks: "--hooksdir=",
  });
  if (operands.length > 0) return call.unsupported("operands of update-ca-certificates");
  const { root } = call;
  if (!isFolder(root, TRUSTED)) {
    call.stderr.write(`${call.name}: cd: can't cd to ${TRUSTED}\n`);
    return 2;
  }
  if (has("fresh") || (root.stat(LIST)?.size ?? 0) === 0) clear(call);
  call.stdout.write(`Updating certificates in ${TRUSTED}...\n`);
  const lines = readLines(call, LIST).filter((line) => line !== "");
  const removed = lines
    .filter((line) => line.startsWith("!"))
    .flatMap((line) => remove(call, line.slice(1).trim()));
  const wanted = lines.filter((line) => !/^[#!]/.test(line)).map((line) => line.trim());
  const files = [...wanted.flatMap((name) => shipped(call, name)), ...localFiles(call)];
  const added = files.flatMap((file) => add(call, file));
  if (added.length + removed.length > 0) {
    removeDangling(call, TRUSTED);
    const stdout = has("verbose") ? call.stdout : nowhere;
    const status = call.run(["openssl", "rehash", "."], { cwd: TRUSTED, stdout });
    if (status !== 0) return status;
  }
  if (files.length > 0) writeBundle(call, files);
  call.stdout.write(`${added.length} added, ${removed.length} removed; done.\n`);
  const changes = [...added.map((path) => `+${path}\n`), ...removed.map((path) => `-${path}\n`)];
  runHooks(call, value("hooks") ?? HOOKS, changes.join(""));
  return 0;
};

const nowhere: Output = { write: () => undefined };

/** Links to certificates, and those that lead nowhere, are made anew. */
function clear(call: CommandCall): void {
  const { root } = call;
  call.stdout.write(`Clearing symlinks in ${TRUSTED}...\n`);
  for (const path of linksBelow(call, TRUSTED)) {
    const target = root.readlink(path);
    if (target.startsWith(SHIPPED) || target.startsWith(LOCAL)) root.remove(path);
  }
  for (const path of linksBelow(call, TRUSTED))
    if (root.stat(path)?.kind !== "file") root.remove(path);
  call.stdout.write("done.\n");
}

function removeDangling(call: CommandCall, folder: string): void {
  for (const path of linksBelow(call, folder))
    if (call.root.stat(path) === undefined) call.root.remove(path);
}

function linksBelow(call: CommandCall, folder: string): readonly string[] {
  const { root } = call;
  return root.list(folder).flatMap((name) => {
    call.countSteps(1);
    const path = below(folder, name);
    const kind = root.lstat(path)?.kind;
    if (kind === "directory") return linksBelow(call, path);
    return kind === "symlink" ? [path] : [];
  });
}

/** The link's path, where there was one. */
function remove({ root }: CommandCall, name: string): readonly string[] {
  const path = below(TRUSTED, `${stemOf(name)}.pem`);
  if (root.lstat(path)?.kind !== "symlink") return [];
  root.remove(path);
  return [path];
}

function shipped(call: CommandCall, name: string): readonly string[] {
  const file = below(SHIPPED, name);
  if (call.root.stat(file)?.kind === "file") return [file];
  call.stderr.write(`W: ${file} not found, but listed in ${LIST}.\n`);
  return [];
}

/** What the administrator put there, with what links lead to, sorted. */
function localFiles(call: CommandCall): readonly string[] {
  if (!isFolder(call.root, LOCAL)) return [];
  if (linksBelow(call, LOCAL).some((path) => isFolder(call.root, path)))
    return call.unsupported("links to folders of certificates");
  const filesBelow = (folder: string): readonly string[] =>
    call.root.list(folder).flatMap((name) => {
      const path = below(folder, name);
      const kind = call.root.stat(path)?.kind;
      if (kind === "directory") return filesBelow(path);
      return kind === "file" && name.endsWith(".crt") ? [path] : [];
    });
  return filesBelow(LOCAL).toSorted();
}

/** The path of its link, where that is new. */
function add(call: CommandCall, file: string): readonly string[] {
  const { root } = call;
  call.countSteps(5);
  const name = stemOf(file).replaceAll(" ", "_").replaceAll(/[()]/g, "=").replaceAll(",", "_");
  const path = below(TRUSTED, `${name}.pem`);
  const present = root.lstat(path);
  const leadsThere = present?.kind === "symlink" && root.readlink(path) === file;
  if (leadsThere && root.stat(path) !== undefined) return [];
  if (present !== undefined) root.remove(path);
  root.symlink(file, path);
  return [path];
}

/** `basename FILE .crt` */
function stemOf(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  return name.endsWith(".crt") && name !== ".crt" ? name.slice(0, -".crt".length) : name;
}

/** All certificates, each with a newline at its end. */
function writeBundle(call: CommandCall, files: readonly string[]): void {
  const { root } = call;
  const parts = files.flatMap((file) => {
    const content = root.read(file);
    call.countSteps(1 + (content.length >> 8));
    return content.length === 0 || content.at(-1) === 0x0a ? [content] : [content, toBytes("\n")];
  });
  const path = below(TRUSTED, BUNDLE);
  if (root.lstat(path) !== undefined) root.remove(path);
  root.write(path, Buffer.concat(parts), 0o644);
}

/** Programs that hear what was added and removed. One that fails is told, and stops nothing. */
function runHooks(call: CommandCall, folder: string, changes: string): void {
  if (folder === "" || !isFolder(call.root, folder)) return;
  call.stdout.write(`Running hooks in ${folder}...\n`);
  for (const hook of linesOf(printedBy(call, ["run-parts", "--test", "--", folder]))) {
    const status = call.run([hook], { cwd: TRUSTED, stdin: toBytes(changes) });
    if (status !== 0) call.stdout.write(`E: ${hook} exited with code ${status}.\n`);
  }
  call.stdout.write("done.\n");
}
