import { X509Certificate } from "node:crypto";
import { fromBytes } from "../../../scripts/bytes.ts";
import type { CommandCall } from "../../../scripts/command.ts";
import { below, isFolder } from "../../../scripts/commands/paths.ts";
import { extendedKeyUsage } from "./key-usage.ts";

/** A certificate that some source of trust has. */
export interface SourceCertificate {
  readonly label: string;
  readonly der: Uint8Array;
  readonly certificate: X509Certificate;
  readonly trust: "trusted" | "distrusted" | "unknown";
  /** Identifiers of purposes that the source allows; undefined: it says nothing of them. */
  readonly purposes: readonly string[] | undefined;
}

/** Of one source, and of all together: a bundle of Mozilla's is 1 MiB. */
const LARGEST = 16 * 1024 ** 2;

/** Where EL keeps what it trusts; what is read first counts. Source: update-ca-trust(8). */
const SOURCES = ["/etc/pki/ca-trust/source", "/usr/share/pki/ca-trust-source"];

/** What the files of a folder say of its certificates. */
const FOLDERS = [
  ["", "unknown"],
  ["anchors", "trusted"],
  ["blocklist", "distrusted"],
  ["blacklist", "distrusted"],
] as const;

const EXTENDED_KEY_USAGE = "2.5.29.37";

/** All certificates of all sources, each once. */
export function readSources(call: CommandCall): readonly SourceCertificate[] {
  const { root } = call;
  const found = new Map<string, SourceCertificate>();
  for (const source of SOURCES) {
    for (const [name, trust] of FOLDERS) {
      const folder = name === "" ? source : below(source, name);
      if (!isFolder(root, folder)) continue;
      for (const file of root.list(folder)) {
        const path = below(folder, file);
        const status = root.stat(path);
        if (status?.kind !== "file") continue;
        if (status.size > LARGEST) return call.unsupported("certificates of more than 16 MiB");
        call.countSteps(1 + (status.size >> 4));
        for (const each of certificatesIn(call, root.read(path), trust)) {
          const key = Buffer.from(each.der).toString("latin1");
          const known = found.get(key);
          // Who distrusts has the last word.
          if (known === undefined || each.trust === "distrusted") found.set(key, each);
        }
      }
    }
  }
  return [...found.values()];
}

function certificatesIn(
  call: CommandCall,
  bytes: Uint8Array,
  trust: SourceCertificate["trust"],
): readonly SourceCertificate[] {
  if (bytes[0] === 0x30) return toCertificate(call, { der: bytes, fields: new Map(), trust });
  const objects = objectsIn(fromBytes(bytes));
  const purposes = new Map(
    objects.flatMap(({ fields, blocks }) => {
      const key = blocks.find(({ kind }) => kind === "PUBLIC KEY");
      const isUsage = fields.get("object-id") === EXTENDED_KEY_USAGE && key !== undefined;
      const value = Buffer.from(unescaped(fields.get("value") ?? ""), "latin1");
      return isUsage ? [[key.der.toString("latin1"), extendedKeyUsage(value)] as const] : [];
    }),
  );
  return objects.flatMap(({ fields, blocks }) =>
    blocks
      .filter(({ kind }) => /^(?:X509 |TRUSTED )?CERTIFICATE$/.test(kind))
      .flatMap(({ der }) => toCertificate(call, { der, fields, trust, purposes })),
  );
}

function toCertificate(
  call: CommandCall,
  {
    der,
    fields,
    trust,
    purposes,
  }: {
    readonly der: Uint8Array;
    readonly fields: ReadonlyMap<string, string>;
    readonly trust: SourceCertificate["trust"];
    readonly purposes?: ReadonlyMap<string, readonly string[]>;
  },
): readonly SourceCertificate[] {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(der);
  } catch {
    call.stderr.write("a certificate that cannot be read is passed over\n");
    return [];
  }
  const key = certificate.publicKey.export({ type: "spki", format: "der" }).toString("latin1");
  let own = trust;
  if (fields.get("x-distrusted") === "true") own = "distrusted";
  else if (fields.get("trusted") === "true") own = "trusted";
  const label = fields.get("label");
  return [
    {
      label: label === undefined ? nameOf(certificate) : utf8(unescaped(label)),
      der: certificate.raw,
      certificate,
      trust: own,
      purposes: purposes?.get(key),
    },
  ];
}

/** The common name of a subject, else its unit or its organization; else what p11-kit says. */
function nameOf({ subject }: X509Certificate): string {
  const fields = new Map(
    (subject ?? "").split("\n").map((line) => {
      const equals = line.indexOf("=");
      return [line.slice(0, equals), withoutEscapes(line.slice(equals + 1))];
    }),
  );
  return fields.get("CN") ?? fields.get("OU") ?? fields.get("O") ?? "certificate";
}

/** Node writes signs that divide names behind a backslash, and control characters as two digits. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(?:([\dA-F]{2})|(.))/g, (_, hex: string | undefined, sign: string) =>
    hex === undefined ? sign : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

interface SourceObject {
  readonly fields: ReadonlyMap<string, string>;
  readonly blocks: readonly { readonly kind: string; readonly der: Buffer }[];
}

/**
 * The objects of a file: those of p11-kit's format begin with `[p11-kit-object-v1]` and have fields
 * before a block in PEM; in any other file there is one object with all blocks.
 */
function objectsIn(text: string): readonly SourceObject[] {
  const parts = text.split(/^\[p11-kit-object-v1\]$/m);
  return parts.map((part) => {
    const fields = new Map<string, string>();
    const blocks: { kind: string; der: Buffer }[] = [];
    let open: { readonly kind: string; readonly lines: string[] } | undefined;
    for (const line of part.split("\n")) {
      const [, kind] = /^-----BEGIN ([A-Z0-9 ]+)-----$/.exec(line) ?? [];
      if (kind !== undefined) open = { kind, lines: [] };
      else if (open !== undefined && line.startsWith("-----END ")) {
        blocks.push({ kind: open.kind, der: Buffer.from(open.lines.join(""), "base64") });
        open = undefined;
      } else if (open !== undefined) open.lines.push(line);
      else {
        const [, key, value = ""] = /^([a-z0-9-]+):[ \t]*(.*)$/.exec(line) ?? [];
        if (key !== undefined) fields.set(key, value.replace(/^"(.*)"$/, "$1"));
      }
    }
    return { fields, blocks };
  });
}

/** `%20` and the like stand for bytes. */
function unescaped(text: string): string {
  return text.replaceAll(/%([\da-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function utf8(byteString: string): string {
  return Buffer.from(byteString, "latin1").toString("utf8");
}
