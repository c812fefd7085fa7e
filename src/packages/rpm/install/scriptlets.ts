import type { RpmHeader } from "../header/header.ts";
import { tags } from "../header/tags.ts";

/** The scriptlets of an installation, as a spec file names them without `%`. */
export type ScriptletKind = "pretrans" | "pre" | "post" | "posttrans";

/** A script of a package, and who runs it. */
export interface Scriptlet {
  /** The program and its arguments: `/bin/sh`, `<lua>`, `/sbin/ldconfig`. */
  readonly program: readonly string[];
  /** Absent: the program is run by itself. */
  readonly text?: string;
  /** rpm expands macros or header tags in the text first. */
  readonly isExpanded: boolean;
}

/** A scriptlet, whose it is and with which words it is called. */
export interface ScriptletRun {
  readonly package: string;
  /** Such as `post`, without `%`. */
  readonly kind: string;
  readonly scriptlet: Scriptlet;
  readonly args: readonly string[];
  /** Absolute paths, for a trigger that is about files. */
  readonly files?: readonly string[];
}

const KINDS = {
  pretrans: [tags.preTransaction, tags.preTransactionProgram, tags.preTransactionFlags],
  pre: [tags.preInstall, tags.preInstallProgram, tags.preInstallFlags],
  post: [tags.postInstall, tags.postInstallProgram, tags.postInstallFlags],
  posttrans: [tags.postTransaction, tags.postTransactionProgram, tags.postTransactionFlags],
} as const satisfies Readonly<Record<ScriptletKind, readonly [number, number, number]>>;

/** RPMSCRIPT_FLAG_EXPAND and RPMSCRIPT_FLAG_QFORMAT. Source: rpm 4.16, lib/rpmscript.h. */
const EXPANDED = 1 + 2;

const SHELL = "/bin/sh";

/** A scriptlet of a package; undefined when it has none of that kind. */
export function scriptletOf(header: RpmHeader, kind: ScriptletKind): Scriptlet | undefined {
  const [textTag, programTag, flagsTag] = KINDS[kind];
  const text = header.text(textTag);
  const program = header.texts(programTag);
  if (text === undefined && program.length === 0) return undefined;
  return scriptlet(program, { text, flags: header.numbers(flagsTag)[0] });
}

/** A scriptlet by what its tags hold. */
export function scriptlet(
  program: readonly string[],
  { text, flags = 0 }: { readonly text: string | undefined; readonly flags?: number | undefined },
): Scriptlet {
  return {
    program: program.length === 0 ? [SHELL] : program,
    ...(text === undefined || text === "" ? {} : { text }),
    isExpanded: (flags & EXPANDED) !== 0 && text?.includes("%") === true,
  };
}
