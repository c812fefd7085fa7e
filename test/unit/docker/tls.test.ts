import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

const openssl = spawnSync("openssl", ["version"]).status === 0;

/** An authority and a certificate that it signed for a name, as files in a folder. */
function makeCertificates(folder: string, name: string, days: readonly string[]): void {
  const run = (...words: readonly string[]): Buffer =>
    execFileSync("openssl", [...words], { cwd: folder, stdio: "pipe" });
  run(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=test authority",
    "-days",
    "2",
  );
  run(
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
    "-subj",
    "/CN=engine",
    "-addext",
    `subjectAltName=${name}`,
  );
  run(
    "x509",
    "-req",
    "-in",
    "server.csr",
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-CAcreateserial",
    "-copy_extensions",
    "copy",
    "-out",
    "server.pem",
    ...days,
  );
}

async function connectOverTls(certificate: {
  readonly name: string;
  readonly days: readonly string[];
  readonly foreign?: boolean;
}): Promise<unknown> {
  await using server = await temporaryFolder();
  await using client = await temporaryFolder();
  makeCertificates(server.path, certificate.name, certificate.days);
  const listener = createServer(
    {
      key: readFileSync(join(server.path, "server.key")),
      cert: readFileSync(join(server.path, "server.pem")),
    },
    (_request, response) => void response.setHeader("Api-Version", "1.45").end('{"ID":"tls"}'),
  ).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  if (certificate.foreign === true)
    makeCertificates(client.path, certificate.name, certificate.days);
  const environment = new Map([
    ["DOCKER_HOST", `tcp://127.0.0.1:${port}`],
    ["DOCKER_TLS_VERIFY", "1"],
    ["DOCKER_CERT_PATH", certificate.foreign === true ? client.path : server.path],
  ]);
  try {
    // Only the authority: nothing here asks for a client's certificate.
    await using engine = await connectEngine({ environment, homeDirectory: client.path });
    return (await engine.info()).id;
  } catch (error) {
    return error;
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
}

test.runIf(openssl)("an Engine behind TLS whose authority is known", async () => {
  expect(await connectOverTls({ name: "IP:127.0.0.1", days: ["-days", "2"] })).toBe("tls");
});

test.runIf(openssl)(
  "another authority, another name: distinct refusals, never a way back to plain TCP",
  async () => {
    expect(
      await connectOverTls({ name: "IP:127.0.0.1", days: ["-days", "2"], foreign: true }),
    ).toMatchObject({
      code: "engine-refused",
      message: expect.stringContaining("signed by an authority that is not in ca.pem"),
    });
    expect(
      await connectOverTls({ name: "DNS:elsewhere.example", days: ["-days", "2"] }),
    ).toMatchObject({
      code: "engine-refused",
      message: expect.stringContaining("for another host name"),
    });
  },
);
