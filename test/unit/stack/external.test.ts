import { expect, test } from "vitest";
import { externalThings } from "../../../src/stack/external.ts";
import { codesOf, screenOf, stackOf } from "../../support/read-manifest.ts";

const reason = "it belongs to the house";

function textOf(
  things: string,
  service = "networks: [front, back], volumes: [archive:/a]",
): string {
  return `name: shop
images: { app: { from: scratch, user: "1:1" } }
services: { app: { image: app, ${service} } }
${things}
`;
}

const things = `networks:
  front: { external: true, name: house_proxy, policy: { external: ${reason} } }
  back: {}
volumes:
  archive: { external: true, policy: { external: ${reason} } }
  own: {}`;

test("what others made is used by its name, with the reason that verify shows", () => {
  const stack = stackOf(textOf(things));

  expect(stack.networks.get("front")).toMatchObject({
    engineName: "house_proxy",
    internal: false,
    outbound: true,
    external: { reason },
  });
  expect(stack.networks.get("back")).toMatchObject({ engineName: "shop_back", internal: true });
  expect(stack.networks.get("back")).not.toHaveProperty("external");
  expect(stack.volumes.get("archive")).toMatchObject({
    engineName: "archive",
    external: { reason },
  });
  expect(stack.services.get("app")?.exceptions).toEqual([
    { rule: "external-network:house_proxy", reason },
    { rule: "external-volume:archive", reason },
  ]);
});

test("what others made and a service uses is told apart from what the stack makes", () => {
  const stack = stackOf(textOf(things, "networks: [front, back], volumes: [archive:/a, own:/b]"));
  const [app] = stack.services.values();

  expect(app === undefined ? [] : externalThings(app, stack)).toEqual([
    { kind: "network", engineName: "house_proxy", reason },
    { kind: "volume", engineName: "archive", reason },
  ]);
});

test("a network of others is a way out, so that published ports need none of their own", () => {
  const stack = stackOf(textOf(things, 'networks: [front], ports: ["80:80"]'));

  expect([...stack.networks.keys()]).toEqual(["front", "back"]);
});

test.each([
  ["networks: { front: { external: true }, back: }", ["exception-without-reason"]],
  ["networks: { front: { name: x }, back: }", ["invalid-value"]],
  [
    `networks: { front: { external: true, subnet: 10.0.0.0/28, policy: { external: ${reason} } }, back: }`,
    ["invalid-value"],
  ],
  [
    `networks: { front: { external: true, internal: false, policy: { external: ${reason} } }, back: }`,
    ["invalid-value"],
  ],
  ["networks: { front: { internal: false, policy: {} }, back: }", ["exception-without-reason"]],
])("%s", (networks, codes) => {
  expect(codesOf(textOf(networks, "networks: [front, back]"))).toEqual(codes);
});

test.each([
  ["volumes: { archive: { external: true } }", ["exception-without-reason"]],
  ["volumes: { archive: { name: x } }", ["invalid-value"]],
  [
    `volumes: { archive: { external: true, labels: { a: b }, policy: { external: ${reason} } } }`,
    ["invalid-value"],
  ],
  [
    `volumes: { archive: { external: true, name: "../x", policy: { external: ${reason} } } }`,
    ["invalid-value"],
  ],
])("%s", (volumes, codes) => {
  expect(codesOf(textOf(volumes, "volumes: [archive:/a]"))).toEqual(codes);
});

test.each(["host", "bridge", "none", "default"])(
  "the Engine's own network %s is no way around the private ones",
  (name) => {
    const networks = `networks: { front: { external: true, name: ${name}, policy: { external: ${reason} } } }`;

    expect(screenOf(textOf(networks, "networks: [front]"))).toContain(
      `The Engine's own network "${name}" is never shared with a service.`,
    );
  },
);
