import { parse } from "yaml";
import { expect, test } from "vitest";
import { exportCompose } from "../../../src/compose/export/export.ts";
import { Notes } from "../../../src/compose/notes.ts";
import { importText, loadedManifest } from "../../support/import-compose.ts";
import { stackOf } from "../../support/read-manifest.ts";

interface Exported {
  readonly text: string;
  readonly compose: Record<string, Record<string, Record<string, unknown>>>;
  readonly notes: readonly string[];
}

function exported(
  manifest: string,
  secrets: Readonly<Record<string, string>> = {},
  files?: readonly string[],
): Exported {
  const stack = stackOf(manifest, {
    environment: secrets,
    ...(files === undefined ? {} : { files }),
  });
  const notes = new Notes();
  const text = exportCompose({
    stack,
    notes,
    directory: "/project",
    secretsVolumeOf: (service) => `${stack.name}_${service}-secrets`,
    secretVariables: new Map(Object.entries(secrets).map(([name, value]) => [value, name])),
  });
  return {
    text,
    // oxlint-disable-next-line typescript/no-unsafe-assignment -- what a test looks at
    compose: parse(text),
    notes: notes.list.map(({ kind, message }) => `${kind}: ${message}`),
  };
}

const head = `
name: shop
images:
  app: { from: scratch, packages: { debian-12: [bash] }, user: "10001:10001" }
  bare: { from: scratch, user: "5:6" }
`;

test("what compose starts is what qclock starts: its image, limits and hardening", () => {
  const { compose, notes } = exported(`${head}
services:
  app:
    image: app
    command: [serve, $$HOME]
    environment: { A: "1" }
    restart: on-failure:3
    mem_limit: 64m
    cpus: 0.5
    tmpfs: ["/run:size=1m"]
    stop_signal: SIGQUIT
    group_add: [105]
`);
  expect(notes).toEqual([]);
  expect(compose["name"]).toBe("shop-compose");
  expect(compose["services"]?.["app"]).toEqual({
    image: "qclock.invalid/shop/app:latest",
    pull_policy: "never",
    command: ["serve", "$$HOME"],
    hostname: "app",
    group_add: ["105"],
    environment: { QCLOCK_STACK: "shop", QCLOCK_SERVICE: "app", A: "1" },
    networks: ["app-only"],
    tmpfs: ["/run:size=1048576,mode=0750,uid=10001,gid=10001,noexec,nosuid,nodev"],
    mem_limit: 67108864,
    memswap_limit: 67108864,
    cpus: 0.5,
    pids_limit: 256,
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    init: true,
    logging: { driver: "json-file", options: { "max-file": "3", "max-size": "10m" } },
    restart: "on-failure:3",
    stop_signal: "SIGQUIT",
    stop_grace_period: "10s",
    healthcheck: { disable: true },
  });
  expect(compose["networks"]).toEqual({ "app-only": { internal: true } });
});

test("probes become the one healthcheck that compose has, where the image can run one", () => {
  const { compose, notes } = exported(`${head}
services:
  web:
    image: app
    depends_on: [db, cache, job]
    ports: [8080:80]
    probes: [{ http_get: { port: 80, path: /health, status: [200, 204] } }]
  db:
    image: bare
    probes:
      - { tcp_socket: { port: 5432 }, phase: startup }
      - { exec: { command: [/bin/check] }, interval: 250ms }
  cache: { image: bare, probes: [{ tcp_socket: { port: 6379 } }] }
  job: { image: bare, job: true }
`);
  const { web, db, cache } = compose["services"] ?? {};
  expect(db?.["healthcheck"]).toEqual({
    test: ["CMD", "/bin/check"],
    interval: "250ms",
    timeout: "2s",
    retries: 3,
    start_period: "60s",
  });
  expect(cache?.["healthcheck"]).toEqual({ disable: true });
  expect(web?.["healthcheck"]).toMatchObject({
    test: ["CMD", "/bin/bash", "-c", expect.stringContaining("/dev/tcp/127.0.0.1/80 ")],
  });
  expect(web?.["depends_on"]).toEqual({
    db: { condition: "service_healthy" },
    cache: { condition: "service_started" },
    job: { condition: "service_completed_successfully" },
  });
  expect(notes).toEqual([
    'changed: It waits until "cache" runs, since its probes have no counterpart in compose.',
    expect.stringContaining('changed: The network "web-publish" has a way out here'),
    "changed: The probe http_get:80/health is asked from inside of the container, by its bash.",
    "lost: The probe tcp_socket:5432 has no counterpart and is left out.",
    "lost: The probe tcp_socket:6379 has no counterpart and is left out.",
  ]);
});

test("data is compose's own, secrets stay in qclock's volumes, what others made is used by its name", () => {
  const { text, compose } = exported(
    `${head}
services:
  app:
    image: app
    environment: { DB_PASSWORD: "\${DB_PASSWORD}", URL: "db://u:\${DB_PASSWORD}@db" }
    volumes: ["data:/data", "archive:/archive:ro", "./conf:/conf"]
    secrets: [key]
    networks: [proxy]
    policy: { bind_mounts: { /conf: its pages are edited } }
networks: { proxy: { external: true, name: house, policy: { external: the house's proxy } } }
volumes: { data: { labels: { team: ops } }, archive: { external: true, policy: { external: kept elsewhere } } }
secrets: { key: { generate: true } }
`,
    { DB_PASSWORD: "very-$secret" },
  );
  expect(text).not.toContain("very-");
  expect(text).toContain("# Allowed, bind-mount:/conf: its pages are edited");
  expect(compose["services"]?.["app"]).toMatchObject({
    environment: { DB_PASSWORD: "${DB_PASSWORD}", URL: "db://u:${DB_PASSWORD}@db" },
    volumes: [
      { type: "volume", source: "data", target: "/data" },
      { type: "volume", source: "archive", target: "/archive", read_only: true },
      { type: "bind", source: "./conf", target: "/conf", bind: { create_host_path: false } },
      { type: "volume", source: "_app-secrets", target: "/run/secrets", read_only: true },
    ],
  });
  expect(compose["networks"]).toEqual({ proxy: { external: true, name: "house" } });
  expect(compose["volumes"]).toEqual({
    data: { labels: { team: "ops" } },
    archive: { external: true, name: "archive" },
    "_app-secrets": { external: true, name: "shop_app-secrets" },
  });
});

test("what was exported can be imported again, and says the same of its services", async () => {
  const { text } = exported(`${head}
services:
  web:
    image: app
    depends_on: { db: { restart: true } }
    ports: ["127.0.0.1:8080:80"]
    environment: { PRICE: $$5 }
  db:
    image: bare
    profiles: [data]
    cpus: 0.5
    volumes: ["data:/data"]
    probes: [{ exec: { command: [/bin/check] } }]
volumes: { data: {} }
`);
  const { manifest } = loadedManifest(await importText(text));
  expect(manifest.services["web"]).toMatchObject({
    depends_on: { db: { condition: "service_healthy", restart: true } },
    ports: [{ target: 80, published: "8080", host_ip: "127.0.0.1" }],
    environment: { PRICE: "$5" },
    read_only: true,
    cap_add: [],
    restart: "on-failure:5",
    networks: ["web-db", "web-publish"],
  });
  expect(manifest.services["db"]).toMatchObject({
    profiles: ["data"],
    cpus: 0.5,
    volumes: ["data:/data"],
    probes: [{ exec: { command: ["/bin/check"] }, interval: "5s" }],
  });
  expect(Object.keys(manifest.volumes ?? {})).toEqual(["data"]);
});

test("a dollar sign is none of compose's variables, wherever it stands", () => {
  const manifest = `${head}
services:
  app:
    image: app
    working_dir: /srv/$$HOME
    user: "7:7"
    env_file: [./a$$b.env]
    volumes: ["data:/data/$$X"]
    tmpfs: ["/run/$$Y:size=1m"]
volumes: { data: {} }
`;
  const { compose } = exported(manifest, {}, ["a$b.env"]);
  expect(compose["services"]?.["app"]).toMatchObject({
    working_dir: "/srv/$$HOME",
    env_file: [{ path: "./a$$b.env" }],
    volumes: [{ target: "/data/$$X" }],
    tmpfs: [expect.stringMatching(/^\/run\/\$\$Y:/)],
  });
});

test.each(["2024_11_29", "0b101", "1_000", "0x1F", "1e3", "yes", "1:30"])(
  "the text %s is quoted: YAML 1.1 has a number or a truth there",
  (word) => {
    const { text } = exported(`${head}
services: { app: { image: app, environment: { BUILD: "${word}" } } }
`);
    expect(text).toContain(`BUILD: "${word}"`);
  },
);

test("a secret that begins another one leaves nothing of it readable", () => {
  const { compose } = exported(
    `${head}
services: { app: { image: app, environment: { A: "\${LONG_PASSWORD}" } } }
`,
    { SHORT_PASSWORD: "abcdefgh", LONG_PASSWORD: "abcdefghijkl" },
  );
  expect(compose["services"]?.["app"]?.["environment"]).toMatchObject({ A: "${LONG_PASSWORD}" });
});
