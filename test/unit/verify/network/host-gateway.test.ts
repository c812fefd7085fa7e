import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { namesHost, readHostGateways } from "../../../../src/verify/network/host-gateway.ts";
import { aService } from "../../../support/a-service.ts";
import { tarOf } from "../../../support/tar.ts";

const service = aService({
  name: "app",
  extraHosts: [
    { name: "db", address: "10.0.0.9" },
    { name: "host.docker.internal", address: "host-gateway" },
    { name: "me", address: "host-gateway" },
  ],
});

function holding(hosts: string): Pick<Engine, "getArchive"> {
  return {
    getArchive: async (id, path) => {
      if (id !== "c" || path !== "/etc/hosts") throw new Error(`there is no ${path} in ${id}`);
      return (async function* () {
        yield tarOf([{ path: "hosts", content: hosts }]);
      })();
    },
  };
}

test("a service has a name for the Engine's machine when one of its names is given that address", () => {
  expect(namesHost(service)).toBe(true);
  expect(namesHost({ ...service, extraHosts: service.extraHosts.slice(0, 1) })).toBe(false);
  expect(namesHost({ ...service, extraHosts: [] })).toBe(false);
});

test("the addresses are those that the container's hosts file gives these names, not its other ones", async () => {
  const { signal } = new AbortController();
  const hosts =
    "127.0.0.1 localhost\n10.0.0.9 db\n172.17.0.1 host.docker.internal\nfd00::1  x me\n\n#1 me\n";
  const gateways = await readHostGateways(holding(hosts), { service, containerId: "c", signal });
  expect(gateways).toEqual(["172.17.0.1", "fd00::1"]);
});

test("a hosts file that no Engine writes is not read to its end", async () => {
  const { signal } = new AbortController();
  const late = `${"#".repeat(64 * 1024)}\n172.17.0.1 me\n`;
  const early = `172.17.0.1 me\n${late}`;
  const read = async (hosts: string): Promise<readonly string[]> =>
    readHostGateways(holding(hosts), { service, containerId: "c", signal });

  expect(await read(late)).toEqual([]);
  expect(await read(early)).toEqual(["172.17.0.1"]);
  // As long as one with some thousand names.
  expect(await read(`${"#".repeat(60 * 1024)}\n172.17.0.1 me\n`)).toEqual(["172.17.0.1"]);
});
