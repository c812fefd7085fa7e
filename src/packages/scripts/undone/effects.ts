import type { LeftEffect } from "./left-effect.ts";
import {
  literalWords,
  LONGEST_SCRIPT,
  readScript,
  type ScriptLine,
  splitOutsideQuotes,
  withFewBlanks,
} from "./lines.ts";

/** Something that a script would have made. */
export interface Effect extends LeftEffect {
  /** Absolute; what the effect is about, where it is told. */
  readonly path?: string;
  /** Whether it changes what is there, such as an owner, and does not make it. */
  readonly isChange: boolean;
}

/**
 * Commands that change nothing in an image: the shell's own, helpers of a running system,
 * questions, what tidies up after upgrades.
 */
const HARMLESS =
  /^(?:set|exit|return|true|false|:|echo|printf|test|\[|\[\[|shift|local|export|unset|read|break|continue|umask|trap|cd|dpkg|dpkg-query|dpkg-maintscript-helper|deb-systemd-(?:helper|invoke)|systemctl|invoke-rc\.d|update-rc\.d|service|ldconfig|(?:py|pypy)3?compile|py3?clean|udevadm|apparmor_parser|aa-\w+|db_\w+|update-mime|ucfr|rm|rmdir|grep|command|which|type|cut|head|tail|readlink|find|kill|pkill|sleep|sync|pathfind|selinuxenabled|restorecon|sort|uniq|tr|basename|dirname|mktemp|tempfile|wc|diff|cmp|md5sum|stat|ls|pwd|id|getent|uname|logger|nscd|print|tput|busctl|telinit|init|update-menus|warning|error|wait|update-initramfs|\.|source|eval|exec|:\w*|fi|then|do|\||&&|\|\|)$/;

/** Data that programs can do without, or that is made anew from other files. */
const CACHES: ReadonlyMap<string, string> = new Map([
  ["update-mime-database", "the MIME database"],
  ["gtk-update-icon-cache", "the icon cache"],
  ["update-icon-caches", "the icon cache"],
  ["update-desktop-database", "the desktop database"],
  ["glib-compile-schemas", "compiled settings schemas"],
  ["gdk-pixbuf-query-loaders", "the cache of image loaders"],
  ["fc-cache", "the font cache"],
  ["install-info", "the index of info pages"],
  ["dpkg-trigger", "what a trigger updates:"],
  ["update-catalog", "an SGML catalog"],
  ["update-xmlcatalog", "an XML catalog"],
]);

/**
 * What commands make, by the words of the message; the last literal path in them is what it is
 * about.
 */
const MAKERS: ReadonlyMap<string, string> = new Map([
  ["ln", "the link"],
  ["mkdir", "the folder"],
  ["install", "the file"],
  ["cp", "the file"],
  ["mv", "the file"],
  ["touch", "the file"],
  ["cat", "the file"],
  ["tee", "the file"],
  ["ucf", "the configuration"],
  ["adduser", "an account:"],
  ["addgroup", "a group:"],
  ["useradd", "an account:"],
  ["groupadd", "a group:"],
  ["systemd-sysusers", "accounts:"],
  ["systemd-tmpfiles", "folders:"],
  ["chown", "the owner of"],
  ["chmod", "the mode of"],
  ["chgrp", "the group of"],
  ["setcap", "the capabilities of"],
  ["dpkg-statoverride", "owner and mode of"],
]);

/**
 * What a postinst or preinst makes at a first installation, as far as its text shows: for those
 * that could not be interpreted. A line of which it is not known whether it runs counts. Pure.
 */
export function effectsOf(script: string, action: string): readonly Effect[] {
  if (script.length > LONGEST_SCRIPT) {
    return [{ grade: "missing", text: "a script that is too long to be read", isChange: false }];
  }
  const plain = withFewBlanks(script);
  const known = { functions: functionsOf(plain), variables: variablesOf(plain) };
  const effects = readScript(plain, action).flatMap((line) =>
    line.runs === "no" ? [] : effectsOfLine(line, known),
  );
  return [...new Map(effects.map((effect) => [effect.text, effect])).values()];
}

interface Known {
  /** Functions of the script: what is in them is looked at where it stands. */
  readonly functions: ReadonlySet<string>;
  /** Variables that are given one literal value, once. */
  readonly variables: ReadonlyMap<string, string>;
}

function functionsOf(script: string): ReadonlySet<string> {
  const names = script.matchAll(/^\s*(?:function\s+)?([\w-]+)\s*\(\)/gm);
  return new Set([...names].map(([, name = ""]) => name));
}

function variablesOf(script: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const again = new Set<string>();
  for (const [, name = "", value = ""] of script.matchAll(/^\s*(\w+)=(.*)$/gm)) {
    if (values.has(name)) again.add(name);
    values.set(name, value.trim().replace(/^"(.*)"$/, "$1"));
  }
  return new Map(
    [...values].filter(([name, value]) => !again.has(name) && /^[\w./-]+$/.test(value)),
  );
}

const OPERATOR = /^(?:&&|\|\||\||&(?!>))/;

/** Each command of a line with pipes and conditions. */
function effectsOfLine({ text }: ScriptLine, known: Known): readonly Effect[] {
  const parts = (
    splitOutsideQuotes(text.replaceAll(/>&(?=\s*\d)/g, "> /dev/"), OPERATOR) ?? [text]
  ).filter((_, at) => at % 2 === 0);
  return parts.flatMap((part) => {
    const command = part
      .trim()
      .replaceAll(/\s*\d?>\s*(?:&\s*\d|\/dev\/\w+)/g, "")
      .replace(
        /^(?:(?:!|then|do|else|\(|\{)\s+|[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|\$\([^)]*\)|`[^`]*`|\S*)\s*)+/,
        "",
      )
      .replaceAll(/\$\{?(\w+)\}?/g, (whole, name: string) => known.variables.get(name) ?? whole);
    return effectOf(command, known) ?? [];
  });
}

function effectOf(command: string, known: Known): Effect | undefined {
  const [name = ""] = /^[^\s;|&<>()]+/.exec(command) ?? [];
  const base = name.replace(/^(?:\/usr)?\/s?bin\//, "");
  const target = redirectedTo(command);
  if (target !== undefined) return about("missing", "the file", target);
  if (HARMLESS.test(base) || known.functions.has(base) || !/^[A-Za-z_/][\w./-]*$/.test(base))
    return undefined;
  switch (base) {
    case "update-alternatives":
      return ofAlternative(command);
    case "dpkg-divert":
      if (!/--add\b/.test(command)) return undefined;
      return about("missing", "the diversion of", lastPath(command));
    case "dpkg-statoverride":
      if (command.includes("--list")) return undefined;
      break;
    case "cat":
      return undefined;
    case "sed":
    case "awk":
      return /\s-i/.test(command) ? about("missing", "the file", lastPath(command)) : undefined;
  }
  const cache = CACHES.get(base);
  if (cache !== undefined) return about("cache", cache, lastPath(command));
  const maker = MAKERS.get(base);
  if (maker !== undefined) return about("missing", maker, lastPath(command));
  return { grade: "missing", text: `what ${base} does`, isChange: false };
}

function ofAlternative(command: string): Effect | undefined {
  const [, link] = /--install\s+"?([^\s"]+)/.exec(command) ?? [];
  return link === undefined ? undefined : about("missing", "the link", link);
}

function about(grade: Effect["grade"], words: string, path: string | undefined): Effect {
  const isChange = words.endsWith(" of");
  if (path === undefined || !path.startsWith("/")) {
    // An account has a name; of a variable nothing is known.
    const isName = words.endsWith(":") && path !== undefined && !path.includes("$");
    const text = words
      .replace(/^the (?=[aeiou])/, "an ")
      .replace(/^the /, "a ")
      .replace(/(?: of|:)$/, "");
    return { grade, text: isName ? `${words} ${path}` : text, isChange };
  }
  const shown = path.replaceAll(/\$\{?\w+\}?/g, "…");
  const isPlain = shown === path && !/[$*?`]/.test(path);
  return { grade, text: `${words} ${shown}`, isChange, ...(isPlain ? { path } : {}) };
}

/** The last word that looks like a path or holds a variable. */
function lastPath(command: string): string | undefined {
  const words = literalWords(command) ?? command.replaceAll(/["']/g, "").split(/\s+/);
  return words.slice(1).findLast((word) => /^[/$]|^[a-z][\w.-]*$/.test(word));
}

function redirectedTo(command: string): string | undefined {
  const [, path] = /(?<![0-9&])>>?\s*"?([^\s"&;|]+)/.exec(command) ?? [];
  return path === undefined || path.startsWith("/dev/") ? undefined : path;
}
