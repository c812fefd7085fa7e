import { execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import path from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect, test } from "vitest";
import type { DownloadRequest } from "../../../src/store/downloader.ts";
import { startFileServer } from "../../support/file-server.ts";
import { startProxy } from "../../support/proxy.ts";
import { temporaryFolder, temporaryStore } from "../../support/temporary-store.ts";
import { aDownloader } from "../../support/lock-request.ts";

const content = randomBytes(50_000);
const canSign = spawnSync("openssl", ["version"]).status === 0;

function requestOf(url: string): DownloadRequest {
  return {
    urls: [url],
    digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
    sizeBytes: content.length,
    signal: new AbortController().signal,
  };
}

test.for(["http_proxy", "HTTP_PROXY"])("%s is where a file is asked for", async (name) => {
  await using server = await startFileServer(new Map([["/a/file", content]]));
  await using proxy = await startProxy({
    hosts: new Map([["mirror.invalid", server.url.slice("http://".length)]]),
  });
  await using temporary = await temporaryStore();
  const environment = new Map([[name, `http://me:pass%40word@127.0.0.1:${proxy.port}`]]);
  const { downloader } = aDownloader(temporary.store, { environment });

  const stored = await downloader.toStore(requestOf("http://mirror.invalid/a/file"));

  expect(await readFile(stored)).toEqual(content);
  expect(proxy.requests).toEqual([
    {
      method: "GET",
      target: "http://mirror.invalid/a/file",
      credentials: `Basic ${Buffer.from("me:pass@word").toString("base64")}`,
    },
  ]);
});

test("no_proxy is kept to", async () => {
  await using server = await startFileServer(new Map([["/file", content]]));
  await using proxy = await startProxy({ hosts: new Map() });
  await using temporary = await temporaryStore();
  const environment = new Map([
    ["http_proxy", `http://127.0.0.1:${proxy.port}`],
    ["no_proxy", "127.0.0.0/8"],
  ]);
  const { downloader } = aDownloader(temporary.store, { environment });

  await downloader.toStore(requestOf(`${server.url}/file`));

  expect(proxy.requests).toEqual([]);
});

test.skipIf(!canSign)("TLS goes through a tunnel, in which the server is proved", async () => {
  await using folder = await temporaryFolder();
  const certificate = await makeCertificate(folder.path, "mirror.invalid");
  const server = createServer(certificate, (_, response) => void response.end(content));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await using proxy = await startProxy({
    hosts: new Map([["mirror.invalid:443", `127.0.0.1:${port}`]]),
  });
  await using temporary = await temporaryStore();
  const environment = new Map([["HTTPS_PROXY", `http://me:secret-word@127.0.0.1:${proxy.port}`]]);
  const request = requestOf("https://mirror.invalid/file");
  const authorities = getCACertificates("default");
  try {
    const stranger = aDownloader(temporary.store, { environment }).downloader;
    await expect(stranger.toStore(request)).rejects.toMatchObject({
      code: "mirror-unreachable",
      message: expect.stringContaining(`(through the proxy http://127.0.0.1:${proxy.port})`),
    });

    setDefaultCACertificates([...authorities, certificate.cert]);
    const { downloader } = aDownloader(temporary.store, { environment });
    expect(await readFile(await downloader.toStore(request))).toEqual(content);
    expect(proxy.requests.at(-1)).toEqual({
      method: "CONNECT",
      target: "mirror.invalid:443",
      credentials: `Basic ${Buffer.from("me:secret-word").toString("base64")}`,
    });
  } finally {
    setDefaultCACertificates(authorities);
    server.closeAllConnections();
    server.close();
  }
});

test.for(["http", "https"])(
  "a proxy that refuses %s is named without who uses it, and asked once",
  async (scheme) => {
    await using proxy = await startProxy({ hosts: new Map(), refuse: 407 });
    await using temporary = await temporaryStore();
    const value = `http://me:secret-word@127.0.0.1:${proxy.port}`;
    const environment = new Map([["ALL_PROXY", value]]);
    const { downloader } = aDownloader(temporary.store, { environment });

    const error = await downloader
      .toStore(requestOf(`${scheme}://mirror.invalid/file`))
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      code: "mirror-unreachable",
      message: expect.stringContaining("407"),
    });
    expect(String(error)).not.toContain("secret-word");
    expect(proxy.requests).toHaveLength(1);
  },
);

test("a proxy that answers nothing is given up as a mirror is", async () => {
  const silent = createTcpServer(() => {});
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await using temporary = await temporaryStore();
  const environment = new Map([["https_proxy", `http://127.0.0.1:${port}`]]);
  const { downloader, retries } = aDownloader(temporary.store, { environment, silenceMs: 200 });
  try {
    await expect(
      downloader.toStore(requestOf("https://mirror.invalid/file")),
    ).rejects.toMatchObject({
      code: "mirror-unreachable",
      message: expect.stringContaining("2 times"),
    });
    expect(retries).toHaveLength(1);
  } finally {
    silent.close();
  }
});

async function makeCertificate(
  folder: string,
  name: string,
): Promise<{ readonly key: string; readonly cert: string }> {
  const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
  const files = ["-keyout", "key.pem", "-out", "cert.pem"];
  const subject = ["-subj", "/CN=test", "-addext", `subjectAltName=DNS:${name}`];
  execFileSync("openssl", [...words.split(" "), ...files, ...subject], {
    cwd: folder,
    stdio: "pipe",
  });
  return {
    key: await readFile(path.join(folder, "key.pem"), "utf8"),
    cert: await readFile(path.join(folder, "cert.pem"), "utf8"),
  };
}
