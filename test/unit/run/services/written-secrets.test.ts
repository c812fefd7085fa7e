import { expect, test } from "vitest";
import type { ObservedVolume } from "../../../../src/plan/observed.ts";
import { findWritten, rememberWritten } from "../../../../src/run/services/written-secrets.ts";
import { labels } from "../../../../src/stack/labels.ts";
import type { Secret, Stack } from "../../../../src/stack/stack.ts";
import { anImage, anObserved, aService, aStack } from "../../../support/builders.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const written = { volume: "record of db", generated: "record of all", image: "sha256:1" } as const;
const password: Secret = { name: "password", source: { type: "generate", length: 32 } };

/** A service with one secret. */
function stackWith(secret: Secret): Stack {
  const secrets = [{ secret: secret.name, target: `/run/secrets/${secret.name}`, mode: 0o400 }];
  const services = [aService({ name: "db", secrets })];
  return aStack({ images: [anImage("db")], services, secrets: [secret] });
}

function volume(name: string, record: string, parts: Partial<ObservedVolume> = {}): ObservedVolume {
  return { name, ours: true, labels: new Map([[labels.record, record]]), ...parts };
}

const own = volume("t_db-secrets", written.volume);
const generated = volume("t__secrets", written.generated);

/** The services that are found after `db` was noted, in an Engine that differs from then so. */
async function found(
  changes: {
    readonly secret?: Secret;
    readonly volumes?: readonly ObservedVolume[];
    readonly image?: `sha256:${string}`;
    readonly engineId?: string;
  } = {},
): Promise<readonly string[]> {
  await using temporary = await temporaryStore();
  const { store } = temporary;
  const { secret = password, volumes = [own, generated], image = "sha256:1" } = changes;
  const stack = stackWith(secret);
  const service = stack.services.get("db") ?? aService({ name: "db" });
  await rememberWritten(store, { engineId: "engine", stack, service }, written);
  const before = anObserved({ volumes });
  const engine = { ...before.engine, id: changes.engineId ?? "engine" };
  const desired = new Map([["db", { reference: "db", fingerprint: image }]]);
  return [...(await findWritten(store, { stack, observed: { ...before, engine }, desired }))];
}

test("generated secrets that were written to their end are known to be whole", async () => {
  expect(await found()).toEqual(["db"]);
});

test("a volume that was made anew since is not known", async () => {
  expect(await found({ volumes: [volume(own.name, "another"), generated] })).toEqual([]);
  expect(await found({ volumes: [{ ...own, ours: false }, generated] })).toEqual([]);
  expect(await found({ volumes: [generated] })).toEqual([]);
});

test("values that may have been generated anew since are not known", async () => {
  expect(await found({ volumes: [own, volume(generated.name, "another")] })).toEqual([]);
  expect(await found({ volumes: [own] })).toEqual([]);
});

test("files whose owner another image may name otherwise are not known", async () => {
  expect(await found({ image: "sha256:2" })).toEqual([]);
});

test("what was written in one Engine says nothing of another one", async () => {
  expect(await found({ engineId: "other" })).toEqual([]);
});

test("a secret from a file or a variable may have another value by now", async () => {
  const source = { type: "file", path: "/project/password" } as const;
  expect(await found({ secret: { name: "password", source } })).toEqual([]);
});

test("without a note nothing is known", async () => {
  await using temporary = await temporaryStore();
  const stack = stackWith(password);
  const observed = anObserved({ volumes: [own, generated] });
  const desired = new Map([["db", { reference: "db", fingerprint: "sha256:1" }]] as const);

  expect(await findWritten(temporary.store, { stack, observed, desired })).toEqual(new Set());
});
