import { existsSync } from "node:fs";
import { cp, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type ComposeProgram, obtainBusybox, obtainCompose } from "../support/compose-program.ts";
import { freePort } from "../support/free-port.ts";
import { Rig } from "../support/rig.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

const composeFile = `
x-greeting: &greeting { GREETING: hello }
services:
  web:
    build: ./app
    container_name: my-web
    ports: ["127.0.0.1:\${WEB_PORT}:8080"]
    environment: { <<: *greeting, LEVEL: "\${LEVEL:-info}" }
    depends_on:
      prepare: { condition: service_completed_successfully }
      store: { condition: service_healthy }
    volumes: ["data:/srv", "./conf:/conf:ro"]
    secrets: [key]
    healthcheck: { test: wget -qO- http://localhost:8080/page || exit 1, interval: 1s }
    network_mode: bridge
  store:
    build: ./app
    user: "1000:1000"
    read_only: true
    cap_drop: [ALL]
    healthcheck: { test: [CMD, nc, -z, localhost, "8080"], interval: 1s }
  prepare:
    build: ./app
    entrypoint: [/bin/busybox, sh, -c]
    command: [echo "prepared $$GREETING" > /data/page && chown 5:5 /data/page]
    environment: *greeting
    volumes: ["data:/data"]
volumes: { data: }
secrets: { key: { file: ./key.txt } }
`;

const dockerfile = `FROM scratch
COPY busybox /bin/busybox
WORKDIR /srv
ENTRYPOINT ["/bin/busybox"]
CMD ["httpd", "-f", "-p", "8080", "-h", "/srv"]
`;

test("a compose file is imported, built and brought up, and runs as it did", async () => {
  await using folder = await temporaryFolder();
  await using rig = await Rig.create("empty", {
    environment: { WEB_PORT: String(await freePort()) },
  });
  await rig.write("docker-compose.yml", composeFile);
  await rig.write("app/Dockerfile", dockerfile);
  await rig.write("key.txt", "the key");
  await mkdir(path.join(rig.directory, "conf"));
  await cp(await obtainBusybox(folder.path), path.join(rig.directory, "app/busybox"));

  const imported = await rig.qclock(["import"]);
  expect(imported).toMatchObject({
    exitCode: 0,
    stdout: "stack.config.yaml: 3 services, 1 image; 1 left out, 4 said in another way\n",
  });
  expect(imported.stderr).toContain("`network_mode` has no counterpart");
  expect(await rig.qclock(["validate"])).toMatchObject({ exitCode: 0 });

  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  const page = await fetch(`http://127.0.0.1:${rig.environment["WEB_PORT"]}/page`);
  expect(await page.text()).toBe("prepared hello\n");
  const seen = await rig.qclock([
    "exec",
    "web",
    "/bin/busybox",
    "sh",
    "-c",
    "cat /run/secrets/key; echo; echo $LEVEL; /bin/busybox id -u",
  ]);
  expect(seen).toMatchObject({ exitCode: 0, stdout: "the key\ninfo\n0\n" });
});

test("a manifest that is there is not written over without a word, and bad input writes nothing", async () => {
  await using rig = await Rig.create("empty");
  await rig.write("compose.yaml", "services: { web: { image: nginx:1 } }");
  await rig.write("bad.yaml", "services: [web]");
  await rig.write("stack.config.yaml", "name: mine\n");

  expect(await rig.qclock(["import"])).toMatchObject({
    exitCode: 9,
    stderr: expect.stringContaining("is there already"),
  });
  expect(await readFile(path.join(rig.directory, "stack.config.yaml"), "utf8")).toBe(
    "name: mine\n",
  );
  expect(await rig.qclock(["import", "bad.yaml", "-o", "new.yaml"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("bad.yaml:1:11 error: `services` must be a map"),
  });
  expect(existsSync(path.join(rig.directory, "new.yaml"))).toBe(false);
  await rig.write("outside.yaml", "services: { web: { build: ../elsewhere } }");
  expect(await rig.qclock(["import", "outside.yaml", "-o", "new.yaml"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('outside.yaml:1:27 error: "../elsewhere" lies outside of'),
  });
  expect(await rig.qclock(["import", "none.yaml"])).toMatchObject({ exitCode: 2 });
  const piped = await rig.qclock(["import", "-o", "-", "--json"]);
  expect(JSON.parse(piped.stdout)).toMatchObject({
    schema: "qclock/import/v1",
    manifest: expect.stringContaining("name: "),
    services: 1,
    notes: [],
  });
  expect(await rig.qclock(["import", "--force"])).toMatchObject({ exitCode: 0 });
});

test("QClock is exported, and compose starts it from the images that qclock built", async (context) => {
  await using folder = await temporaryFolder();
  const compose = await composeOrReason(folder.path);
  if (typeof compose === "string") {
    context.skip(compose);
    return;
  }
  await using rig = await Rig.createFromProject();
  // It builds the images and writes the secrets.
  expect(await rig.qclock(["up"])).toMatchObject({ exitCode: 0 });
  expect(await rig.qclock(["down"])).toMatchObject({ exitCode: 0 });
  expect(await rig.qclock(["export", "compose", "-o", "compose.yaml"])).toMatchObject({
    exitCode: 0,
    stdout: "compose.yaml\n",
  });

  await compose.run(rig.directory, ["config", "--quiet"]);
  try {
    await compose.run(rig.directory, ["up", "--wait", "--wait-timeout", "120"]);
    const health = await fetch(`http://127.0.0.1:${rig.port}/health`);
    expect(await health.json()).toMatchObject({ status: "ok", database: { status: "up" } });
    const { volumes } = await rig.observe();
    expect(volumes).not.toContain(`${rig.stack}-compose_db-data`);
  } finally {
    await compose.run(rig.directory, ["down", "--volumes"]);
  }
});

/** Compose, or why there is none; with CI=true that is a failure. */
async function composeOrReason(directory: string): Promise<ComposeProgram | string> {
  try {
    return await obtainCompose(directory);
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    return `compose cannot be had from Debian's mirror: ${String(error)}`;
  }
}
