import { expect, test } from "vitest";
import { type Answer, refuse, startFakeEngine } from "../../support/fake-engine.ts";

function stat(value: object | string): Answer {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const header = Buffer.from(text).toString("base64");
  return (response) =>
    void response.writeHead(200, { "X-Docker-Container-Path-Stat": header }).end();
}

// Modes as Engine 20.10 gives them: of /etc, of /etc/mtab, of a file with 0755, of a device.
test("what is at a path is told by the Engine's mode, and nothing where there is nothing", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "HEAD /containers/a/archive": stat({ mode: 2_147_484_141, linkTarget: "" }),
      "HEAD /containers/b/archive": stat({ mode: 134_218_239, linkTarget: "/proc/mounts" }),
      "HEAD /containers/c/archive": stat({ mode: 493, linkTarget: "" }),
      "HEAD /containers/d/archive": stat({ mode: 2 ** 26 + 2 ** 21 + 438 }),
      "HEAD /containers/e/archive": refuse(404, "Could not find the file"),
      "HEAD /containers/f/archive": stat("no JSON"),
    },
  });
  await using engine = await fake.connect();
  const told = async (id: string): Promise<unknown> => await engine.statPath(id, "/x");
  await expect(told("a")).resolves.toEqual({ type: "directory" });
  await expect(told("b")).resolves.toEqual({ type: "symlink", linkTarget: "/proc/mounts" });
  await expect(told("c")).resolves.toEqual({ type: "file" });
  await expect(told("d")).resolves.toEqual({ type: "other" });
  await expect(told("e")).resolves.toBeUndefined();
  await expect(told("f")).rejects.toMatchObject({ code: "engine-failed" });
});
