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

  test("edges whose names would be the same stay apart", () => {
    expect(
      networksOf(
        "services:\n  a: { image: app, depends_on: [b-c] }\n  a-b: { image: app, depends_on: [c] }\n  b-c: { image: app }\n  c: { image: app }\n",
      ),
    ).toEqual(["a-b-c: b-c a", "a-b-c-2: c a-b"]);
  });

  test("an edge does not meet a network of the manifest that has its name", () => {
    expect(
      networksOf(
        "services:\n  a: { image: app, depends_on: [b] }\n  b: { image: app }\n  c: { image: app, networks: [a-b] }\nnetworks: { a-b: }\n",
      ),
    ).toEqual(["a-b: c", "a-b-2: b a"]);
  });
});

describe("a way out and the host", () => {
  /** What each network is open to. */
  function opennessOf(manifest: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...stackOf(`${head}${manifest}`).networks.values()].map(
        ({ name, internal, outbound, isolated }) => [
          name,
          [internal ? "" : "publishes", outbound ? "outside" : "", isolated ? "" : "host"]
            .filter((each) => each !== "")
            .join(" "),
        ],
      ),
    );
  }
  const tcp = "probes: [{ tcp_socket: { port: 80 } }]";

  test.each([
    [
      "published ports alone give no way out",
      'services: { web: { image: app, ports: ["80:80"] } }',
      { "web-publish": "publishes host" },
    ],
    [
      "published ports and a reason do",
      'services: { web: { image: app, ports: ["80:80"], policy: { outbound: it fetches } } }',
      { "web-publish": "publishes outside host" },
    ],
    [
      "the reason of a network is that of all on it",
      "services: { web: { image: app, networks: [front] } }\nnetworks: { front: { internal: false, policy: { outbound: it fetches } } }",
      { front: "publishes outside host" },
    ],
    [
      "the host is on no network of which it probes nobody",
      `services:\n  web: { image: app, depends_on: [db], ports: ["80:80"], ${tcp} }\n  db: { image: app, probes: [{ exec: { command: [/ok] } }] }`,
      { "web-db": "", "web-publish": "publishes host" },
    ],
    [
      "it is on every network of a service that is probed by address and is on no other",
      `services:\n  web: { image: app, depends_on: [db] }\n  db: { image: app, depends_on: [disk], ${tcp} }\n  disk: { image: app }\n  alone: { image: app }`,
      { "web-db": "host", "db-disk": "host", "alone-only": "" },
    ],
    [
      "a network of the manifest is no exception",
      `services:\n  db: { image: app, networks: [back] }\n  web: { image: app, networks: [front], ${tcp} }\nnetworks: { back: , front: }`,
      { back: "", front: "host" },
    ],
  ])("%s", (_, services, expected) => {
    expect(opennessOf(`${services}\n`)).toEqual(expected);
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

  test("published ports still have a network that publishes", () => {
    expect(
      networksOf(
        'services: { web: { image: app, ports: ["80:80"], networks: [back] } }\nnetworks: { back: }\n',
      ),
    ).toEqual(["back: web", "web-publish!: web"]);
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
