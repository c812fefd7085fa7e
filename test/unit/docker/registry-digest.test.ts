import { expect, test } from "vitest";
import { type Answer, json, refuse, startFakeEngine } from "../../support/fake-engine.ts";

const reference = "registry.invalid:5000/team/web:1";
const route = "GET /distribution/registry.invalid%3A5000/team/web%3A1/json";
const digest = `sha256:${"ab".repeat(32)}`;

test("the digest of a reference is what the registry has, as the Engine passes it on", async () => {
  const answer = json({ Descriptor: { digest, mediaType: "x", size: 1 }, Platforms: [] });
  await using fake = await startFakeEngine({ routes: { [route]: answer } });
  await using engine = await fake.connect();
  expect(await engine.registryDigest(reference)).toBe(digest);
});

test.each<[string, Answer, string]>([
  ["that wants a login", refuse(401, "unauthorized"), "pull-failed"],
  ["that does not have it", refuse(404, "manifest unknown"), "pull-failed"],
  ["that answers something else", json({ Descriptor: { digest: "md5:0" } }), "engine-failed"],
  ["with half a digest", json({ Descriptor: { digest: "sha256:ab" } }), "engine-failed"],
  [
    "with more than a digest",
    json({ Descriptor: { digest: `${digest}\nname: other` } }),
    "engine-failed",
  ],
])("a registry %s is told", async (_, answer, code) => {
  await using fake = await startFakeEngine({ routes: { [route]: answer } });
  await using engine = await fake.connect();
  await expect(engine.registryDigest(reference)).rejects.toMatchObject({ code });
});
