import { X509Certificate } from "node:crypto";
import { fromBytes, fromText, toBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { linesOf } from "../../scripts/commands/lines.ts";
import { lastName } from "../../scripts/commands/paths.ts";
import { complain } from "../../scripts/commands/report.ts";
import { formatKeyStore, readKeyStore } from "../../commands/java/key-store.ts";

const KEY_STORE = "/etc/ssl/certs/java/cacerts";
const UPDATER = "/usr/share/ca-certificates-java/ca-certificates-java.jar";

/**
 * `java` for the one program that scripts run with it: the updater of ca-certificates-java, which
 * keeps the certificates that Java trusts. Entries have the image's time.
 */
export const java: Command = (call) => {
  const { args, root } = call;
  if (args.join(" ") === "-version") {
    // What scripts ask is whether this is Java 8, which is older than all of these systems.
    call.stderr.write('openjdk version "17"\n');
    return 0;
  }
  const at = args.indexOf("-jar");
  if (at === -1 || args[at + 1] !== UPDATER) return call.unsupported("Java");
  const password = args[args.indexOf("-storepass") + 1] ?? "changeit";
  const isThere = root.stat(KEY_STORE)?.kind === "file";
  const entries = isThere ? readKeyStore(root.read(KEY_STORE), password) : new Map();
  if (entries === undefined) return call.unsupported("a key store of another form");
  for (const line of linesOf(fromBytes(call.stdin.readAll()))) {
    call.countSteps(20);
    const path = line.slice(1);
    const name = lastName(path).replace(/^debian:/, "");
    const alias = aliasOf(name);
    if (line.startsWith("-")) {
      const isKnown = entries.delete(alias);
      if (isKnown) call.stdout.write(`Removing debian:${name}\n`);
      continue;
    }
    if (!line.startsWith("+")) return call.unsupported("a list of certificates of another form");
    const certificate = certificateIn(call, path);
    if (certificate === undefined) {
      complain(call, `Warning: there was a problem reading the certificate file ${path}.`);
      continue;
    }
    const verb = entries.has(alias) ? "Replacing" : "Adding";
    call.stdout.write(`${verb} debian:${name}\n`);
    entries.set(alias, { time: call.now * 1000, certificate });
  }
  const content = formatKeyStore(entries, password);
  root.write(KEY_STORE, content, 0o644);
  return 0;
};

/** `keytool -list -rfc` of the same key store, of which scripts read the names. */
export const keytool: Command = (call) => {
  const { args, root } = call;
  const isList = args.includes("-cacerts") && args.includes("-list") && args.includes("-rfc");
  const password = args[args.indexOf("-storepass") + 1] ?? "changeit";
  const isThere = root.stat(KEY_STORE)?.kind === "file";
  const entries = isList && isThere ? readKeyStore(root.read(KEY_STORE), password) : undefined;
  if (entries === undefined) return call.unsupported("keytool");
  for (const alias of entries.keys()) call.stdout.write(`Alias name: ${fromText(alias)}\n`);
  return 0;
};

/** The name of a certificate in the key store, which is text, by the name of its file. */
function aliasOf(name: string): string {
  return `debian:${new TextDecoder().decode(toBytes(name))}`.toLowerCase();
}

function certificateIn(call: CommandCall, path: string): Uint8Array | undefined {
  if (call.root.stat(path)?.kind !== "file") return undefined;
  try {
    return new X509Certificate(call.root.read(path)).raw;
  } catch {
    return undefined;
  }
}
