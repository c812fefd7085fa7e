import { X509Certificate } from "node:crypto";
import type { FinishStep } from "./finish.ts";
import { subjectHash } from "./subject-hash.ts";

const SOURCES = ["usr/share/ca-certificates", "usr/local/share/ca-certificates"];
const FOLDER = "etc/ssl/certs";

/**
 * What `update-ca-certificates` makes: one file of all certificates, a link for each, and the links
 * by hash of the subject through which OpenSSL looks a certificate up in a folder.
 */
export const caCertificates: FinishStep = {
  name: "ca-certificates",
  packages: ["ca-certificates", "openssl"],
  async apply(target) {
    const certificates = SOURCES.flatMap((source) => filesBelow(target, source));
    if (certificates.length === 0) return;
    const bundle: string[] = [];
    const listed: string[] = [];
    const hashes = new Map<string, number>();
    for (const path of certificates.toSorted()) {
      const pem = (await target.readText(path))?.trimEnd();
      if (pem === undefined) continue;
      bundle.push(`${pem}\n`);
      const name = `${path.slice(path.lastIndexOf("/") + 1, -".crt".length)}.pem`;
      target.addLink(`${FOLDER}/${name}`, `/${path}`);
      const hash = subjectHash(new X509Certificate(pem).raw);
      const number = hashes.get(hash) ?? 0;
      hashes.set(hash, number + 1);
      target.addLink(`${FOLDER}/${hash}.${number}`, name);
      if (path.startsWith(`${SOURCES[0]}/`)) listed.push(path.slice(`${SOURCES[0]}/`.length));
    }
    target.addFile(`${FOLDER}/ca-certificates.crt`, bundle.join(""));
    target.addFile("etc/ca-certificates.conf", `${listed.join("\n")}\n`);
  },
};

function filesBelow(
  target: { kindOf(path: string): string | undefined; list(folder: string): readonly string[] },
  folder: string,
): readonly string[] {
  return target.list(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (target.kindOf(path) === "directory") return filesBelow(target, path);
    return name.endsWith(".crt") ? [path] : [];
  });
}
