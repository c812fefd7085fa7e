import { NeedsMore } from "../../command.ts";
import { LimitReached } from "../../limits.ts";
import { RootError } from "../../root.ts";
import { expandBraces } from "../expand/braces.ts";
import { expandHereDocument, expandText } from "../expand/words.ts";
import type { Redirection } from "../tree.ts";
import { Channel, type Description, FileDescription, nullDevice } from "./description.ts";
import { fail, ShellFailure } from "./failure.ts";
import type { Shell } from "./shell.ts";

/** Descriptors as they were before redirections. */
export type SavedDescriptors = ReadonlyMap<number, Description | undefined>;

/**
 * Redirect descriptors of a shell, in their order. Gives what they were, to be put back. A file
 * that cannot be opened is an error of the shell, with the redirections before it done.
 */
export function redirect(
  shell: Shell,
  redirections: readonly Redirection[],
  saved = new Map<number, Description | undefined>(),
): SavedDescriptors {
  return openAll(shell, redirections, { targets: targetsOf(shell, redirections), saved });
}

/** All names are expanded before the first file is opened; a mistake in one ends the shell. */
function targetsOf(shell: Shell, redirections: readonly Redirection[]): readonly string[] {
  return redirections.map((each) => {
    const target = "target" in each ? expandText(shell, each.target) : "";
    const isWord = "target" in each && each.type !== "here-string";
    if (isWord && expandBraces(shell, each.target).length > 1) fail(shell, "ambiguous redirect");
    if (each.type === "duplicate" && shell.dialect === "dash" && !/^(?:\d|-)$/.test(target)) {
      fail(shell, "Syntax error: Bad fd number");
    }
    return target;
  });
}

function openAll(
  shell: Shell,
  redirections: readonly Redirection[],
  {
    targets,
    saved,
  }: { readonly targets: readonly string[]; readonly saved: Map<number, Description | undefined> },
): SavedDescriptors {
  for (const [index, redirection] of redirections.entries()) {
    const { descriptor, type } = redirection;
    shell.world.meter.step();
    const opened = open(shell, redirection, targets[index] ?? "");
    keep(shell, descriptor, saved);
    shell.descriptors[descriptor] = opened;
    const isBoth = type === "duplicate" && !/^(?:\d|-)$/.test(targets[index] ?? "");
    if (type !== "both" && type !== "append-both" && !isBoth) continue;
    keep(shell, 2, saved);
    shell.descriptors[2] = opened;
  }
  return saved;
}

/** The same, where a failure is the status 2 of a command. Says whether all is well. */
export function redirectSafely(
  shell: Shell,
  redirections: readonly Redirection[],
  saved: Map<number, Description | undefined>,
): boolean {
  const targets = targetsOf(shell, redirections);
  try {
    openAll(shell, redirections, { targets, saved });
    return true;
  } catch (error) {
    if (error instanceof ShellFailure) return false;
    throw error;
  }
}

export function putBack(shell: Shell, saved: SavedDescriptors): void {
  for (const [descriptor, description] of saved) shell.descriptors[descriptor] = description;
}

function keep(shell: Shell, descriptor: number, saved: Map<number, Description | undefined>): void {
  if (!saved.has(descriptor)) saved.set(descriptor, shell.descriptors[descriptor]);
}

function open(shell: Shell, redirection: Redirection, target: string): Description | undefined {
  const { meter } = shell.world;
  switch (redirection.type) {
    case "here-document": {
      const { word, isLiteral } = redirection.body;
      if (word === undefined) return new Channel(meter);
      if (!isLiteral) return new Channel(meter, expandHereDocument(shell, word));
      return new Channel(
        meter,
        word.parts.map((part) => ("text" in part ? part.text : "")).join(""),
      );
    }
    case "here-string":
      return new Channel(meter, `${target}\n`);
    case "duplicate":
      return duplicate(shell, redirection.descriptor, target);
    case "read":
      return openFile(shell, target, "read");
    case "append":
    case "append-both":
      return openFile(shell, target, "append");
    case "read-write":
      return openFile(shell, target, "read-write");
    case "write":
    case "both":
      return writeTo(shell, target);
    case "clobber":
      return openFile(shell, target, "write");
  }
}

function duplicate(shell: Shell, descriptor: number, target: string): Description | undefined {
  if (target === "-") return undefined;
  if (!/^\d$/.test(target)) {
    if (shell.dialect === "dash") return fail(shell, "Syntax error: Bad fd number");
    if (/^\d+-$/.test(target)) throw new NeedsMore("bash's descriptors that are moved");
    if (/^\d+$/.test(target)) return fail(shell, `${target}: Bad file descriptor`);
    // bash's `>& file` is `&> file`; with another descriptor it means nothing.
    if (descriptor !== 1 || target === "") return fail(shell, `${target}: ambiguous redirect`);
    return writeTo(shell, target);
  }
  const number = Number(target);
  if (number === descriptor) return shell.descriptors[descriptor];
  return shell.descriptors[number] ?? fail(shell, `${number}: Bad file descriptor`);
}

function writeTo(shell: Shell, name: string): Description {
  if (shell.options.has("noclobber")) return openNew(shell, name);
  return openFile(shell, name, "write");
}

/** Without `noclobber`'s permission: a file that is there is not emptied. */
function openNew(shell: Shell, name: string): Description {
  if (shell.world.root.stat(shell.path(name))?.kind === "file") {
    return fail(shell, `cannot create ${name}: File exists`);
  }
  return openFile(shell, name, "write");
}

/** A file by its name, or a descriptor by its name below `/dev`. */
export function openFile(
  shell: Shell,
  name: string,
  access: "read" | "write" | "append" | "read-write",
): Description {
  try {
    return openDescription(shell, name, access);
  } catch (error) {
    if (!(error instanceof RootError)) throw error;
    const word = access === "read" ? "open" : "create";
    const isMissing = error.code === "ENOENT" || error.code === "ENOTDIR";
    const missing = access === "read" ? "No such file" : "Directory nonexistent";
    return fail(shell, `cannot ${word} ${name}: ${isMissing ? missing : error.message}`);
  }
}

/** Throws `RootError`. */
export function openDescription(
  shell: Shell,
  name: string,
  access: "read" | "write" | "append" | "read-write",
): Description {
  const { root, meter } = shell.world;
  const path = shell.path(name);
  const standard = standardDescriptor(path);
  if (standard !== undefined) {
    const description = shell.descriptors[standard];
    if (description === undefined) throw new RootError("ENOENT", path);
    return description;
  }
  if (path === "/dev/null") return nullDevice;
  const mode = 0o666 & ~shell.umask;
  const file = root.open(path, { access, mode });
  if (file.status.kind === "device") return nullDevice;
  if (!Number.isSafeInteger(file.status.size)) throw new LimitReached("fileBytes");
  return new FileDescription(file, access, meter);
}

function standardDescriptor(path: string): number | undefined {
  const named = /^\/dev\/(?:fd\/(\d)|(stdin|stdout|stderr))$/.exec(path);
  if (named === null) return undefined;
  const [, digit, name = ""] = named;
  return digit === undefined ? ["stdin", "stdout", "stderr"].indexOf(name) : Number(digit);
}
