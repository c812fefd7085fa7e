import { expect, test } from "vitest";
import { labels } from "../../../src/stack/labels.ts";
import { recordOf } from "../../../src/stack/ownership.ts";
import { json, startFakeEngine } from "../../support/fake-engine.ts";

const madeAtMs = Date.UTC(2026, 0, 1);

/** What lists say of a service's container that qclock made. */
function aListedContainer(
  stack: string,
  service: string,
  changes: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> } = {},
): object {
  const name = `${stack}-${service}-1`;
  const found = new Map([
    [labels.stack, stack],
    [labels.service, service],
    [labels.role, "service"],
    [labels.manifest, `/srv/${stack}/stack.config.yaml`],
    [labels.os, "debian-12"],
  ]);
  const record = recordOf({ kind: "container", name, labels: found }, madeAtMs);
  return {
    Id: `${stack}-${service}`,
    Names: [`/${changes.name ?? name}`],
    Created: madeAtMs / 1000,
    State: "running",
    Labels: { ...Object.fromEntries(found), [labels.record]: record, ...changes.labels },
  };
}

test("containers of every stack are listed in one call, and none that only bears the labels", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "GET /containers/json": json([
        aListedContainer("shop", "web"),
        aListedContainer("blog", "web"),
        aListedContainer("shop", "db", { name: "renamed" }),
        aListedContainer("shop", "api", { labels: { [labels.stack]: "other" } }),
        aListedContainer("shop", "app", { labels: { [labels.manifest]: "/elsewhere" } }),
        aListedContainer("shop", "log", { labels: { [labels.os]: "debian-13" } }),
        { Id: "x", Names: ["/x"], Labels: { [labels.stack]: "shop", [labels.role]: "service" } },
      ]),
    },
  });
  await using engine = await fake.connect();

  await expect(engine.stackContainers()).resolves.toEqual(
    ["shop", "blog"].map((stack) => ({
      stack,
      name: `${stack}-web-1`,
      status: "running",
      role: "service",
      manifest: `/srv/${stack}/stack.config.yaml`,
      os: "debian-12",
      created: madeAtMs / 1000,
    })),
  );
  const asked = fake.requests.map((line) => decodeURIComponent(line).replace("/v1.41", ""));
  expect(asked).toContain('GET /containers/json?all=1&filters={"label":["dev.qclock.stack"]}');
  expect(asked.filter((line) => line.includes("/containers/"))).toHaveLength(1);
});
