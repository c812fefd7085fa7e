import { describe, expect, test } from "vitest";
import { screenOf } from "../../support/read-manifest.ts";

/** The screen of each mistake that a person makes, as `qclock validate` prints it. */
const head = 'name: shop\nimages:\n  app: { from: scratch, user: "1:1" }\n';

describe("keys", () => {
  test("an unknown key, with the one that was meant", () => {
    expect(screenOf(`${head}services:\n  app: { image: app, prots: ["80:80"] }\n`))
      .toMatchInlineSnapshot(`
      "
      stack.config.yaml:5:22 error: "prots" is not a key of "services.app". [unknown-key]

          5 |   app: { image: app, prots: ["80:80"] }
            |                      ~~~~~
            hint: Did you mean "ports"?

      1 error
      "
    `);
  });

  test("several unknown keys at different depths, all at once", () => {
    expect(screenOf(`nmae: x\n${head}servcies: {}\nsecrets: { a: { generat: true } }\n`))
      .toMatchInlineSnapshot(`
      "
      stack.config.yaml:1:1 error: "nmae" is not a key of a manifest. [unknown-key]

          1 | nmae: x
            | ~~~~
            hint: Did you mean "name"?

      stack.config.yaml:5:1 error: "servcies" is not a key of a manifest. [unknown-key]

          5 | servcies: {}
            | ~~~~~~~~
            hint: Did you mean "services"?

      stack.config.yaml:6:17 error: "generat" is not a key of "secrets.a". [unknown-key]

          6 | secrets: { a: { generat: true } }
            |                 ~~~~~~~
            hint: Did you mean "generate"?

      3 errors
      "
    `);
  });

  test("keys of compose, with what to write instead", () => {
    expect(
      screenOf(
        `version: "3"\n${head}services:\n  app:\n    image: app\n    privileged: true\n    network_mode: host\n    healthcheck: { test: x }\n    pid: host\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:1:1 error: "version" is not a key of a manifest. [unknown-key]

          1 | version: "3"
            | ~~~~~~~
            hint: Compose's \`version\` says nothing any more; remove it.

      stack.config.yaml:8:5 error: "privileged" is not a key of "services.app". [unknown-key]

          8 |     privileged: true
            |     ~~~~~~~~~~
            hint: qclock never runs privileged containers; add single capabilities with \`cap_add\` and a reason in \`policy\`.

      stack.config.yaml:9:5 error: "network_mode" is not a key of "services.app". [unknown-key]

          9 |     network_mode: host
            |     ~~~~~~~~~~~~
            hint: Use \`networks\`; the host's network is never shared.

      stack.config.yaml:10:5 error: "healthcheck" is not a key of "services.app". [unknown-key]

         10 |     healthcheck: { test: x }
            |     ~~~~~~~~~~~
            hint: Use \`probes\`: they run from outside and need no program in the image.

      stack.config.yaml:11:5 error: "pid" is not a key of "services.app". [unknown-key]

         11 |     pid: host
            |     ~~~
            hint: The host's processes are never shared.

      5 errors
      "
    `);
  });

  test("a key given twice", () => {
    expect(screenOf(`${head}services:\n  app: { image: app }\n  app: { image: app }\n`))
      .toMatchInlineSnapshot(`
      "
      stack.config.yaml:6:3 error: "app" is given twice. [duplicate-name]

          6 |   app: { image: app }
            |   ~~~

            stack.config.yaml:5:3: first given here

          5 |   app: { image: app }
            |   ~~~
            hint: Rename one of the two, or merge them.

      1 error
      "
    `);
  });
});

describe("types and values", () => {
  test("a list where a map must be", () => {
    expect(screenOf("name: shop\nimages: [app]\n")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:2:9 error: "images" must be a map, but is a list. [wrong-type]

          2 | images: [app]
            |         ~~~~~

      1 error
      "
    `);
  });

  test("a mode without quotes, with the reason", () => {
    expect(
      screenOf(
        "name: shop\nimages:\n  app:\n    from: scratch\n    directories: [{ path: /data, mode: 0755 }]\n",
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:5:40 error: "images.app.directories[0].mode" must be a quoted octal mode such as "0755" (YAML reads an unquoted 0755 as the number 755), but is the number 755. [wrong-type]

          5 |     directories: [{ path: /data, mode: 0755 }]
            |                                        ~~~~

      1 error
      "
    `);
  });

  test("a pattern that is no regular expression", () => {
    expect(
      screenOf(
        `${head}services:\n  app:\n    image: app\n    probes: [{ log_line: { pattern: "ready (" } }]\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:7:37 error: "services.app.probes[0].log_line.pattern" must be a regular expression (ECMAScript); it is "ready (". [invalid-value]

          7 |     probes: [{ log_line: { pattern: "ready (" } }]
            |                                     ~~~~~~~~~

      1 error
      "
    `);
  });

  test("a request of a probe that HTTP could not carry, or that would be another one", () => {
    const http = String.raw`{ port: 80, path: "/a\r\nHost: x", headers: { "X\r\nY": a, X: "a\r\nb", content-length: "5" } }`;
    expect(
      screenOf(
        `${head}services:\n  app:\n    image: app\n    probes:\n      - http_get: ${http}\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:8:37 error: "services.app.probes[0].http_get.path" holds the control character CR, U+000D. [invalid-value]

          8 | ...ort: 80, path: "/a\\r\\nHost: x", headers: { "X\\r\\nY": a, X: "a\\r\\nb", content-length: "5" } }
            |                   ~~~~~~~~~~~~~~~

      stack.config.yaml:8:65 error: "services.app.probes[0].http_get.headers" has a key that holds the control character CR, U+000D. [invalid-value]

          8 | ...ort: 80, path: "/a\\r\\nHost: x", headers: { "X\\r\\nY": a, X: "a\\r\\nb", content-length: "5" } }
            |                                               ~~~~~~~~

      stack.config.yaml:8:81 error: "services.app.probes[0].http_get.headers.X" holds the control character CR, U+000D. [invalid-value]

          8 | ...ort: 80, path: "/a\\r\\nHost: x", headers: { "X\\r\\nY": a, X: "a\\r\\nb", content-length: "5" } }
            |                                                               ~~~~~~~~

      stack.config.yaml:8:107 error: "services.app.probes[0].http_get.headers.content-length" must be under another name: HTTP itself sets this header; it is "5". [invalid-value]

          8 | ...ort: 80, path: "/a\\r\\nHost: x", headers: { "X\\r\\nY": a, X: "a\\r\\nb", content-length: "5" } }
            |                                                                                         ~~~

      4 errors
      "
    `);
  });

  test("an image of a registry without its digest", () => {
    expect(screenOf("name: shop\nimages: { web: { image: nginx:latest } }\n"))
      .toMatchInlineSnapshot(`
      "
      stack.config.yaml:2:25 error: "images.web.image" must be a reference pinned by digest: \`registry.example/name:tag@sha256:…\`; it is "nginx:latest". [invalid-value]

          2 | images: { web: { image: nginx:latest } }
            |                         ~~~~~~~~~~~~

      1 error
      "
    `);
  });

  test("an image that is made in two ways, and one in none", () => {
    expect(
      screenOf("name: shop\nimages:\n  both: { from: scratch, build: . }\n  none: { user: a }\n"),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:3:3 error: Image "both" must have exactly one of from, build and image. [invalid-value]

          3 |   both: { from: scratch, build: . }
            |   ~~~~
            hint: \`from: scratch\` starts an image of packages and files.

      stack.config.yaml:4:3 error: Image "none" must have exactly one of from, build and image. [invalid-value]

          4 |   none: { user: a }
            |   ~~~~
            hint: \`from: scratch\` starts an image of packages and files.

      2 errors
      "
    `);
  });

  test("no more than an empty file", () => {
    expect(screenOf("# nothing yet\n")).toMatchInlineSnapshot(`
      "
      stack.config.yaml:1:1 error: The manifest is empty. [missing-key]
            hint: Start with \`name:\` and \`images:\`; docs/manifest.md begins with a small one, and \`qclock init\` writes one.

      1 error
      "
    `);
  });
});

describe("references", () => {
  test("an image that is not defined, with the one that was meant and its place", () => {
    expect(
      screenOf(
        'name: shop\nimages:\n  base: { from: scratch, user: "1:1" }\n  app: { from: bse }\n',
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:4:16 error: Image "bse" is not defined. [unknown-image]

          4 |   app: { from: bse }
            |                ~~~
            hint: Did you mean "base"? It is defined at stack.config.yaml:3:3.

      1 error
      "
    `);
  });

  test("references to nothing, of every kind", () => {
    expect(
      screenOf(
        `${head}services:\n  app:\n    image: web\n    depends_on: [cache]\n    networks: [front]\n    volumes: ["data:/data"]\n    secrets: [password]\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:6:12 error: Image "web" is not defined. [unknown-image]

          6 |     image: web
            |            ~~~
            hint: Defined are: app.

      stack.config.yaml:7:18 error: Service "cache" is not defined. [unknown-service]

          7 |     depends_on: [cache]
            |                  ~~~~~
            hint: Defined are: app.

      stack.config.yaml:8:16 error: Network "front" is not defined. [unknown-network]

          8 |     networks: [front]
            |                ~~~~~
            hint: No network is defined.

      stack.config.yaml:9:15 error: Volume "data" is not defined. [unknown-volume]

          9 |     volumes: ["data:/data"]
            |               ~~~~~~~~~~~~
            hint: No volume is defined.

      stack.config.yaml:10:15 error: Secret "password" is not defined. [unknown-secret]

         10 |     secrets: [password]
            |               ~~~~~~~~
            hint: No secret is defined.

      5 errors
      "
    `);
  });

  test("a circle of services, each edge with its place", () => {
    expect(
      screenOf(
        `${head}services:\n  db:\n    image: app\n    depends_on: [app]\n  app:\n    image: app\n    depends_on: [cache]\n  cache: { image: app, depends_on: [db] }\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:10:18 error: The services depend on each other in a circle: app -> cache -> db -> app. [dependency-cycle]

         10 |     depends_on: [cache]
            |                  ~~~~~

            stack.config.yaml:10:18: "app" depends on "cache"

            stack.config.yaml:11:37: "cache" depends on "db"

         11 |   cache: { image: app, depends_on: [db] }
            |                                     ~~

            stack.config.yaml:7:18: "db" depends on "app"

          7 |     depends_on: [app]
            |                  ~~~
            hint: Take one of these edges away.

      1 error
      "
    `);
  });

  test("a circle through a Dockerfile", () => {
    expect(
      screenOf("name: shop\nimages:\n  base: { from: tool }\n  tool:\n    build: tool\n", {
        froms: new Map([["tool", ["base"]]]),
        files: ["tool/", "tool/Dockerfile"],
      }),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:3:17 error: The images depend on each other in a circle: base -> tool -> base. [dependency-cycle]

          3 |   base: { from: tool }
            |                 ~~~~

            stack.config.yaml:3:17: "base" stands on "tool"

            stack.config.yaml:5:5: "tool" stands on "base"

          5 |     build: tool
            |     ~~~~~~~~~~~
            hint: Take one of these edges away.

      1 error
      "
    `);
  });

  test("a port that two services publish", () => {
    expect(
      screenOf(
        `${head}services:\n  a: { image: app, ports: ["8080:80"] }\n  b: { image: app, ports: ["127.0.0.1:8080:81"] }\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:6:28 error: Port 127.0.0.1:8080/tcp is published twice. [port-conflict]

          6 |   b: { image: app, ports: ["127.0.0.1:8080:81"] }
            |                            ~~~~~~~~~~~~~~~~~~~

            stack.config.yaml:5:28: first published here

          5 |   a: { image: app, ports: ["8080:80"] }
            |                            ~~~~~~~~~
            hint: Give one of the two another port of the host.

      1 error
      "
    `);
  });
});

describe("variables", () => {
  test("unset ones, marked inside of their texts", () => {
    expect(
      screenOf(
        `${head}services:\n  app:\n    image: app\n    ports: ["\${PORT}:80"]\n    hostname: "\${HOST_NAME:?who am I}"\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:7:14 error: Variable PORT is not set. [unset-variable]

          7 |     ports: ["\${PORT}:80"]
            |              ~~~~~~~
            hint: Set it in the environment, or give a default: \${PORT:-value}.

      stack.config.yaml:8:16 error: Variable HOST_NAME is not set: who am I. [unset-variable]

          8 |     hostname: "\${HOST_NAME:?who am I}"
            |                ~~~~~~~~~~~~~~~~~~~~~~
            hint: Set it in the environment, or give a default: \${HOST_NAME:-value}.

      2 errors
      "
    `);
  });

  test("one that is written wrongly", () => {
    expect(screenOf(`${head}services:\n  app:\n    image: "\${IMAGE"\n`)).toMatchInlineSnapshot(`
      "
      stack.config.yaml:6:13 error: "\${IMAGE" is not a variable. [invalid-interpolation]

          6 |     image: "\${IMAGE"
            |             ~~~~~~~
            hint: Write \${NAME}, \${NAME:-default} or \${NAME:?message}; a plain dollar sign is $$.

      1 error
      "
    `);
  });
});

describe("files", () => {
  test("one that does not exist, and one outside of the project", () => {
    expect(
      screenOf(
        'name: shop\nimages:\n  app:\n    from: scratch\n    user: "1:1"\n    files:\n      - rotfs\n      - ../../etc\n',
        {
          files: ["rootfs/"],
        },
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:7:9 error: "rotfs" of image "app" does not exist. [missing-file]

          7 |       - rotfs
            |         ~~~~~

      stack.config.yaml:8:9 error: "../../etc" lies outside of the project. [path-outside-project]

          8 |       - ../../etc
            |         ~~~~~~~~~
            hint: Move it below the manifest's folder.

      2 errors
      "
    `);
  });
});

describe("policy", () => {
  test("each departure from the hardened defaults needs its reason", () => {
    expect(
      screenOf(
        `${head}services:\n  app:\n    image: app\n    user: root\n    read_only: false\n    cap_add: [NET_ADMIN]\n    restart: always\n    volumes: ["./conf:/conf"]\nnetworks:\n  front: { internal: false }\n`,
      ),
    ).toMatchInlineSnapshot(`
      "
      stack.config.yaml:7:11 error: Service "app" runs as root without a reason. [exception-without-reason]

          7 |     user: root
            |           ~~~~
            hint: Give its image a user, such as \`user: "10001:10001"\`, or say why: policy: { allow_root: "the reason" }.

      stack.config.yaml:8:16 error: Service "app" has a writable root file system without a reason. [exception-without-reason]

          8 |     read_only: false
            |                ~~~~~
            hint: Say why: policy: { writable_root: "the reason" }.

      stack.config.yaml:9:15 error: Service "app" adds the capability NET_ADMIN without a reason. [exception-without-reason]

          9 |     cap_add: [NET_ADMIN]
            |               ~~~~~~~~~
            hint: Say why: policy: { capabilities: { NET_ADMIN: "the reason" } }.

      stack.config.yaml:10:14 error: Service "app" restarts without a bound and gives no reason. [exception-without-reason]

         10 |     restart: always
            |              ~~~~~~
            hint: Use "on-failure:5", or say why: policy: { restart: "the reason" }.

      stack.config.yaml:11:15 error: Service "app" mounts "./conf" of the host without a reason. [exception-without-reason]

         11 |     volumes: ["./conf:/conf"]
            |               ~~~~~~~~~~~~~~
            hint: Use a named volume, or say why: policy: { bind_mounts: { "/conf": "the reason" } }.

      stack.config.yaml:13:22 error: Network "front" has a way out without a reason. [exception-without-reason]

         13 |   front: { internal: false }
            |                      ~~~~~
            hint: Say why: policy: { outbound: "the reason" }.

      6 errors
      "
    `);
  });

  test("with reasons there is nothing to say", () => {
    expect(
      screenOf(
        `${head}services:\n  app:\n    image: app\n    user: root\n    read_only: false\n    cap_add: [NET_ADMIN]\n    restart: always\n    policy:\n      allow_root: it changes routes\n      writable_root: it updates itself in place\n      capabilities: { NET_ADMIN: it changes routes }\n      restart: nobody is there to start it again\n`,
      ),
    ).toBe("");
  });
});
