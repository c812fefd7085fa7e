import { expect, test } from "vitest";
import type { ContainerState, Engine } from "../../../../src/docker/engine.ts";
import { publishedUrls, urlOf } from "../../../../src/run/services/urls.ts";
import type { PortBinding, Service } from "../../../../src/stack/stack.ts";
import { aProbe } from "../../../support/a-probe.ts";
import { aService } from "../../../support/a-service.ts";
import { aContainerState } from "../../../support/a-subject.ts";
import { aStack } from "../../../support/builders.ts";

function aPort(parts: Partial<PortBinding> = {}): PortBinding {
  return {
    hostAddress: "127.0.0.1",
    hostPort: 8080,
    containerPort: 80,
    protocol: "tcp",
    ...parts,
  };
}

const web = aService({ name: "web", httpProbe: 80, ports: [aPort()] });

/** The URLs of services on an Engine that says what each container publishes. */
async function urlsOf(
  services: readonly Service[],
  chosen: readonly string[],
  published?: Readonly<Record<string, ContainerState["publishedPorts"] | undefined>>,
): Promise<readonly string[]> {
  const engine: Pick<Engine, "inspectContainer"> = {
    inspectContainer: async (name) => {
      const publishedPorts = published?.[name];
      return publishedPorts === undefined ? undefined : aContainerState({ publishedPorts });
    },
  };
  const urls = await publishedUrls(
    {
      stack: { ...aStack({ services }), inactive: new Set(["tools"]) },
      engine: async () => {
        if (published === undefined) throw new Error("the Engine is not needed");
        return engine;
      },
      signal: new AbortController().signal,
    },
    chosen,
  );
  return urls.map(({ service, url }) => `${service} ${url}`);
}

test("a port that a probe speaks HTTP with is a URL, and any other an address", () => {
  const { check } = aProbe({ ...httpCheck(443), scheme: "https" });
  const service = { name: "web", probes: [...web.probes, aProbe(check), aProbe(execCheck)] };
  const url = (parts: Partial<PortBinding>): string => urlOf(service, aPort(parts)).url;

  expect(url({})).toBe("http://127.0.0.1:8080/");
  expect(url({ containerPort: 443, hostPort: 8443 })).toBe("https://127.0.0.1:8443/");
  expect(url({ containerPort: 5432, hostPort: 5432 })).toBe("127.0.0.1:5432");
  expect(url({ hostAddress: "0.0.0.0" })).toBe("http://127.0.0.1:8080/");
  expect(url({ hostAddress: "" })).toBe("http://127.0.0.1:8080/");
  expect(url({ hostAddress: "::" })).toBe("http://127.0.0.1:8080/");
  expect(url({ hostAddress: "::1" })).toBe("http://[::1]:8080/");
  expect(url({ hostAddress: "10.0.0.1" })).toBe("http://10.0.0.1:8080/");
});

test("ports that the manifest gives are known without the Engine", async () => {
  const quiet = aService({ name: "quiet" });
  const tools = aService({ name: "tools", ports: [aPort({ hostPort: 9000 })] });
  const services = [web, quiet, tools];
  expect(await urlsOf(services, [])).toEqual(["web http://127.0.0.1:8080/"]);
  expect(await urlsOf(services, ["tools", "quiet"])).toEqual(["tools 127.0.0.1:9000"]);
  expect(await urlsOf(services, ["quiet"])).toEqual([]);
});

test("as soon as the Engine chose one of the ports it is asked for all", async () => {
  const free = aService({
    name: "free",
    ports: [aPort({ hostPort: 9001 }), aPort({ containerPort: 53, hostPort: 0, protocol: "udp" })],
  });
  const published = {
    "t-web-1": [aPort()],
    "t-free-1": [aPort({ hostPort: 9001 }), aPort({ containerPort: 53, hostPort: 40_001 })],
  };
  expect(await urlsOf([web, free], [], published)).toEqual([
    "web http://127.0.0.1:8080/",
    "free 127.0.0.1:9001",
    "free 127.0.0.1:40001",
  ]);
  expect(await urlsOf([web, free], [], { "t-web-1": [aPort()] })).toEqual([
    "web http://127.0.0.1:8080/",
  ]);
});

const execCheck = { type: "exec", command: ["check"] } as const;

function httpCheck(port: number) {
  return {
    type: "http_get",
    scheme: "http",
    port,
    path: "/",
    headers: new Map<string, string>(),
    status: [],
    json: new Map<string, string>(),
    redirects: 0,
  } as const;
}
