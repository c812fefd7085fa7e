import * as z from "zod/mini";
import type { Digest } from "../../digest.ts";

/** A file that an index has of a project. */
export interface IndexedFile {
  readonly file: string;
  readonly url: string;
  /** Absent where the index does not say it. */
  readonly digest?: Digest;
  /** Why it was withdrawn, perhaps an empty text; absent: it was not. */
  readonly yanked?: string;
}

const jsonSchema = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.record(z.string(), z.string()),
      yanked: z.optional(z.union([z.boolean(), z.string(), z.null()])),
    }),
  ),
});

/** Kinds of page that are asked for, the better one first. */
export const acceptedKinds =
  "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

/**
 * The files that a project's page names, in its order. Throws an `Error` that says, as a clause,
 * why it is none. Source: the packaging specifications, "Simple repository API" (PEP 503, PEP 691,
 * PEP 592).
 */
export function parseProjectPage(page: {
  readonly url: string;
  readonly contentType?: string;
  readonly text: string;
}): readonly IndexedFile[] {
  const isJson = page.contentType?.includes("json") ?? page.text.startsWith("{");
  return isJson ? parseJson(page.text, page.url) : parseHtml(page.text, page.url);
}

function parseJson(text: string, base: string): readonly IndexedFile[] {
  const { files } = jsonSchema.parse(JSON.parse(text));
  return files.flatMap(({ filename, url, hashes, yanked }) => {
    const absolute = absoluteUrl(url, base);
    const sha256 = Object.entries(hashes).find(([name]) => name.toLowerCase() === "sha256")?.[1];
    if (absolute === undefined) return [];
    return [
      {
        file: filename,
        url: absolute.href,
        ...digestPart(sha256),
        ...(yanked === undefined || yanked === null || yanked === false
          ? {}
          : { yanked: yanked === true ? "" : yanked }),
      },
    ];
  });
}

/** A tag with its attributes; what stands between tags is of no use. */
const tagPattern =
  /<(a|base)\b((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*)\s*>/gi;
const attributePattern = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/g;

function parseHtml(text: string, url: string): readonly IndexedFile[] {
  if (!/<(?:!doctype|html|head|body|a)\b/i.test(text)) throw new Error("it is no page of HTML");
  let base = url;
  const files: IndexedFile[] = [];
  for (const [, tag = "", written = ""] of text.matchAll(tagPattern)) {
    const attributes = attributesOf(written);
    const href = attributes.get("href");
    if (href === undefined) continue;
    if (tag.toLowerCase() === "base") {
      base = absoluteUrl(href, url)?.href ?? base;
      continue;
    }
    const absolute = absoluteUrl(href, base);
    if (absolute === undefined) continue;
    const [, sha256] = /^#sha256=([0-9a-f]{64})$/i.exec(absolute.hash) ?? [];
    absolute.hash = "";
    const yanked = attributes.get("data-yanked");
    files.push({
      file: decodeName(absolute.pathname.slice(absolute.pathname.lastIndexOf("/") + 1)),
      url: absolute.href,
      ...digestPart(sha256),
      ...(yanked === undefined ? {} : { yanked }),
    });
  }
  return files;
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single, bare] of text.matchAll(attributePattern)) {
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, decodeEntities(double ?? single ?? bare ?? ""));
  }
  return attributes;
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi,
    (whole, hex, decimal, name) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
      if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** Undefined for what is not fetched over HTTP. */
function absoluteUrl(url: string, base: string): URL | undefined {
  if (!URL.canParse(url, base)) return undefined;
  const absolute = new URL(url, base);
  return /^https?:$/.test(absolute.protocol) ? absolute : undefined;
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function digestPart(sha256: string | undefined): Pick<IndexedFile, "digest"> {
  if (sha256 === undefined || !/^[0-9a-f]{64}$/i.test(sha256)) return {};
  return { digest: `sha256:${sha256.toLowerCase()}` };
}
