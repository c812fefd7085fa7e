import * as z from "zod";
import { QclockError } from "../../error.ts";
import { visible } from "../../visible.ts";

/** The format of a bundle; a newer one is refused rather than half understood. */
export const BUNDLE_SCHEMA = "qclock/bundle/v1";
export const DOCUMENT_NAME = "bundle.json";
export const LOCK_NAME = "stack.lock.yaml";
/** Below it lie the manifest and what it points at. */
const PROJECT_FOLDER = "project/";

const digest = z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]);
/**
 * Some of it is shown: nothing in it may steer a terminal, or read as something else than it is.
 */
const shown = z
  .string()
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, "holds characters that cannot be seen");
const path = z.string().refine(isAllowedPath, "leads out of the bundle, or is none of its places");

const fileSchema = z.object({
  path,
  size: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** A program of the project. */
  executable: z.literal(true).optional(),
});

const entrySchema = z.union([
  fileSchema,
  z.object({ path, link: z.string().regex(/^[^\p{Cc}\p{Bidi_Control}]+$/u) }),
  z.object({ path, folder: z.literal(true) }),
]);

const evidenceSchema = z.object({
  repository: shown,
  suite: shown,
  archive: z.enum(["main", "security"]),
  /**
   * Fingerprint of the key that is said to have signed the release file; whoever loads the bundle
   * looks for itself.
   */
  signedBy: z.string().regex(/^[0-9A-F]{40,64}$/),
  release: digest,
  indexes: z.record(shown, digest),
  /** Whether this is the release file that the lock names; else a later one. */
  asLocked: z.boolean(),
});

const imageSchema = z.object({
  name: shown,
  /**
   * Only a name of qclock's own, which no registry can have: a bundle must not give an image
   * another's name.
   */
  reference: z.string().regex(/^qclock\.invalid\/[a-z0-9._-]+\/[a-z0-9._-]+:latest$/),
  target: shown,
  config: digest,
  manifest: digest,
  layers: z.array(z.object({ digest, size: z.int().nonnegative() })),
});

const documentSchema = z.object({
  schema: z.literal(BUNDLE_SCHEMA),
  /** The qclock that wrote it. */
  version: shown,
  stack: shown,
  /** Digest of `stack.lock.yaml` in the bundle. */
  lock: digest,
  targets: z.array(
    z.object({
      /** Key in the lock, such as `debian-12/amd64`. */
      target: shown,
      evidence: z.array(evidenceSchema),
    }),
  ),
  images: z.array(imageSchema),
  /** Name of the manifest below `project/`, when the bundle holds it. */
  manifest: shown.optional(),
  entries: z.array(entrySchema),
});

/** The head of a bundle, `bundle.json`: what it is for and, in order, everything that follows. */
export type BundleDocument = z.infer<typeof documentSchema>;
export type BundleEntry = BundleDocument["entries"][number];
export type BundleFile = z.infer<typeof fileSchema>;
export type BundleImage = z.infer<typeof imageSchema>;
export type BundleEvidence = z.infer<typeof evidenceSchema>;

/** Where a blob lies in a bundle, which is also its place in an OCI layout. */
export function blobPath(blob: string): string {
  return `blobs/sha256/${blob.replace(/^sha256:/, "")}`;
}

/** Where a file of the project lies in a bundle; `file` is relative to the manifest's folder. */
export function projectPath(file: string): string {
  return `${PROJECT_FOLDER}${file}`;
}

/**
 * The path below the manifest's folder of a file of the project; undefined for anything else in a
 * bundle.
 */
export function pathInProject(entry: BundleEntry): string | undefined {
  return entry.path.startsWith(PROJECT_FOLDER)
    ? entry.path.slice(PROJECT_FOLDER.length)
    : undefined;
}

/** Whether an entry is a file; the others are links and empty folders of the project. */
export function isFileEntry(entry: BundleEntry): entry is BundleFile {
  return "sha256" in entry;
}

/** The text of `bundle.json`. */
export function formatDocument(document: BundleDocument): string {
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

/**
 * Read `bundle.json`. Throws `bundle-invalid` for one of a newer qclock, and for one that does not
 * hold together.
 */
export function parseDocument(text: string, name: string): BundleDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(name, `its ${DOCUMENT_NAME} is damaged`, undefined, error);
  }
  refuseOtherSchema(value, name);
  const parsed = documentSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue === undefined ? "" : ` at ${issue.path.join(".")}: ${issue.message}`;
    throw invalid(name, `its ${DOCUMENT_NAME} is wrong${place}`);
  }
  refuseContradictions(parsed.data, name);
  return parsed.data;
}

/**
 * An error about a bundle: its name and what is wrong with it, in which a stranger's text may be
 * quoted.
 */
export function invalid(name: string, why: string, hint?: string, cause?: unknown): QclockError {
  return new QclockError("bundle-invalid", `${name} is refused: ${visible(why)}.`, {
    cause,
    hint: hint ?? "Carry it over again, and compare its digest with the one where it was saved.",
  });
}

function refuseOtherSchema(value: unknown, name: string): void {
  const schema: unknown =
    typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
  if (schema === BUNDLE_SCHEMA) return;
  if (typeof schema === "string" && schema.startsWith("qclock/bundle/")) {
    throw invalid(
      name,
      `it is a ${schema}, which this qclock does not know`,
      "A newer qclock wrote it: use the same version on both machines.",
    );
  }
  throw invalid(name, "it is no bundle", NO_BUNDLE_HINT);
}

/** What to do with a file that is something else. */
export const NO_BUNDLE_HINT = "`qclock bundle save FILE` makes a bundle.";

/** Each path once, no file below a link, and each blob under the digest that it has. */
function refuseContradictions({ entries, lock }: BundleDocument, name: string): void {
  const folders = new Map<string, BundleEntry>();
  for (const entry of entries) {
    if (folders.has(entry.path)) throw invalid(name, `it names ${entry.path} twice`);
    folders.set(entry.path, entry);
    const isProject = pathInProject(entry) !== undefined;
    if (!isProject && !isFileEntry(entry)) throw invalid(name, `${entry.path} is no file`);
    if (
      isFileEntry(entry) &&
      entry.path.startsWith("blobs/") &&
      entry.path !== blobPath(entry.sha256)
    )
      throw invalid(name, `${entry.path} is said to have the digest ${entry.sha256}`);
  }
  for (const { path: inner } of entries) {
    const parts = inner.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const above = folders.get(parts.slice(0, depth).join("/"));
      if (above !== undefined && !("folder" in above))
        throw invalid(name, `${inner} lies below ${above.path}, which is no folder`);
    }
  }
  const first = entries[0];
  if (first?.path !== LOCK_NAME || !isFileEntry(first) || `sha256:${first.sha256}` !== lock)
    throw invalid(name, `${LOCK_NAME} does not come first`);
}

/**
 * The places of a bundle; below `project/` any relative path that stays there, in the spelling that
 * a file system gives.
 */
function isAllowedPath(text: string): boolean {
  if ([LOCK_NAME, "oci-layout", "index.json", "manifest.json"].includes(text)) return true;
  if (/^blobs\/sha256\/[0-9a-f]{64}$/.test(text)) return true;
  if (!text.startsWith(PROJECT_FOLDER) || /[\p{Cc}\p{Bidi_Control}]|\\/u.test(text)) return false;
  return text.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
