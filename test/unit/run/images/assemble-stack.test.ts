import { expect, test } from "vitest";
import type { RunContext } from "../../../../src/run/context.ts";
import { assembleStack } from "../../../../src/run/images/assemble-stack.ts";
import type { BuiltImagesContext } from "../../../../src/run/images/built-images.ts";
import { anArchive } from "../../../support/an-artifact.ts";
import { anImage } from "../../../support/builders.ts";
import { imageWorkshop } from "../../../support/image-workshop.ts";

/** That may write the lock, and fails when it does. */
function writing(
  context: BuiltImagesContext,
): BuiltImagesContext & Pick<RunContext, "lockMode" | "writeLock"> {
  const writeLock = async (): Promise<void> => Promise.reject(new Error("the lock was written"));
  return { ...context, lockMode: "use", writeLock };
}

test("every image is made, on what it stands on, and what is noticed of any is told", async () => {
  const config = { ...anImage("any").config, workingDirectory: "/srv/nowhere" };
  await using workshop = await imageWorkshop({ config });
  const { context, prepared } = workshop;
  const notices: (readonly [string, string])[] = [];
  const { images, lock } = await assembleStack(writing(context), prepared, {
    onNotice: (message, level) => void notices.push([level, message]),
  });
  const [base, app] = images;
  expect(images.map(({ image }) => image)).toEqual(["base", "app"]);
  expect(base?.layers).toHaveLength(1);
  expect(app?.layers.slice(0, -1)).toEqual(base?.layers);
  expect(app?.layers).toHaveLength(2);
  expect(notices).toEqual([["warning", expect.stringContaining("/srv/nowhere")]]);
  // Images without packages have no packages layer to record.
  expect(lock).toBe(prepared.lock);
});

test("the next image is asked for when the caller is done with the one before", async () => {
  await using workshop = await imageWorkshop();
  const { context, prepared } = workshop;
  const told: string[] = [];
  const { images } = await assembleStack(writing(context), prepared, {
    onNotice: () => undefined,
    onBuilt: async (image, built) => {
      told.push(`${image.name}: ${built.image}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      told.push(`${image.name}: done`);
    },
  });
  expect(images).toHaveLength(2);
  expect(told).toEqual(["base: base", "base: done", "app: app", "app: done"]);
});

test("an image that cannot be made ends it, after those that could", async () => {
  await using workshop = await imageWorkshop({ artifacts: [anArchive(Buffer.from("tar"))] });
  const { context, prepared } = workshop;
  const told: string[] = [];
  const made = assembleStack(writing(context), prepared, {
    onNotice: () => undefined,
    onBuilt: async ({ name }) => void told.push(name),
  });
  await expect(made).rejects.toThrow("nothing is fetched");
  expect(told).toEqual(["base"]);
});
