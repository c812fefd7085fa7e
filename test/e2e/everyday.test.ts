import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

test("ls must tell of this stack, where its manifest lies, and of its end", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);
  const elsewhere = { workingDirectory: "/" };
  interface Listed {
    readonly stacks: readonly { readonly name: string }[];
  }
  const listed = async (...options: readonly string[]): Promise<unknown> => {
    const { exitCode, stdout } = await rig.qclock(["ls", "--json", ...options], elsewhere);
    expect(exitCode).toBe(0);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- compared as a whole below
    return (JSON.parse(stdout) as Listed).stacks.find(({ name }) => name === rig.stack);
  };

  const manifests = [`${rig.directory}/stack.config.yaml`];
  expect(await listed()).toEqual({
    name: rig.stack,
    states: [{ state: "running", count: 2 }],
    manifests,
  });
  expect((await rig.qclock(["ls"], elsewhere)).stdout).toMatch(
    new RegExp(`^${rig.stack} +running\\(2\\) +${rig.directory}/stack.config.yaml$`, "m"),
  );

  await rig.qclock(["stop"]);
  expect(await listed()).toBeUndefined();
  expect(await listed("--all")).toMatchObject({ states: [{ state: "exited", count: 2 }] });
  expect((await rig.qclock(["ls", "-q", "-a"], elsewhere)).stdout.split("\n")).toContain(rig.stack);

  await rig.qclock(["down"]);
  expect(await listed("--all")).toBeUndefined();
});
