import { expect, test } from "vitest";
import { importService, importText, loadedManifest } from "../../support/import-compose.ts";

const capabilities = 14;

test("what compose allows without a word is named under `policy`, with a reason to decide about", async () => {
  const { service, notes } = await importService("");
  const reason = "imported from compose.yaml, decide whether it is needed";
  expect(service).toMatchObject({
    read_only: false,
    init: false,
    restart: "no",
    networks: ["default"],
    policy: { allow_root: reason, writable_root: reason, new_privileges: reason },
  });
  expect(service.cap_add).toHaveLength(capabilities);
  expect(Object.keys(service.policy?.capabilities ?? {})).toEqual(service.cap_add);
  expect(notes).toEqual([]);
});

test("what is hardened in compose stays so", async () => {
  const reason = "imported from compose.yaml, decide whether it is needed";
  const { service } = await importService(`
user: "1000:1000"
read_only: true
cap_drop: [ALL]
security_opt: [no-new-privileges:true]`);
  expect(service).toMatchObject({
    user: "1000:1000",
    read_only: true,
    cap_add: [],
    policy: { host: reason },
  });
});

test.each(['"true"', "yes", '"${RO:-true}"', '"1"'])("read_only: %s is true, too", async (word) => {
  const { service } = await importService(
    `read_only: ${word}\nvolumes: [{ type: volume, source: d, target: /d, read_only: ${word} }]`,
  );
  expect(service.read_only).toBe(true);
  expect(service.volumes).toEqual(["d:/d:ro"]);
});

test("an empty entrypoint stays: it clears the image's", async () => {
  const { service } = await importService('entrypoint: []\ncommand: ["echo", "hi"]');
  expect(service).toMatchObject({ entrypoint: [], command: ["echo", "hi"] });
});

test("capabilities are added to those of the Engine, and dropped from them", async () => {
  const { service } = await importService("cap_add: [CAP_NET_ADMIN]\ncap_drop: [MKNOD, NET_RAW]");
  expect(service.cap_add).toContain("NET_ADMIN");
  expect(service.cap_add).toHaveLength(capabilities - 1);
  expect(service.policy?.capabilities).toHaveProperty("NET_ADMIN");
  expect(service.policy?.capabilities).not.toHaveProperty("MKNOD");
});

test.each([
  ["8080:80", "0.0.0.0:8080:80"],
  ["80", "0.0.0.0::80"],
  ["127.0.0.1:8080:80", "127.0.0.1:8080:80"],
  ["127.0.0.1::80", "127.0.0.1::80"],
  ["[::1]:8080:80", "[::1]:8080:80"],
  ["53:53/udp", "0.0.0.0:53:53/udp"],
  ["${PORT:-8080}:80", "0.0.0.0:8080:80"],
])("the port %s is %s", async (written, expected) => {
  const { service } = await importService(`ports: ["${written}"]`);
  expect(service.ports).toEqual([expected]);
});

test("a range of ports is written out, and a port in the long notation has its address", async () => {
  const { service, notes } = await importService(`
ports:
  - "3000-3002:4000-4002"
  - { target: 80, published: "8080", host_ip: 127.0.0.1, protocol: tcp, mode: host }
  - { target: 81, mode: ingress, app_protocol: http }`);
  expect(service.ports).toEqual([
    "0.0.0.0:3000:4000",
    "0.0.0.0:3001:4001",
    "0.0.0.0:3002:4002",
    { target: 80, published: "8080", host_ip: "127.0.0.1", protocol: "tcp" },
    { target: 81, host_ip: "0.0.0.0", protocol: "tcp" },
  ]);
  expect(notes).toEqual([
    "changed: The range 3000-3002:4000-4002 is written out port by port.",
    "lost: `ports.mode` has no counterpart and is left out.",
    "lost: `ports.app_protocol` has no counterpart and is left out.",
  ]);
});

test("ports on the loopback alone are no departure", async () => {
  const { service } = await importService('ports: ["127.0.0.1:8080:80"]');
  expect(service.policy?.public_ports).toBeUndefined();
});

test("variables stay, and one that is not set is empty as in compose", async () => {
  const { imported, notes } = await importService(
    "command: serve --name $NAME --level ${LEVEL:-info} --price $$5\nhostname: ${SET}",
    { environment: { SET: "here" } },
  );
  expect(imported.text).toContain("serve --name ${NAME-} --level ${LEVEL:-info} --price $$5");
  expect(imported.text).toContain("hostname: ${SET}");
  expect(notes).toEqual(["changed: Variable NAME is not set now; as in compose it is empty then."]);
});

test("environment and labels keep their texts, in both notations", async () => {
  const { service, notes } = await importService(
    "environment: { VERSION: 1.10, FLAG: true, EMPTY: '', SHELL_ONE: }\nlabels: [a=1, b]",
  );
  expect(service.environment).toEqual({
    VERSION: "1.10",
    FLAG: "true",
    EMPTY: "",
    SHELL_ONE: "",
  });
  expect(service.labels).toEqual({ a: "1", b: "" });
  expect(notes[0]).toContain("SHELL_ONE is passed on from the environment");
});

test("mounts: named volumes, folders, files of the host, and what has no name", async () => {
  const { service, notes, imported } = await importService(
    `
volumes:
  - data:/var/lib/data
  - ./conf:/etc/conf:ro
  - ./missing:/srv/missing
  - /var/run/docker.sock:/var/run/docker.sock
  - /srv/cache
  - { type: bind, source: conf, target: /long, read_only: true, bind: { create_host_path: true } }
  - { type: volume, source: data, target: /second, volume: { nocopy: true } }
  - { type: tmpfs, target: /scratch, tmpfs: { size: 1m } }
  - data:/third:z,ro`,
    { existing: ["conf"], beside: "volumes: { data: {} }" },
  );
  expect(service.volumes).toEqual([
    "data:/var/lib/data",
    "./conf:/etc/conf:ro",
    "missing:/srv/missing",
    "/var/run/docker.sock:/var/run/docker.sock",
    "web-srv-cache:/srv/cache",
    "./conf:/long:ro",
    "data:/second",
    {
      type: "tmpfs",
      target: "/scratch",
      read_only: false,
      tmpfs: { size: "1m", mode: "1777", exec: false },
    },
    "data:/third:ro",
  ]);
  expect(Object.keys(service.policy?.bind_mounts ?? {})).toEqual([
    "/etc/conf",
    "/var/run/docker.sock",
    "/long",
  ]);
  expect(Object.keys(loadedManifest(imported).manifest.volumes ?? {})).toEqual([
    "data",
    "missing",
    "web-srv-cache",
  ]);
  expect(notes).toMatchInlineSnapshot(`
    [
      "changed: ./missing is not there; compose would make an empty folder of it. The volume "missing" takes its place.",
      "changed: /var/run/docker.sock is a path of this machine, outside of the project: the stack runs on machines that have it.",
      "changed: The volume on /srv/cache has no name in compose; here it is "web-srv-cache", whose data is kept.",
      "lost: \`volumes.volume.nocopy\` has no counterpart and is left out.",
      "lost: the mount option \`z\` has no counterpart and is left out.",
    ]
  `);
});

test("limits come from a service's own keys or from `deploy`; zero is no limit", async () => {
  const { service, notes } = await importService(`
mem_limit: 0
pids_limit: -1
cpu_quota: 50000
shm_size: 128m
ulimits: { nofile: { soft: 1000, hard: 2000 }, nproc: 100 }
deploy:
  replicas: 3
  resources: { limits: { memory: 300M, cpus: "0.25" }, reservations: { memory: 20M } }
  restart_policy: { condition: on-failure, max_attempts: 3, delay: 5s }`);
  expect(service).toMatchObject({
    mem_limit: "2g",
    pids_limit: 4096,
    cpus: "0.25",
    shm_size: "128m",
    ulimits: { nofile: { soft: 1000, hard: 2000 }, nproc: 100 },
    restart: "on-failure:3",
  });
  expect(notes).toEqual([
    "lost: `deploy.replicas` has no counterpart and is left out.",
    "lost: `deploy.resources.reservations.memory` has no counterpart and is left out.",
    "lost: `deploy.restart_policy.delay` has no counterpart and is left out.",
  ]);
});

test("memory for files is writable by everybody, as compose makes it", async () => {
  const { service, notes } = await importService(
    "tmpfs: [/run, '/tmp:size=64m,exec,uid=5,huge=always']",
  );
  expect(service.tmpfs).toEqual(["/run:size=256m,mode=1777", "/tmp:size=64m,mode=1777,exec,uid=5"]);
  expect(service.policy?.tmpfs_exec).toHaveProperty("/tmp");
  expect(notes).toEqual(["lost: the tmpfs option `huge` has no counterpart and is left out."]);
});

test("a service that another one waits for until it ends is a job", async () => {
  const text = `
services:
  db: { image: db, healthcheck: { test: check } }
  migrate: { image: app, restart: always, depends_on: [db] }
  web:
    image: app
    depends_on:
      migrate: { condition: service_completed_successfully }
      db: { condition: service_healthy, restart: true, required: false }
`;
  const { manifest } = loadedManifest(await importText(text));
  expect(manifest.services["migrate"]).toMatchObject({
    job: true,
    depends_on: { db: { condition: "service_started" } },
  });
  expect(manifest.services["web"]?.depends_on).toEqual({
    migrate: { condition: "service_completed_successfully", restart: false, required: true },
    db: { condition: "service_healthy", restart: true, required: false },
  });
});

test("links are dependencies and further names; names that a manifest cannot have are kept as names of networks", async () => {
  const text = `
services:
  Web_App: { image: app, links: ["db:database"] }
  db: { image: db }
`;
  const { manifest } = loadedManifest(await importText(text));
  expect(manifest.services["web-app"]).toMatchObject({
    depends_on: ["db"],
    networks: { default: { aliases: ["Web_App"] } },
  });
  expect(manifest.services["db"]?.networks).toEqual({ default: { aliases: ["database"] } });
});

test("networks keep their ways out, their subnets and their names", async () => {
  const text = `
services:
  web:
    image: web
    networks: { front: { aliases: [site], ipv4_address: 10.9.0.5 }, back: }
networks:
  front: { driver: bridge, ipam: { config: [{ subnet: 10.9.0.0/24, gateway: 10.9.0.1 }] } }
  back: { internal: true, driver: overlay, name: other }
  proxy: { external: true, name: house }
`;
  const imported = await importText(text);
  const { manifest } = loadedManifest(imported);
  const reason = "imported from compose.yaml, decide whether it is needed";
  expect(manifest.networks).toEqual({
    front: {
      internal: false,
      external: false,
      subnet: "10.9.0.0/24",
      policy: { outbound: reason },
    },
    back: { internal: true, external: false },
    proxy: { internal: true, external: true, name: "house", policy: { external: reason } },
  });
  expect(manifest.services["web"]?.networks).toEqual({ front: { aliases: ["site"] }, back: null });
  expect(imported.notes.map(({ what }) => what)).toEqual([
    "`networks.*.ipv4_address` of a service",
    "`networks.ipam.config.gateway`",
    "`networks.driver`",
    "`name` of networks and volumes",
  ]);
});

test("secrets keep their sources; one that nobody gives is made at random", async () => {
  const text = `
services:
  web:
    image: web
    secrets: [one, { source: two, target: /etc/two, uid: "5", mode: 0440 }]
    configs: [{ source: site, target: /etc/site.conf }, inline]
secrets: { one: { file: ./one.txt }, two: { environment: TWO }, three: { external: true } }
configs: { site: { file: ./site.conf }, inline: { content: text } }
`;
  const imported = await importText(text);
  const { manifest } = loadedManifest(imported);
  expect(manifest.secrets).toEqual({
    one: { file: "./one.txt" },
    two: { environment: "TWO" },
    three: { generate: true },
  });
  expect(manifest.services["web"]).toMatchObject({
    secrets: ["one", { source: "two", target: "two", uid: "5", mode: "0440" }],
    volumes: [{ type: "bind", source: "./site.conf", target: "/etc/site.conf", read_only: true }],
  });
  expect(imported.notes.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([
    "lost: secrets outside of /run/secrets",
    "changed: `configs`",
    "lost: `configs` without a file",
    "changed: secrets without a file",
    "lost: `secrets.external`",
  ]);
});

test("what has no counterpart stands in a comment with its place, and nothing else is made of it", async () => {
  const { imported } = await importService(
    "network_mode: host\nsysctls: [net.core.somaxconn=5]\nfoo: 1",
  );
  expect(imported.text).toContain(`
  # compose.yaml:4:5: \`network_mode\` has no counterpart and is left out. Use \`networks\`; the
  # host's network is never shared.
  # compose.yaml:5:5: \`sysctls\` has no counterpart and is left out. Kernel parameters are not
  # changed; set them on the Engine's machine.
  # compose.yaml:6:5: \`foo\` is no key of the compose specification that qclock knows; it is left
  # out.
  web:
    <<: *imported
    image: nginx
    networks: [default]
`);
});

test("extensions and profiles stay, anchors and merge keys are followed", async () => {
  const text = `
x-team: ops
x-base: &base { image: app, environment: { A: "1" } }
services:
  web: { <<: *base, x-note: { level: 3 }, profiles: [debug] }
`;
  const imported = await importText(text);
  expect(imported.text).toContain("x-team: ops");
  expect(imported.text).toContain("x-note:\n      level: 3");
  expect(loadedManifest(imported).manifest.services["web"]).toMatchObject({
    image: "app",
    profiles: ["debug"],
    environment: { A: "1" },
  });
});
