import { X509Certificate } from "node:crypto";
import { fromBytes } from "../../scripts/bytes.ts";
import type { Command } from "../../scripts/command.ts";
import { below } from "../../scripts/commands/paths.ts";
import { subjectHash } from "../../commands/subject-hash.ts";

const FILE = /\.(?:pem|crt|cer|crl)$/;

/**
 * `openssl rehash FOLDER`: the links by the hash of the subject. What `dhparam` and `rand` make
 * up on the spot is left out, as other secrets are. Nothing else of openssl is known.
 */
export const openssl: Command = (call) => {
  const [action = "", ...rest] = call.args;
  const [, out] = /^-out (\S+)/m.exec(rest.join(" ").replaceAll(" -", "\n-")) ?? [];
  if (["dhparam", "rand"].includes(action) && out !== undefined) {
    call.standIn(call.path(out));
    return 0;
  }
  if (action !== "rehash") return call.unsupported(`openssl ${action}`);
  const { root } = call;
  const folders = rest.filter((arg) => !arg.startsWith("-"));
  if (rest.some((arg) => arg.startsWith("-") && arg !== "-v"))
    return call.unsupported("options of openssl rehash");
  for (const name of folders) {
    const folder = root.realpath(call.path(name));
    const counts = new Map<string, number>();
    const names = root.list(folder);
    for (const each of names) {
      const isLink = root.lstat(below(folder, each))?.kind === "symlink";
      if (isLink && /^[0-9a-f]{8}\.r?\d+$/.test(each)) root.remove(below(folder, each));
    }
    for (const each of names.filter((file) => FILE.test(file))) {
      call.countSteps(10);
      const path = below(folder, each);
      if (root.stat(path)?.kind !== "file") continue;
      const text = fromBytes(root.read(path));
      // A file of several certificates, such as the bundle of all, gets no link.
      if (text.split("-----BEGIN ").length !== 2) continue;
      let certificate: X509Certificate;
      try {
        certificate = new X509Certificate(text);
      } catch {
        call.stderr.write(`rehash: warning: skipping ${each}, cannot open file\n`);
        continue;
      }
      const hash = subjectHash(certificate.raw);
      const number = counts.get(hash) ?? 0;
      counts.set(hash, number + 1);
      root.symlink(each, below(folder, `${hash}.${number}`));
    }
  }
  return 0;
};
