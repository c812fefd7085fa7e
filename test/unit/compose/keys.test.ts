import { expect, test } from "vitest";
import { serviceMapping } from "../../../docs/compose-mapping.ts";
import { composeServiceKeys } from "../../../src/compose/import/service-keys.ts";
import { importText } from "../../support/import-compose.ts";

/** A value of each key that is not just a text. */
const values: Readonly<Record<string, string>> = {
  build: "{ context: . }",
  cap_add: "[SYS_TIME]",
  cap_drop: "[ALL]",
  configs: "[site]",
  cpu_period: "100000",
  cpu_quota: "50000",
  cpus: "0.5",
  depends_on: "[other]",
  deploy: "{ resources: { limits: { memory: 1g } } }",
  environment: "{ A: b }",
  expose: "[80]",
  extends: "{ service: other }",
  extra_hosts: "[a=10.0.0.1]",
  group_add: "[105]",
  healthcheck: "{ test: check }",
  labels: "{ a: b }",
  links: "[other]",
  logging: "{ driver: local }",
  mem_limit: "64m",
  networks: "[own]",
  pids_limit: "5",
  ports: '["80:80"]',
  profiles: "[debug]",
  read_only: "true",
  restart: "always",
  secrets: "[key]",
  security_opt: "[no-new-privileges:true]",
  stop_grace_period: "5s",
  stop_signal: "SIGINT",
  tmpfs: "[/run]",
  ulimits: "{ nofile: 5 }",
  volumes: '["data:/data"]',
  working_dir: "/srv",
  shm_size: "64m",
};

async function notesOf(key: string): Promise<readonly string[]> {
  const { notes } = await importText(`
services:
  web: { ${["image", "build", "extends"].includes(key) ? "" : "image: app, "}${key}: ${values[key] ?? "text"} }
  other: { image: other }
networks: { own: }
volumes: { data: }
secrets: { key: { file: key } }
configs: { site: { file: site } }
`);
  return notes.filter(({ kind }) => kind === "lost").map(({ what }) => what);
}

test.each(Object.keys(serviceMapping))(
  "%s, which docs/compose.md says is taken over, is",
  async (key) => {
    expect(composeServiceKeys).toContain(key);
    expect(await notesOf(key)).toEqual([]);
  },
);

test.each([...composeServiceKeys].filter((key) => !Object.hasOwn(serviceMapping, key)))(
  "%s, which docs/compose.md says is left out, is told",
  async (key) => {
    expect(await notesOf(key)).toEqual([`\`${key}\``]);
  },
);
