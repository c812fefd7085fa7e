import type { Diagnostic } from "../../diagnostic.ts";
import { errorAt } from "../../diagnostic.ts";
import { type Lookup, readVariables } from "../../manifest/dotenv/read.ts";
import type { DocumentPath } from "../../manifest/text/locate.ts";
import type { SourceText } from "../../manifest/text/source.ts";
import { fail, ok, type Result } from "../../result.ts";
import { projectPath } from "../project-path.ts";
import type { ServiceRequest } from "../request.ts";
import type { EnvFile, Service, Stack } from "../stack.ts";

/**
 * The files of variables of a service, in their order. What they hold is read later, and of
 * services that are active alone.
 */
export function resolveEnvFiles(request: ServiceRequest): readonly EnvFile[] {
  const { name, service, loaded, problems, locations } = request;
  const written = service.env_file ?? [];
  return [written].flat().map((file, index) => {
    const entry = typeof file === "string" ? { path: file, required: true } : file;
    const at: DocumentPath = [
      "services",
      name,
      "env_file",
      ...(typeof written === "string" ? [] : [index]),
      ...(typeof file === "string" ? [] : ["path"]),
    ];
    const place = loaded.locator.value(at);
    locations.set(locationKey(name, index), place);
    const found = projectPath(request, entry.path, {
      at,
      hint: "Move it below the manifest's folder, or give its values under `environment`.",
    });
    if (found.kind === "directory" || found.kind === "other") {
      problems.add("missing-file", place, {
        message: `"${entry.path}" of service "${name}" is no regular file.`,
      });
    }
    return {
      path: found.path,
      isRequired: entry.required,
      format: entry.format ?? "dotenv",
    };
  });
}

/** What the files of a stack's services hold, read beforehand so that the rest stays pure. */
export interface EnvFileContents {
  /** By absolute path; those that are not there are missing. */
  readonly texts: ReadonlyMap<string, SourceText>;
  /** The variables that their values may hold. */
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * The stack with what the files of its active services hold in their environments, or everything
 * that is wrong with these. Not part of resolving the manifest: the values may be secrets, and what
 * was resolved is remembered on the disk.
 */
export function withEnvFiles(
  stack: Stack,
  contents: EnvFileContents,
): Result<Stack, readonly Diagnostic[]> {
  const problems: Diagnostic[] = [];
  const services = new Map(
    [...stack.services].map(([name, service]) => [
      name,
      stack.inactive?.has(name) === true
        ? service
        : withVariables(service, { ...contents, stack, problems }),
    ]),
  );
  // A file that two services name is wrong once.
  const unique = new Map(
    problems.map((each) => [JSON.stringify(each.location) + each.message, each]),
  );
  return problems.length === 0 ? ok({ ...stack, services }) : fail([...unique.values()]);
}

interface Reading extends EnvFileContents {
  readonly stack: Stack;
  readonly problems: Diagnostic[];
}

function withVariables(service: Service, reading: Reading): Service {
  const { name, envFiles = [], environment: own } = service;
  if (envFiles.length === 0) return service;
  const { texts, environment, problems, stack } = reading;
  const values = new Map<string, string>();
  const lookup: Lookup = (variable) => environment.get(variable) ?? own.get(variable);
  for (const [index, { path, isRequired, format }] of envFiles.entries()) {
    const text = texts.get(path);
    if (text === undefined) {
      const place = stack.locations.get(locationKey(name, index));
      if (isRequired && place !== undefined) problems.push(missing(service, place));
      continue;
    }
    const earlier: Lookup = (variable) => values.get(variable);
    const read = readVariables(text, { lookup, earlier, format });
    problems.push(...read.problems);
    for (const [variable, { value }] of read.variables) values.set(variable, value);
  }
  const effective = [...values.keys()].filter((variable) => !own.has(variable));
  if (effective.length === 0) return service;
  return {
    ...service,
    environment: new Map([...values, ...own]),
    fileVariables: new Set(effective),
  };
}

function missing({ name }: Service, place: Diagnostic["location"]): Diagnostic {
  return errorAt(place, "missing-file", {
    message: `The file of variables of service "${name}" does not exist.`,
    hint: "Make it, or write `{ path: …, required: false }` when it may be missing.",
  });
}

function locationKey(service: string, index: number): string {
  return `services.${service}.env_file.${index}`;
}
