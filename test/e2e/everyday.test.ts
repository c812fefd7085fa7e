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

test("images and top must tell of the containers that run", async () => {
  await using rig = await Rig.create("tiny");
  await rig.qclock(["up"]);
  const name = `qclock.invalid/${rig.stack}/web`;

  const images = await rig.qclock(["images"]);
  expect(images.exitCode).toBe(0);
  for (const service of ["front", "store"])
    expect(images.stdout).toMatch(
      new RegExp(
        `^${rig.stack}-${service}-1 +${name} +latest +[0-9a-f]{12} +\\S+ [kM]B +linux/`,
        "m",
      ),
    );
  expect((await rig.qclock(["images", "--all"])).stdout).toMatch(
    new RegExp(`^- +qclock.invalid/${rig.stack}/base +latest `, "m"),
  );
  expect((await rig.qclock(["images", "-q"])).stdout).toMatch(/^[0-9a-f]{64}\n$/);

  const top = await rig.qclock(["top", "front"]);
  expect(top.exitCode).toBe(0);
  expect(top.stdout).toMatch(/^SERVICE +UID +PID .*CMD\n/);
  expect(top.stdout).toMatch(/^front +\S+ +\d+ .*\/bin\/busybox httpd -f -p 8080/m);
  expect(top.stdout).not.toMatch(/^store/m);
  await rig.qclock(["stop", "front"]);
  expect(await rig.qclock(["top", "front"])).toMatchObject({
    exitCode: 0,
    stdout: "SERVICE\n",
    stderr: "front does not run.\n",
  });
  expect(await rig.qclock(["top", "nobody"])).toMatchObject({ exitCode: 2, stdout: "" });
});
