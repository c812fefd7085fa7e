import type { Diagnostic } from "../../src/diagnostic.ts";
import { type LoadedManifest, loadManifest } from "../../src/manifest/load.ts";
import { formatDiagnostics } from "../../src/reporters/format/diagnostic.ts";
import type { Place } from "../../src/project/place.ts";
import type { Result } from "../../src/result.ts";
import type { ResolveRequest } from "../../src/stack/request.ts";
import { resolveStack } from "../../src/stack/resolve.ts";
import type { Stack } from "../../src/stack/stack.ts";

export interface World {
  /** Texts that are laid over the manifest, by their files. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * What exists below the project; everything that ends with a slash is a folder. By default any
   * path is a folder.
   */
  readonly files?: readonly string[];
  /** What these absolute paths lead to, before `files` is asked. */
  readonly places?: ReadonlyMap<string, Place>;
  readonly froms?: ReadonlyMap<string, readonly string[]>;
  readonly os?: ResolveRequest["os"];
  /** Texts of requirements files, by their names below the project. */
  readonly requirements?: Readonly<Record<string, string>>;
}

/** The manifest of a text, as if it stood in /project. */
export function loadText(
  text: string,
  world: World = {},
): Result<LoadedManifest, readonly Diagnostic[]> {
  return loadManifest({
    path: "/project/stack.config.yaml",
    text,
    displayPath: "stack.config.yaml",
    overrides: Object.entries(world.overrides ?? {}).map(([displayPath, override]) => ({
      displayPath,
      text: override,
    })),
    environment: new Map(Object.entries(world.environment ?? {})),
  });
}

/** The stack of a text, or everything that is wrong with it. */
export function readText(text: string, world: World = {}): Result<Stack, readonly Diagnostic[]> {
  const loaded = loadText(text, world);
  if (!loaded.ok) return loaded;
  return resolveStack({
    loaded: loaded.value,
    os: world.os ?? "debian-12",
    architecture: "amd64",
    froms: world.froms ?? new Map(),
    requirements: new Map(
      Object.entries(world.requirements ?? {}).map(([displayPath, requirements]) => [
        `/project/${displayPath}`,
        { displayPath, text: requirements },
      ]),
    ),
    locate: (file) => world.places?.get(file) ?? placeIn(world.files, file),
  });
}

/** The stack of a text that is right. */
export function stackOf(text: string, world: World = {}): Stack {
  const read = readText(text, world);
  if (!read.ok) throw new Error(formatDiagnostics(read.error, { color: false }));
  return read.value;
}

/**
 * The screen of a text that is wrong, and what `qclock validate` would print for a right one:
 * nothing.
 */
export function screenOf(text: string, world: World = {}): string {
  const read = readText(text, world);
  return read.ok ? "" : `\n${formatDiagnostics(read.error, { color: false })}`;
}

/** The codes of what is wrong with a text, in the order of their places. */
export function codesOf(text: string, world: World = {}): readonly string[] {
  const read = readText(text, world);
  return read.ok ? [] : read.error.map(({ code }) => code);
}

/** What is wrong with a text, each as `code: message`, in the order of their places. */
export function problemsOf(text: string, world: World = {}): readonly string[] {
  const read = readText(text, world);
  return read.ok ? [] : read.error.map(({ code, message }) => `${code}: ${message}`);
}

function placeIn(files: readonly string[] | undefined, file: string): Place {
  if (!file.startsWith("/project")) return { type: "outside" };
  if (files === undefined) return { type: "directory", path: file };
  if (files.some((each) => `/project/${each}` === `${file}/`))
    return { type: "directory", path: file };
  return files.some((each) => `/project/${each}` === file)
    ? { type: "file", path: file }
    : { type: "missing" };
}
