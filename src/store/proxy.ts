import { BlockList, isIP } from "node:net";
import { QclockError } from "../error.ts";

/**
 * The proxy through which a URL is fetched; undefined for none. By the variables that curl, apt and
 * git honour: `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, each in lower case first,
 * then in upper case. A value without a scheme is an HTTP proxy. Throws `usage` for one that qclock
 * cannot speak to.
 */
export function proxyFor(url: URL, environment: ReadonlyMap<string, string>): URL | undefined {
  const scheme = url.protocol.slice(0, -1);
  const named = lookUp(`${scheme}_proxy`, environment) ?? lookUp("all_proxy", environment);
  if (named === undefined) return undefined;
  const exceptions = lookUp("no_proxy", environment)?.value ?? "";
  if (exceptions.split(/[\s,]+/u).some((exception) => isExempt(url, exception))) return undefined;
  const text = named.value.includes("://") ? named.value : `http://${named.value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol === "http:" || proxy?.protocol === "https:") return proxy;
  throw new QclockError("usage", `The proxy in ${named.name} cannot be used.`, {
    hint: "Write http://host:port or https://host:port; qclock speaks no SOCKS.",
  });
}

/** What must not be shown of the proxies that the environment names. */
export function proxySecrets(environment: ReadonlyMap<string, string>): readonly string[] {
  return ["http_proxy", "https_proxy", "all_proxy"].flatMap((name) => {
    const text = lookUp(name, environment)?.value ?? "";
    const url = text.includes("://") ? text : `http://${text}`;
    if (!URL.canParse(url)) return [];
    const { password } = new URL(url);
    return password === "" ? [] : [password, decodeOr(password)];
  });
}

/** A proxy in a message: where it is, and nothing of who uses it. */
export function describeProxy(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

/** A variable that is set but empty counts as unset. */
function lookUp(
  name: string,
  environment: ReadonlyMap<string, string>,
): { readonly name: string; readonly value: string } | undefined {
  for (const each of [name, name.toUpperCase()]) {
    const value = environment.get(each)?.trim() ?? "";
    if (value !== "") return { name: each, value };
  }
  return undefined;
}

/**
 * Whether an entry of `no_proxy` covers a URL: `*`; a name, with or without a leading dot, for
 * itself and what is below it; an address or a network in CIDR notation; each with a port where one
 * is given. Source: curl's manual, "no_proxy".
 */
function isExempt(url: URL, entry: string): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const host = url.hostname.replace(/^\[(.*)\]$/u, "$1").toLowerCase();
  const [, name = entry, port] = /^(.*?[^:]|\[.*\]):(\d+)$/u.exec(entry) ?? [];
  const usedPort = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  if (port !== undefined && isIP(entry) === 0 && port !== usedPort) return false;
  const bare = (isIP(entry) === 0 ? name : entry)
    .replace(/^\[(.*)\]$/u, "$1")
    .replace(/^\*?\.+/u, "")
    .toLowerCase();
  if (isIP(host) !== 0) return isWithin(host, bare);
  return bare !== "" && (host === bare || host.endsWith(`.${bare}`));
}

function isWithin(address: string, entry: string): boolean {
  const [network = "", bits] = entry.split("/");
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  const longest = family === "ipv6" ? 128 : 32;
  const prefix = bits === undefined ? longest : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > longest) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(address, family);
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
