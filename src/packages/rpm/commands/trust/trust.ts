import { oldSubjectHash, subjectHash } from "../../../commands/subject-hash.ts";
import { fromText } from "../../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../../scripts/command.ts";
import { readOptions } from "../../../scripts/commands/options.ts";
import { below, isFolder } from "../../../scripts/commands/paths.ts";
import { removeTree } from "../../../scripts/commands/rm.ts";
import { putFolder, putLink } from "../../../scripts/root-files.ts";
import { edk2List, javaKeyStore, opensslBundle, pemBundle, pemOf } from "./formats.ts";
import { purposes } from "./key-usage.ts";
import { readSources, type SourceCertificate } from "./read-source.ts";

/**
 * `trust extract` of p11-kit, by that name or as `p11-kit extract`: the certificates of the image's
 * sources of trust in the forms that programs read. update-ca-trust, a script, calls it.
 *
 * Source: trust(1); what p11-kit 0.24 writes.
 */
export const trust: Command = (call) => {
  const [action, ...args] = call.args;
  if (action !== "extract") return call.unsupported(`trust ${action ?? ""}`);
  const { has, value, operands } = readOptions(
    { ...call, args },
    {
      format: "--format=",
      filter: "--filter=",
      purpose: "--purpose=",
      overwrite: "-f --overwrite",
      comment: "--comment",
    },
  );
  const [path] = operands;
  const purpose = value("purpose");
  if (path === undefined || operands.length > 1) return call.unsupported("trust without one file");
  if (purpose !== undefined && !Object.hasOwn(purposes, purpose))
    return call.unsupported(`the purpose ${purpose} of certificates`);
  const certificates = readSources(call).filter((each) =>
    isWanted(call, each, { filter: value("filter") ?? "", purpose }),
  );
  const place = call.path(path);
  switch (value("format")) {
    case "pem-bundle":
      return write(call, place, pemBundle(certificates, has("comment")));
    case "openssl-bundle":
      return write(call, place, opensslBundle(certificates, has("comment")));
    case "java-cacerts":
      return write(call, place, javaKeyStore(certificates, call.now));
    case "edk2-cacerts":
      return write(call, place, edk2List(certificates));
    case "pem-directory-hash":
      return writeFolder(call, place, certificates);
    default:
      return call.unsupported(`certificates in the form ${value("format") ?? ""}`);
  }
};

function isWanted(
  call: CommandCall,
  { trust: of, certificate, purposes: allowed }: SourceCertificate,
  { filter, purpose }: { readonly filter: string; readonly purpose: string | undefined },
): boolean {
  if (filter !== "certificates" && filter !== "ca-anchors")
    return call.unsupported(`the filter ${filter} of certificates`);
  if (filter === "ca-anchors" && (of !== "trusted" || !certificate.ca)) return false;
  if (purpose === undefined) return true;
  const list = allowed ?? certificate.keyUsage;
  return list === undefined || list.includes(purposes[purpose] ?? "");
}

function write({ root }: CommandCall, path: string, content: string | Uint8Array): number {
  if (root.lstat(path) !== undefined) root.remove(path);
  root.write(path, Buffer.from(content), 0o444);
  return 0;
}

/** A file for each certificate, and links by which OpenSSL finds it. */
function writeFolder(
  call: CommandCall,
  folder: string,
  certificates: readonly SourceCertificate[],
): number {
  const { root } = call;
  if (isFolder(root, folder)) removeTree(call, folder);
  putFolder(root, folder, { mode: 0o555 });
  const taken = new Set<string>();
  const free = (first: string, next: (number: number) => string): string => {
    let name = first;
    for (let number = 1; taken.has(name); number++) name = next(number);
    taken.add(name);
    return name;
  };
  for (const each of certificates) {
    const stem = fromText(each.label).replaceAll(/[^A-Za-z0-9_.-]/g, "_");
    const file = free(`${stem}.pem`, (number) => `${stem}.${number}.pem`);
    root.write(below(folder, file), Buffer.from(pemOf(each)), 0o444);
    for (const hash of [subjectHash(each.der), oldSubjectHash(each.der)])
      putLink(
        root,
        below(
          folder,
          free(`${hash}.0`, (number) => `${hash}.${number}`),
        ),
        file,
      );
  }
  return 0;
}
