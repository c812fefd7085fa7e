import { describe, expect, test } from "vitest";
import { codesOf, loadText, screenOf, stackOf } from "../../support/read-manifest.ts";

/** Files that are laid over the manifest, by the rules of compose. */

const images = 'images: { base: { from: scratch, user: "10001:10001" } }\n';

/** What the service `app` is once one text is laid over another. */
function merged(earlier: string, ...later: readonly string[]): object {
  const text = (service: string): string =>
    `services:\n  app:\n${service.replace(/^/gm, "    ")}\n`;
  const overrides = Object.fromEntries(
    later.map((service, index) => [`${index}.yaml`, text(service)]),
  );
  const all = `name: shop\n${images}${text(`image: base\n${earlier}`)}`;
  const loaded = loadText(all, { overrides });
  if (!loaded.ok) throw new Error(screenOf(all, { overrides }));
  return { ...loaded.value.manifest.services["app"] };
}

describe("a later file", () => {
  test.each([
    ["replaces single values", "hostname: one", "hostname: two", { hostname: "two" }],
    ["says nothing with a key without a value", "hostname: one", "hostname:", { hostname: "one" }],
    [
      "merges maps",
      "environment: { A: 1, B: 2 }",
      "environment: { B: 3, C: 4 }",
      { environment: { A: "1", B: "3", C: "4" } },
    ],
    [
      "merges lists of assignments as maps",
      'environment: [A=1, "B=2"]',
      "environment: [B=3, C=a=b]",
      { environment: { A: "1", B: "3", C: "a=b" } },
    ],
    [
      "merges a list of assignments with a map",
      "labels: [team=ops, tier=web]",
      "labels: { tier: db }",
      { labels: { team: "ops", tier: "db" } },
    ],
    ["replaces commands", "command: [a, b]", "command: c", { command: "c" }],
    ["replaces entrypoints", "entrypoint: [a, b]", "entrypoint: [c]", { entrypoint: ["c"] }],
    [
      "adds to lists what they lack",
      "cap_drop: [ALL]\nsecurity_opt: ['no-new-privileges:true']",
      "cap_drop: [ALL, CHOWN]",
      { cap_drop: ["ALL", "CHOWN"] },
    ],
    [
      "replaces mounts of the same place",
      "volumes: ['data:/data', 'logs:/logs']",
      "volumes: [{ type: bind, source: ./data, target: /data }, 'new:/new:ro']",
      {
        volumes: [
          { type: "bind", source: "./data", target: "/data", read_only: false },
          "logs:/logs",
          "new:/new:ro",
        ],
      },
    ],
    [
      "replaces memory at the same place, also where it is given alone",
      "tmpfs: /run:size=1m",
      "tmpfs: [/run:size=2m, /tmp]",
      { tmpfs: ["/run:size=2m", "/tmp"] },
    ],
    [
      "keeps ports that differ in any part, as compose does",
      "ports: ['8080:80', '443:443']",
      "ports: ['9090:80', { target: 443, published: 443 }]",
      { ports: ["8080:80", { target: 443, published: 443, protocol: "tcp" }, "9090:80"] },
    ],
    [
      "replaces secrets of the same file",
      "secrets: [a, { source: b, target: c }]",
      "secrets: [{ source: a, mode: '0440' }, { source: d, target: c }]",
      {
        secrets: [
          { source: "a", mode: "0440" },
          { source: "d", target: "c" },
        ],
      },
    ],
    [
      "replaces files of variables of the same path",
      "env_file: app.env",
      "env_file: [{ path: app.env, required: false }, other.env]",
      { env_file: [{ path: "app.env", required: false }, "other.env"] },
    ],
    [
      "adds addresses of hosts, as lists and as maps",
      "extra_hosts: { a.example: 10.0.0.1, b.example: [10.0.0.2] }",
      "extra_hosts: ['a.example=10.0.0.3', 'b.example=10.0.0.2']",
      { extra_hosts: ["a.example=10.0.0.1", "b.example=10.0.0.2", "a.example=10.0.0.3"] },
    ],
    [
      "merges dependencies, as lists and as maps",
      "depends_on: [db, cache]",
      "depends_on: { db: { condition: service_started }, queue: {} }",
      {
        depends_on: {
          db: { condition: "service_started" },
          cache: { condition: "service_healthy" },
          queue: { condition: "service_healthy" },
        },
      },
    ],
    [
      "merges networks, as lists and as maps",
      "networks: [front, back]",
      "networks: { back: { aliases: [x] } }",
      { networks: { front: null, back: { aliases: ["x"] } } },
    ],
    [
      "replaces probes that look at the same thing",
      "probes: [{ http_get: { port: 80 } }, { tcp_socket: { port: 81 } }]",
      "probes: [{ http_get: { port: 80, path: /, status: 204 } }, { tcp_socket: { port: 82 } }]",
      {
        probes: [
          expect.objectContaining({ http_get: expect.objectContaining({ status: 204 }) }),
          expect.objectContaining({ tcp_socket: { port: 81 } }),
          expect.objectContaining({ tcp_socket: { port: 82 } }),
        ],
      },
    ],
    [
      "merges the options of one logging driver",
      "logging: { driver: json-file, options: { max-size: 1m, max-file: 2 } }",
      "logging: { options: { max-size: 2m } }",
      { logging: { driver: "json-file", options: { "max-size": "2m", "max-file": 2 } } },
    ],
    [
      "takes no option of another logging driver over",
      "logging: { driver: json-file, options: { max-file: 2 } }",
      "logging: { driver: local, options: { max-size: 2m } }",
      { logging: { driver: "local", options: { "max-size": "2m" } } },
    ],
  ])("%s", (_what, earlier, later, expected) => {
    expect(merged(earlier, later)).toMatchObject(expected);
  });

  test("is laid over all before it, in order", () => {
    expect(
      merged("hostname: one\npids_limit: 1", "hostname: two\ncpus: 2", "hostname: three"),
    ).toMatchObject({ hostname: "three", pids_limit: 1, cpus: 2 });
  });

  test("adds services, images and volumes, and changes their packages", () => {
    const stack = stackOf(
      `name: shop\nimages: { base: { from: scratch, user: "1:1", packages: { debian-12: [bash] } } }\nservices: { app: { image: base } }\n`,
      {
        overrides: {
          "o.yaml": `images: { base: { packages: { debian-12: { install: [curl, bash] } } } }
services: { tool: { image: base, volumes: ["data:/data"] } }
volumes: { data: }
`,
        },
      },
    );

    expect([...stack.services.keys()]).toEqual(["app", "tool"]);
    expect([...stack.volumes.keys()]).toEqual(["data"]);
    expect(stack.images.get("base")).toMatchObject({ packages: ["bash", "curl"] });
  });

  test("of two assignments of one name in a list the later counts, at its own place", () => {
    const { environment } = merged("environment: [A=1, B=2, A=3]", "environment: [C=4]") as {
      readonly environment: Readonly<Record<string, string>>;
    };
    expect(Object.entries(environment)).toEqual([
      ["B", "2"],
      ["A", "3"],
      ["C", "4"],
    ]);
  });

  test("merges tens of thousands of assignments, each looked at once", () => {
    const names = Array.from({ length: 50_000 }, (_, index) => `A${index}=1`);
    const start = performance.now();
    expect(merged(`environment: [${names.join()}]`, "environment: [B=1]")).toHaveProperty(
      "environment.B",
      "1",
    );
    expect(performance.now() - start).toBeLessThan(20_000);
  }, 30_000);

  test("has variables, anchors and merge keys of its own", () => {
    const stack = stackOf(`name: shop\n${images}services: { app: { image: base } }\n`, {
      environment: { LEVEL: "debug" },
      overrides: {
        "o.yaml":
          'x-env: &env { LEVEL: "${LEVEL}" }\nservices: { app: { environment: { <<: *env, A: 1.10 } } }\n',
      },
    });

    expect([...(stack.services.get("app")?.environment ?? [])]).toEqual([
      ["LEVEL", "debug"],
      ["A", "1.10"],
    ]);
  });

  test("changes one of the places that an alias stands for, and not the others", () => {
    const stack = stackOf(
      `x-env: &env { A: "1" }\nname: shop\n${images}services: { app: { image: base, environment: *env }, other: { image: base, environment: *env } }\n`,
      { overrides: { "o.yaml": "services: { app: { environment: { A: 2 } } }\n" } },
    );

    expect(stack.services.get("app")?.environment.get("A")).toBe("2");
    expect(stack.services.get("other")?.environment.get("A")).toBe("1");
  });

  test.each(["", "# nothing yet\n", "services:\n"])("may say nothing: %j", (text) => {
    const base = `name: shop\n${images}services: { app: { image: base } }\n`;
    const stack = stackOf(base, { overrides: { "o.yaml": text } });
    expect([...stack.services.keys()]).toEqual(["app"]);
  });
});

describe("tags", () => {
  test("!reset takes a key away, !override puts a value in place of another", () => {
    const service = merged(
      "hostname: one\nports: ['80:80']\ncap_drop: [ALL]\nenvironment: { A: 1, B: 2 }\npids_limit: 5",
      "hostname: !reset null\nports: !override ['81:80']\ncap_drop: !reset []\nenvironment: !override { C: 3 }\npids_limit: !override 6",
    );

    expect(service).toMatchObject({ ports: ["81:80"], environment: { C: "3" }, pids_limit: 6 });
    expect(service).not.toHaveProperty("hostname");
    expect(service).not.toHaveProperty("cap_drop");
  });

  test("what one file took away a later one may give again", () => {
    expect(merged("ports: ['80:80']", "ports: !reset []", "ports: ['82:80']")).toMatchObject({
      ports: ["82:80"],
    });
  });

  test("!reset takes away what a merge key brings", () => {
    const stack = stackOf(
      `x-app: &app { image: base, hostname: one }\nname: shop\n${images}services: { app: { <<: *app, hostname: !reset null } }\n`,
    );
    expect(stack.services.get("app")?.hostname).toBe("app");
  });

  test("a service can be taken away whole", () => {
    const stack = stackOf(
      `name: shop\n${images}services: { a: { image: base }, b: { image: base } }\n`,
      {
        overrides: { "o.yaml": "services: { b: !reset null }\n" },
      },
    );
    expect([...stack.services.keys()]).toEqual(["a"]);
  });

  test("stand nowhere but before the value of a key", () => {
    expect(
      screenOf(`name: shop\n${images}`, {
        overrides: { "o.yaml": "services: { app: { cap_drop: [!reset ALL] } }\n" },
      }),
    ).toMatchInlineSnapshot(`
      "
      o.yaml:1:38 error: \`!reset\` stands before the value of a key, and nowhere else. [yaml-tag]

          1 | services: { app: { cap_drop: [!reset ALL] } }
            |                                      ~~~
            hint: Write \`key: !reset null\` to take a key away, and \`key: !override …\` to replace its value.

      1 error
      "
    `);
  });
});

describe("what is wrong is shown in the file that it stands in", () => {
  const base = `name: shop\n${images}services:\n  app:\n    image: base\n    mem_limit: lots\n`;

  test("problems of both files, in the files' order", () => {
    expect(
      screenOf(base, {
        overrides: {
          "stack.override.yaml":
            'services:\n  app:\n    pids_limit: many\n    user: "${NOBODY}"\n    prots: []\n',
        },
      }),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:6:16 error: "services.app.mem_limit" must be a size such as \`64k\`, \`512m\` or \`1g\`; it is "lots". [invalid-value]

          6 |     mem_limit: lots
            |                ~~~~

      stack.override.yaml:3:17 error: "services.app.pids_limit" must be a number, but is "many". [wrong-type]

          3 |     pids_limit: many
            |                 ~~~~

      stack.override.yaml:4:12 error: Variable NOBODY is not set. [unset-variable]

          4 |     user: "\${NOBODY}"
            |            ~~~~~~~~~
            hint: Set it in the environment, or give a default: \${NOBODY:-value}.

      stack.override.yaml:5:5 error: "prots" is not a key of "services.app". [unknown-key]

          5 |     prots: []
            |     ~~~~~
            hint: Did you mean "ports"?

      4 errors
      "
    `);
  });

  test("references and edges, too", () => {
    expect(
      screenOf(
        `name: shop\n${images}services: { app: { image: base, depends_on: [db] }, db: { image: base } }\n`,
        {
          overrides: {
            "o.yaml": "services:\n  app: { image: bose }\n  db:\n    depends_on: [apq]\n",
          },
        },
      ),
    ).toMatchInlineSnapshot(`
      "
      o.yaml:2:17 error: Image "bose" is not defined. [unknown-image]

          2 |   app: { image: bose }
            |                 ~~~~
            hint: Did you mean "base"? It is defined at stack.config.yaml:2:11.

      o.yaml:4:18 error: Service "apq" is not defined. [unknown-service]

          4 |     depends_on: [apq]
            |                  ~~~
            hint: Did you mean "app"? It is defined at stack.config.yaml:3:13.

      2 errors
      "
    `);
    expect(
      screenOf(
        `name: shop\n${images}services: { app: { image: base, depends_on: [db] }, db: { image: base } }\n`,
        {
          overrides: { "o.yaml": "services:\n  db:\n    depends_on: [app]\n" },
        },
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:3:46 error: The services depend on each other in a circle: app -> db -> app. [dependency-cycle]

          3 | services: { app: { image: base, depends_on: [db] }, db: { image: base } }
            |                                              ~~

            stack.config.yaml:3:46: "app" depends on "db"

            o.yaml:3:18: "db" depends on "app"

          3 |     depends_on: [app]
            |                  ~~~
            hint: Take one of these edges away.

      1 error
      "
    `);
  });

  test("each file's syntax, before anything is merged", () => {
    const read = loadText("name: [shop\n", { overrides: { "o.yaml": "services: {\n" } });
    expect(read.ok ? [] : read.error.map(({ location }) => location.file)).toEqual([
      "stack.config.yaml",
      "o.yaml",
    ]);
  });

  test("a variable that must not leave the machine", () => {
    const overrides = { "o.yaml": 'mirrors: { debian-12: "https://${USER}.example" }\n' };
    expect(codesOf(`name: shop\n${images}`, { overrides, environment: { USER: "me" } })).toEqual([
      "variable-sent-away",
    ]);
  });

  test.each([
    ["a list where a map is", "services: [app]\n", ["wrong-type"]],
    ["a text where a map is", "hello\n", ["wrong-type"]],
    [
      "a list of maps for assignments",
      "services: { app: { environment: [{ A: 1 }] } }\n",
      ["wrong-type"],
    ],
  ])("%s", (_what, text, codes) => {
    const shown = `name: shop\n${images}services: { app: { image: base, environment: { A: 1 } } }\n`;
    const read = loadText(shown, { overrides: { "o.yaml": text } });
    expect(read.ok ? [] : read.error.map(({ code }) => code)).toEqual(codes);
    expect(read.ok ? [] : read.error.map(({ location }) => location.file)).toEqual(["o.yaml"]);
  });
});

test("the digest is of all texts", () => {
  const digest = (overrides: Readonly<Record<string, string>>): string => {
    const loaded = loadText(`name: shop\n${images}`, { overrides });
    return loaded.ok ? loaded.value.digest : "";
  };
  const digests = [{}, { a: "name: a\n" }, { a: "name: b\n" }, { a: "name: a\n", b: "" }].map(
    digest,
  );
  expect(new Set(digests).size).toBe(4);
});

test.each([
  ["http_get", "http_get: { port: 80 }", "http_get: { port: 81 }"],
  ["tcp_socket", "tcp_socket: { port: 80 }", "tcp_socket: { port: 81 }"],
  ["exec", "exec: { command: [/check] }", "exec: { command: [/other] }"],
  ["log_line", "log_line: { pattern: ready }", "log_line: { pattern: started }"],
])("a probe by %s is the same one however often it is tried", (_, one, other) => {
  const patience = "interval: 1s, timeout: 1s, retries: 9, start_period: 9s, success_threshold: 3";
  const changed = merged(`probes: [{ ${one} }, { ${other} }]`, `probes: [{ ${one}, ${patience} }]`);
  expect(changed).toHaveProperty("probes.length", 2);
  expect(changed).toHaveProperty("probes.0", expect.objectContaining({ retries: 9 }));
});
