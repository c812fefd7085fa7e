import { describe, expect, test } from "vitest";
import { screenOf, stackOf } from "../../support/read-manifest.ts";

const head = 'name: shop\nimages: { app: { from: scratch, user: "1:1" } }\n';

/** Each network with its members; one that is not internal has an exclamation mark. */
function networksOf(services: string): readonly string[] {
  const stack = stackOf(`${head}${services}`);
  return [...stack.networks.values()].map(({ name, internal }) => {
    const members = [...stack.services.values()].filter((service) => service.networks.has(name));
    return `${name}${internal ? "" : "!"}: ${members.map((member) => member.name).join(" ")}`;
  });
}

describe("without `networks`", () => {
  test("each edge is a private network of its own", () => {
    expect(
      networksOf(
        "services:\n  web: { image: app, depends_on: [api] }\n  api: { image: app, depends_on: [db] }\n  db: { image: app }\n",
      ),
    ).toEqual(["web-api: api web", "api-db: db api"]);
  });

  test("published ports need a network that is not internal", () => {
    expect(
      networksOf(
        'services:\n  web: { image: app, ports: ["80:80"], depends_on: [db] }\n  db: { image: app }\n',
      ),
    ).toEqual(["web-db: db web", "web-publish!: web"]);
  });

  test("a service without any edge has one for itself, so that probes find an address", () => {
    expect(networksOf("services: { web: { image: app } }\n")).toEqual(["web-only: web"]);
  });

  test("a reason to reach out gives a way out", () => {
    expect(
      networksOf("services: { web: { image: app, policy: { outbound: it fetches the feeds } } }\n"),
    ).toEqual(["web-outbound!: web"]);
  });
});

describe("with `networks`", () => {
  test("they replace those of the edges", () => {
    expect(
      networksOf(
        "services:\n  web: { image: app, depends_on: [db], networks: [back] }\n  db: { image: app, networks: { back: { aliases: [mysql] } } }\nnetworks: { back: }\n",
      ),
    ).toEqual(["back: db web"]);
  });

  test("a service is found by its name and its aliases", () => {
    const stack = stackOf(
      `${head}services: { db: { image: app, networks: { back: { aliases: [mysql] } } } }\nnetworks: { back: }\n`,
    );
    expect(stack.services.get("db")?.networks.get("back")).toEqual({ aliases: ["db", "mysql"] });
  });

  test("services that depend on each other must share one", () => {
    expect(
      screenOf(
        `${head}services:\n  web: { image: app, depends_on: [db], networks: [front] }\n  db: { image: app, networks: [back] }\nnetworks: { front: , back: }\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:4:34 error: "web" depends on "db", but they share no network. [invalid-value]

          4 |   web: { image: app, depends_on: [db], networks: [front] }
            |                                  ~~~~
            hint: Name one network in both, or leave \`networks\` out of both.

      1 error
      "
    `);
  });
});
