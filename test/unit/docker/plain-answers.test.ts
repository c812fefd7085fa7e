import { expect, test } from "vitest";
import { startFakeEngine } from "../../support/fake-engine.ts";

test.each(["", "\n", "OK"])(
  "a change that is answered with %j in plain text, as podman does, has succeeded",
  async (text) => {
    await using fake = await startFakeEngine({
      routes: {
        "POST /images/sha256:1/tag": (response) =>
          void response.writeHead(201, { "Content-Type": "text/plain; charset=utf-8" }).end(text),
      },
    });
    await using engine = await fake.connect();
    await expect(engine.tagImage("sha256:1", "qclock.invalid/t/tool:latest")).resolves.toBe(
      undefined,
    );
  },
);

test("a page in the place of an answer is refused, with its beginning", async () => {
  const page = `<html><body>${"Please log in. ".repeat(10)}</body></html>`;
  await using fake = await startFakeEngine({
    routes: {
      "POST /images/sha256:1/tag": (response) =>
        void response.writeHead(200, { "Content-Type": "text/html" }).end(page),
    },
  });
  await using engine = await fake.connect();
  await expect(engine.tagImage("sha256:1", "qclock.invalid/t/tool:latest")).rejects.toMatchObject({
    code: "engine-failed",
    details: [page.slice(0, 200)],
  });
});

test("an answer that has to be a value is refused where it is a word", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "POST /volumes/create": (response) =>
        void response.writeHead(201, { "Content-Type": "text/plain" }).end("OK"),
    },
  });
  await using engine = await fake.connect();
  await expect(engine.createVolume("t_data", new Map())).rejects.toMatchObject({
    code: "engine-failed",
  });
});
