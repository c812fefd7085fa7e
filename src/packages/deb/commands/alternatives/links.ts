import type { CommandCall } from "../../../scripts/command.ts";
import { folderOf } from "../../../scripts/commands/paths.ts";
import type { AlternativeGroup, Choice } from "./group.ts";

/** Where links and the database are. */
export interface AlternativeFolders {
  /** /etc/alternatives */
  readonly links: string;
  /** /var/lib/dpkg/alternatives */
  readonly database: string;
}

/** What update-alternatives knows while it works. */
export interface AlternativeTool {
  readonly call: CommandCall;
  readonly folders: AlternativeFolders;
  readonly warn: (text: string) => void;
  /** A file that is no link is replaced, too. */
  readonly isForced: boolean;
}

/** The program that the link under /etc/alternatives leads to. */
export function currentChoice(
  { call, folders }: AlternativeTool,
  name: string,
): string | undefined {
  const path = `${folders.links}/${name}`;
  return call.root.lstat(path)?.kind === "symlink" ? call.root.readlink(path) : undefined;
}

/** Lead the links of a group and of its slaves to a choice. */
export function install(tool: AlternativeTool, group: AlternativeGroup, choice: Choice): void {
  const { call, folders, warn } = tool;
  const { root } = call;
  setLink(tool, { name: group.name, link: group.link, to: choice.path });
  for (const [name, link] of group.slaves) {
    const file = choice.slaves.get(name);
    const isThere = file !== undefined && root.stat(file) !== undefined;
    if (isThere) {
      setLink(tool, { name, link, to: file });
      continue;
    }
    if (file !== undefined) {
      warn(
        `skip creation of ${link} because associated file ${file} (of link group ${group.name}) doesn't exist`,
      );
    }
    removeLink(tool, link);
    removeLink(tool, `${folders.links}/${name}`);
  }
}

/** Remove all links of a group. */
export function uninstall(tool: AlternativeTool, group: AlternativeGroup): void {
  for (const [name, link] of [[group.name, group.link] as const, ...group.slaves]) {
    removeLink(tool, link);
    removeLink(tool, `${tool.folders.links}/${name}`);
  }
}

function setLink(
  tool: AlternativeTool,
  { name, link, to }: { readonly name: string; readonly link: string; readonly to: string },
): void {
  const { call, folders, warn, isForced } = tool;
  const { root } = call;
  const own = `${folders.links}/${name}`;
  const present = root.lstat(link);
  if (present !== undefined && present.kind !== "symlink" && !isForced) {
    warn(`not replacing ${link} with a link`);
  } else if (present?.kind !== "symlink" || root.readlink(link) !== own) {
    if (root.stat(folderOf(link)) === undefined) {
      warn(`skip creation of ${link} because its folder does not exist`);
      return;
    }
    replaceByLink(tool, link, own);
  }
  if (currentChoice(tool, name) !== to) replaceByLink(tool, own, to);
}

function replaceByLink({ call }: AlternativeTool, path: string, target: string): void {
  const { root } = call;
  const temporary = `${path}.dpkg-tmp`;
  if (root.lstat(temporary) !== undefined) root.remove(temporary);
  root.symlink(target, temporary);
  root.rename(temporary, path);
}

/** Only links are removed: a file there is somebody's own. */
export function removeLink({ call, warn }: AlternativeTool, path: string): void {
  const status = call.root.lstat(path);
  if (status?.kind === "symlink") call.root.remove(path);
  else if (status !== undefined) warn(`not removing ${path} since it's not a symlink`);
}
