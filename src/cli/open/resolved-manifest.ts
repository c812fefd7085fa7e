import { by } from "../../order.ts";
import type { Diagnostic } from "../../diagnostic.ts";
import { mapTexts } from "../../manifest/text/print.ts";
import type { Manifest } from "../../manifest/schema/manifest.ts";
import { fail, ok, type Result } from "../../result.ts";
import { activeImages, activeServices } from "../../stack/profiles.ts";
import type { Stack } from "../../stack/stack.ts";
import { findManifest } from "./manifest-file.ts";
import { readManifest } from "./manifest-text.ts";
import { isSecretName } from "./secret-names.ts";
import type { Session } from "./session.ts";
import { imageArchitecture } from "./context.ts";
import { loadStack } from "./stack-file.ts";
import { withEngineSocket } from "./engine-socket.ts";
import { readProjectVariables } from "./variables.ts";
import { WatchedEnvironment } from "./watched-environment.ts";

/** What a manifest means: its files merged, its variables replaced, what is not active left out. */
export interface ResolvedManifest {
  readonly stack: Stack;
  /** Secrets are masked. */
  readonly manifest: Manifest;
  /** The variables that the files name and that have a value, by name; secrets are masked. */
  readonly variables: ReadonlyMap<string, NamedVariable>;
}

export interface NamedVariable {
  readonly value: string;
  /** `environment`, or where it stands in a file, such as `.env:3`. */
  readonly origin: string;
}

const mask = "***";

/** Read the manifest as `up` would, or tell everything that is wrong with it. */
export async function loadResolvedManifest(
  session: Session,
): Promise<Result<ResolvedManifest, readonly Diagnostic[]>> {
  const { settings, host } = session;
  const { workingDirectory } = host;
  const files = await findManifest({ named: settings.file, workingDirectory });
  const architecture = imageArchitecture(session);
  const resolved = await loadStack({ session, files, architecture, containers: "made" });
  if (!resolved.ok) return resolved;
  const [read, variables] = await Promise.all([
    readManifest(files, workingDirectory),
    readProjectVariables(session, files),
  ]);
  if (!read.ok) return read;
  if (!variables.ok) return variables;
  const { environment, origins } = await withEngineSocket(variables.value, session);
  const { loadManifest } = await import("../../manifest/load.ts");
  const asked = new Map<string, string | undefined>();
  const [main, ...overrides] = read.value;
  const loaded = loadManifest({
    path: files.path,
    text: "",
    displayPath: files.path,
    ...main,
    overrides,
    environment: new WatchedEnvironment(environment, asked),
  });
  // Somebody wrote to the files meanwhile.
  if (!loaded.ok) return fail(loaded.error);
  const { stack } = resolved.value;
  const masking = createMasking(session, asked);
  const named = [...asked].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return ok({
    stack,
    manifest: masked(onlyActive(loaded.value.manifest, stack), masking),
    variables: new Map(
      named.toSorted(by(([key]) => key)).map(([name, value]) => [
        name,
        {
          value: isSecretName(name) ? mask : masking(value),
          origin: origins.get(name) ?? "environment",
        },
      ]),
    ),
  });
}

function onlyActive(manifest: Manifest, stack: Stack): Manifest {
  const services = new Set(activeServices(stack).map(({ name }) => name));
  const images = new Set(activeImages(stack));
  return {
    ...manifest,
    name: stack.name,
    images: pick(manifest.images, images),
    services: pick(manifest.services, services),
  };
}

function pick<Value>(
  values: Readonly<Record<string, Value>>,
  names: ReadonlySet<string>,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name)));
}

/**
 * Takes the values of secret variables out of a text; a short one only where it is the whole of it.
 */
function createMasking(
  { redactor }: Pick<Session, "redactor">,
  variables: ReadonlyMap<string, string | undefined>,
): (text: string) => string {
  const secrets = new Set(
    [...variables].flatMap(([name, value = ""]) =>
      isSecretName(name) && value !== "" ? [value] : [],
    ),
  );
  return (text) => (secrets.has(text) ? mask : redactor.redact(text));
}

/** Maps of free names, and lists of `NAME=value`. */
const freeMaps: ReadonlySet<string | number> = new Set([
  "environment",
  "args",
  "labels",
  "options",
  "headers",
]);

function masked(manifest: Manifest, masking: (text: string) => string): Manifest {
  const change = (text: string, path: readonly (string | number)[]): string => {
    const [map, name] = path.slice(-2);
    if (map === undefined || !freeMaps.has(map)) return masking(text);
    if (typeof name === "string")
      return isSecretName(name.replaceAll("-", "_")) ? mask : masking(text);
    const equals = text.indexOf("=");
    const own = text.slice(0, equals);
    return `${own}=${isSecretName(own) ? mask : masking(text.slice(equals + 1))}`;
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only texts were changed
  return mapTexts(manifest, change) as Manifest;
}
