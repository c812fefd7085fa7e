import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { planStack } from "../../../../src/run/plan-stack.ts";
import { up } from "../../../../src/run/up.ts";
import type { Secret } from "../../../../src/stack/stack.ts";
import { engineApi } from "../../../support/engine-api.ts";
import { aShellService, createTestStack, type TestStack } from "../../../support/runtime.ts";

/** One service that reads a secret from a file, and one that reads one from a variable. */
function declared(rig: TestStack, file: string) {
  const secrets: readonly Secret[] = [
    { name: "pin", source: { type: "file", path: file } },
    { name: "token", source: { type: "environment", variable: "TOKEN" } },
  ];
  const mount = (secret: string) => ({ secret, target: `/run/secrets/${secret}`, mode: 0o400 });
  return rig.stack({
    services: [
      aShellService(rig.name, "app", { secrets: [mount("pin")] }),
      aShellService(rig.name, "web", { secrets: [mount("token")] }),
    ],
    secrets,
  });
}

test("what secrets hold is compared in the containers, running or stopped, and no label tells of it", async () => {
  await using rig = await createTestStack();
  const file = path.join(rig.stack({ services: [] }).directory, "pin");
  const context = (token = "hunter2") =>
    rig.context(declared(rig, file), { secretVariable: () => token });
  const causes = async (token?: string): Promise<readonly string[]> => {
    const { plan } = await planStack(context(token), {});
    return plan.nodes.map(({ id, cause }) => `${id}, ${cause}`);
  };
  await writeFile(file, "1234");
  expect((await up(context(), {})).status).toBe("succeeded");
  const labelled = async (): Promise<string> => {
    const objects = await Promise.all([
      engineApi("GET", `/volumes/${rig.name}_app-secrets`),
      rig.engine.inspectContainer(`${rig.name}-app-1`),
    ]);
    const hash = /"dev.qclock.config-hash":"([^"]*)"/.exec(JSON.stringify(objects[0]))?.[1];
    return `${hash} ${objects[1]?.labels.get("dev.qclock.config-hash")}`;
  };
  const before = await labelled();
  expect(await causes()).toEqual([]);

  await rig.engine.stopContainer(`${rig.name}-app-1`, 2000);
  expect(await causes()).toContain("start:app, exited (0)");
  await writeFile(file, "9999");
  const found = await causes();
  expect(found).toContain("create:app, its secrets changed");
  expect(found.join()).not.toContain("create:web");
  expect((await up(context(), {})).status).toBe("succeeded");
  expect(await labelled()).toBe(before);
  expect(await causes()).toEqual([]);
  const { output } = await rig.engine.exec(`${rig.name}-app-1`, ["/bin/cat", "/run/secrets/pin"], {
    timeoutMs: 5000,
  });
  expect(output).toBe("9999");

  // A longer one of the same beginning, and a variable.
  await writeFile(file, "99999");
  expect(await causes()).toContain("create:app, its secrets changed");
  expect(await causes("other")).toContain("create:web, its secrets changed");
});
