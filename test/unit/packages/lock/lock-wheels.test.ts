import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { lockPackages } from "../../../../src/packages/lock/lock-packages.ts";
import { formatLock, parseLock } from "../../../../src/packages/lock/file.ts";
import { noSources } from "../../../../src/packages/lock/locked-files.ts";
import type { LockRequest } from "../../../../src/packages/lock/request.ts";
import { findIndex } from "../../../../src/packages/wheels/find-index.ts";
import { withWheels } from "../../../../src/packages/lock/lock-wheels.ts";
import { SimpleIndex } from "../../../../src/packages/wheels/python-index.ts";
import type { PinnedRequirement } from "../../../../src/python/requirements-file.ts";
import type { Stack } from "../../../../src/stack/stack.ts";
import type { Store } from "../../../../src/store/store.ts";
import {
  type FakeMirror,
  type FakePackage,
  startFakeMirror,
} from "../../../support/fake-mirror.ts";
import { aDownloader, aLockRequest, aPackageStack } from "../../../support/lock-request.ts";
import { aLockedPackage } from "../../../support/a-lock.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";
import {
  aRequirement,
  aWheel,
  type FakeIndex,
  type MadeWheel,
  startFakeIndex,
} from "../../../support/wheel.ts";

const pythonPackages: readonly FakePackage[] = [
  { name: "python3", version: "3.11.2-1+b1", fields: { Depends: "python3.11, libc6" } },
  { name: "python3.11", version: "3.11.2-6+deb12u6" },
  { name: "libc6", version: "2.36-9+deb12u10" },
  { name: "bash", version: "5.2" },
];

/** Images by name, each on the one before it, with what their requirements files ask for. */
function aStack(
  images: Readonly<
    Record<
      string,
      readonly [packages: readonly string[], requirements?: readonly PinnedRequirement[]]
    >
  >,
): Stack {
  const stack = aPackageStack(
    Object.fromEntries(Object.entries(images).map(([name, [packages]]) => [name, packages])),
  );
  return {
    ...stack,
    images: new Map(
      [...stack.images].map(([name, image]) => {
        const requirements = images[name]?.[1];
        if (image.type !== "assembled" || requirements === undefined) return [name, image];
        const wheels = { file: "/project/r.txt", displayPath: "r.txt", requirements };
        return [name, { ...image, wheels }];
      }),
    ),
  };
}

interface Parts extends Partial<Omit<LockRequest, "stack">> {
  readonly mirror: FakeMirror;
  readonly store: Store;
  readonly stack: Stack;
  readonly index?: FakeIndex;
  readonly url?: string;
}

function aRequest({ index, url, ...parts }: Parts): LockRequest {
  const { downloader } = aDownloader(parts.store);
  const places = (): ReturnType<typeof findIndex> =>
    findIndex({
      environment: new Map([["QCLOCK_PYTHON_INDEX", url ?? index?.simple ?? ""]]),
      homeDirectory: "/nonexistent",
      manifestIndex: undefined,
    });
  const { signal } = new AbortController();
  const simple = new SimpleIndex({ downloader, places, signal });
  return aLockRequest({
    ...parts,
    downloader,
    pythonIndex: index === undefined ? noSources.pythonIndex : async () => simple,
  });
}

function shownWheels(target: { readonly images: LockTargetImages }, image: string): unknown {
  return target.images
    .get(image)
    ?.wheels?.files.map(({ file, reasons }) => [
      file,
      reasons.map((reason) =>
        reason.type !== "dependency" ? reason.type : `${reason.of} needs ${reason.relation}`,
      ),
    ]);
}

type LockTargetImages = Awaited<ReturnType<typeof lockPackages>>["target"]["images"];

const flask = aWheel({
  name: "flask",
  version: "3.0.3",
  metadata: [
    "Requires-Dist: Click>=8.1.3",
    'Requires-Dist: importlib-metadata>=3.6; python_version < "3.10"',
    'Requires-Dist: asgiref>=3.2; extra == "async"',
    "Requires-Python: >=3.8",
  ],
});
const click = aWheel({ name: "click", version: "8.1.7" });
const asgiref = aWheel({
  name: "asgiref",
  version: "3.8.1",
  tag: "cp311-cp311-manylinux_2_17_x86_64",
});

async function refusal(parts: {
  readonly wheels: readonly MadeWheel[];
  readonly stack: Stack;
}): Promise<unknown> {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  await using index = await startFakeIndex(parts.wheels.map((wheel) => ({ wheel })));
  const { stack } = parts;
  return await lockPackages(aRequest({ mirror, store: temporary.store, stack, index })).catch(
    (error: unknown) => error,
  );
}

test.each(["json", "html"] as const)(
  "each line becomes a wheel for the image's own Python, with who needs it (%s)",
  async (form) => {
    await using temporary = await temporaryStore();
    await using mirror = await startFakeMirror(pythonPackages);
    const listed = [flask, click, asgiref].map((wheel) => ({ wheel }));
    await using index = await startFakeIndex(listed, form);
    const requirements = [
      aRequirement(flask, { extras: ["async"] }),
      aRequirement(click),
      aRequirement(asgiref),
      aRequirement({ ...click, name: "colorama" }, { marker: 'sys_platform == "win32"' }),
    ];
    const stack = aStack({ base: [["python3"]], app: [[], requirements] });
    const request = aRequest({ mirror, store: temporary.store, stack, index });

    const { lock, target } = await lockPackages(request);

    expect(shownWheels(target, "base")).toBeUndefined();
    expect(shownWheels(target, "app")).toEqual([
      [asgiref.file, ["flask needs asgiref>=3.2"]],
      [click.file, ["flask needs click>=8.1.3"]],
      [flask.file, ["requested"]],
    ]);
    expect(target.images.get("app")?.wheels?.files[1]).toMatchObject({
      name: "click",
      version: "8.1.7",
      digest: click.digest,
      sizeBytes: click.content.length,
    });
    expect(JSON.stringify(formatLock(lock))).not.toContain(index.url);
    expect(parseLock(formatLock(lock), "stack.lock.yaml")).toEqual({ ok: true, value: lock });
  },
);

test("a lock that fits asks nobody; other lines ask the index alone, and --locked refuses them", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  await using index = await startFakeIndex([{ wheel: click }, { wheel: asgiref }]);
  const { store } = temporary;
  const stack = aStack({ app: [["python3"], [aRequirement(click)]] });
  const { lock } = await lockPackages(aRequest({ mirror, store, stack, index }));
  const [asked, packages] = [index.requests.length, mirror.requests.length];

  // A comment or another order is no other line.
  const same = aStack({ app: [["python3"], [aRequirement(click, { line: 7 })]] });
  const again = await lockPackages(
    aRequest({ mirror, store, stack: same, existing: lock, mode: "locked" }),
  );
  const other = aStack({ app: [["python3"], [aRequirement(click), aRequirement(asgiref)]] });
  const more = await lockPackages(aRequest({ mirror, store, stack: other, index, existing: lock }));
  const refused = lockPackages(
    aRequest({ mirror, store, stack: other, index, existing: lock, mode: "locked" }),
  );

  expect(again.changed).toBe(false);
  expect(more.target.images.get("app")?.wheels?.files).toHaveLength(2);
  expect(more.target.images.get("app")?.packages).toEqual(
    lock.targets.get("debian-12/amd64")?.images.get("app")?.packages,
  );
  expect(mirror.requests).toHaveLength(packages);
  expect(index.requests.length).toBeGreaterThan(asked);
  await expect(refused).rejects.toMatchObject({
    code: "lock-outdated",
    details: ['image "app": r.txt asks for other wheels'],
  });
});

test("a wheel that somebody put into the lock by hand is not believed", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  const evil = { ...asgiref, name: "click", version: "8.1.7", file: click.file };
  await using index = await startFakeIndex([{ wheel: evil }, { wheel: click }]);
  const { store } = temporary;
  const stack = aStack({ app: [["python3"], [aRequirement(click)]] });
  const { lock } = await lockPackages(aRequest({ mirror, store, stack, index }));
  const text = formatLock(lock).replace(click.digest.slice(7), evil.digest.slice(7));
  const edited = parseLock(text, "stack.lock.yaml");
  if (!edited.ok) throw new Error("the edited lock cannot be read");
  const request = { mirror, store, stack, index, existing: edited.value };

  await expect(lockPackages(aRequest({ ...request, mode: "locked" }))).rejects.toMatchObject({
    code: "lock-outdated",
  });
  expect((await lockPackages(aRequest(request))).lock).toEqual(lock);
});

test("packages that move leave the wheels where they are, unless the Python is another one", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  await using index = await startFakeIndex([{ wheel: click }]);
  const { store } = temporary;
  const lines = [aRequirement(click)];
  const stack = aStack({ app: [["python3"], lines] });
  const { lock } = await lockPackages(aRequest({ mirror, store, stack, index }));
  const asked = index.requests.length;

  const wider = aStack({ app: [["python3", "bash"], lines] });
  const next = await lockPackages(aRequest({ mirror, store, stack: wider, existing: lock }));
  expect(next.target.images.get("app")?.wheels).toEqual(
    lock.targets.get("debian-12/amd64")?.images.get("app")?.wheels,
  );
  expect(index.requests).toHaveLength(asked);

  await mirror.publish({
    packages: pythonPackages.map((each) =>
      each.name === "python3.11" ? { ...each, version: "3.11.9-1" } : each,
    ),
  });
  const update = { stack, existing: lock, mode: "update" } as const;
  await lockPackages(aRequest({ mirror, store, index, ...update, move: new Set(["python3.11"]) }));
  expect(index.requests.length).toBeGreaterThan(asked);
});

test("a wheel is moved by its file, and not by the lock", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  await using index = await startFakeIndex([{ wheel: click }]);
  const { store } = temporary;
  const stack = aStack({ app: [["python3"], [aRequirement(click)]] });
  const { lock } = await lockPackages(aRequest({ mirror, store, stack, index }));
  const move = new Set(["Click"]);
  await expect(
    lockPackages(aRequest({ mirror, store, stack, existing: lock, mode: "update", move })),
  ).rejects.toMatchObject({
    code: "unknown-package",
    message: '"Click" is a wheel, whose version the requirements file names.',
  });
});

test("each kind of machine has wheels of its own", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror([]);
  const tag = "cp311-cp311-manylinux2014_aarch64";
  const forArm = aWheel({ name: "asgiref", version: "3.8.1", tag });
  await using index = await startFakeIndex([{ wheel: asgiref }, { wheel: forArm }]);
  const hashes = [asgiref.digest, forArm.digest];
  const lines = [
    aRequirement(asgiref, { hashes }),
    aRequirement(click, { marker: 'platform_machine == "x86_64"' }),
  ];
  const stack = { ...aStack({ app: [[], lines] }), architecture: "arm64" } as const;
  const packages = ["python3.11 3.11.2-6", "libc6 2.36-9"].map((line) => aLockedPackage(line));
  const images = await withWheels(
    aRequest({ mirror, store: temporary.store, stack, index }),
    new Map([["app", { packages }]]),
    undefined,
  );
  expect(shownWheels({ images }, "app")).toEqual([[forArm.file, ["requested"]]]);
});

test("a wheel of an image below counts, and is not brought twice", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  await using index = await startFakeIndex([{ wheel: flask }, { wheel: click }]);
  const { store } = temporary;
  const stack = aStack({
    base: [["python3"], [aRequirement(click)]],
    app: [[], [aRequirement(flask), aRequirement(click)]],
    other: [[], [aRequirement(flask)]],
  });
  const { target } = await lockPackages(aRequest({ mirror, store, stack, index }));
  expect(shownWheels(target, "app")).toEqual([[flask.file, ["requested"]]]);
  expect(shownWheels(target, "other")).toEqual([]);
});

test("what does not hold together is refused with all that is missing", async () => {
  const anyio = aWheel({
    name: "anyio",
    version: "4.0",
    metadata: ["Requires-Dist: sniffio>=1.1", "Requires-Dist: click<8", "Requires-Python: >=3.12"],
  });
  const stack = aStack({
    app: [
      ["python3"],
      [anyio, click, flask].map((wheel) => aRequirement(wheel, { extras: ["async"] })),
    ],
  });
  expect(await refusal({ wheels: [anyio, click, flask], stack })).toMatchObject({
    code: "requirements-unmet",
    message: 'r.txt does not hold together for image "app".',
    details: [
      "anyio 4.0 needs Python >=3.12, and the image has 3.11.2",
      "anyio 4.0 needs sniffio>=1.1, which no line names",
      "anyio 4.0 needs click<8, and gets 8.1.7",
      "flask 3.0.3 needs asgiref>=3.2, which no line names",
    ],
  });
});

test("two lines that hold for one image, and another version than the image below has", async () => {
  const older = aWheel({ name: "click", version: "8.0.0" });
  const both = [
    aRequirement(click, { marker: 'python_version >= "3.8"', line: 4 }),
    aRequirement(older, { marker: 'sys_platform == "linux"', line: 9 }),
  ];
  expect(
    await refusal({ wheels: [click, older], stack: aStack({ app: [["python3"], both] }) }),
  ).toMatchObject({
    code: "requirements-unmet",
    message: 'r.txt:4 and line 9 both hold for image "app", and ask for click 8.1.7 and 8.0.0.',
  });
  const stack = aStack({
    base: [["python3"], [aRequirement(older)]],
    app: [[], [aRequirement(click, { line: 2 })]],
  });
  expect(await refusal({ wheels: [click, older], stack })).toMatchObject({
    code: "requirements-unmet",
    message: 'r.txt:2 asks for click 8.1.7 in image "app", which has 8.0.0 from an image below it.',
  });
});

test("an image without a Python, and a wheel that is another project's", async () => {
  const stack = aStack({ app: [["bash"], [aRequirement(click)]] });
  expect(await refusal({ wheels: [click], stack })).toMatchObject({
    code: "requirements-unmet",
    message: 'Image "app" has `wheels`, and no package of it brings a Python.',
    hint: "Name python3 among its packages.",
  });
  const foreign = {
    ...aWheel({ name: "evil", version: "8.1.7" }),
    name: "click",
    file: "click-8.1.7-py3-none-any.whl",
  };
  expect(
    await refusal({
      wheels: [foreign],
      stack: aStack({ app: [["python3"], [aRequirement(foreign)]] }),
    }),
  ).toMatchObject({
    code: "wheel-corrupt",
    message: "click-8.1.7-py3-none-any.whl cannot be used: its METADATA is of evil 8.1.7.",
  });
});

test("a corrupt wheel is told of as such while those of the image below are still coming", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  const broken = aWheel({ name: "flask", version: "3.0.3", distInfo: () => [] });
  await using index = await startFakeIndex([{ wheel: broken }, { wheel: click }]);
  const { store } = temporary;
  const stack = aStack({
    base: [["python3"], [aRequirement(click)]],
    app: [[], [aRequirement(broken)]],
  });
  const request = aRequest({ mirror, store, stack, index });
  const { downloader } = request;
  const toStore = downloader.toStore.bind(downloader);
  let isBelow = false;
  downloader.toStore = async (file) => {
    if (file.digest === click.digest && isBelow) await setTimeout(100);
    isBelow ||= file.digest === click.digest;
    return await toStore(file);
  };

  await expect(lockPackages(request)).rejects.toMatchObject({
    code: "wheel-corrupt",
    message: `${broken.file} cannot be used: it has no .dist-info/METADATA.`,
  });
});

test("credentials go to the index and its files, and into no message", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  await using index = await startFakeIndex([{ wheel: click }]);
  const told: (string | undefined)[] = [];
  const { store } = temporary;
  index.answer("", (response, file, request) => {
    told.push(request.headers.authorization);
    if (request.headers.authorization === undefined) response.writeHead(401).end();
    else response.writeHead(200, { "content-length": file?.length ?? 0 }).end(file);
  });
  const stack = aStack({ app: [["python3"], [aRequirement(click)]] });
  const url = index.simple.replace("http://", "http://me:s3cret@");

  await lockPackages(aRequest({ mirror, store, stack, index, url }));
  const basic = `Basic ${Buffer.from("me:s3cret").toString("base64")}`;
  expect(told).toEqual([basic, basic]);

  const failing = await lockPackages(
    aRequest({
      mirror,
      store,
      index,
      url: url.replace("/simple", "/none"),
      stack: aStack({ app: [["python3"], [aRequirement(flask)]] }),
    }),
  ).catch((error: unknown) => error);
  expect(failing).toMatchObject({ code: "index-unreachable" });
  expect(String(failing)).not.toContain("s3cret");
});

test("an index that refuses, or is none, is told as such", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror(pythonPackages);
  await using index = await startFakeIndex([{ wheel: click }]);
  const { store } = temporary;
  const stack = aStack({ app: [["python3"], [aRequirement(click)]] });
  index.answer("/click/", (response) => void response.writeHead(403).end(), 1);
  await expect(lockPackages(aRequest({ mirror, store, stack, index }))).rejects.toMatchObject({
    code: "index-unreachable",
    hint: expect.stringContaining("refused"),
  });
  index.answer("/click/", (response) => void response.writeHead(200).end("hello"), 1);
  await expect(lockPackages(aRequest({ mirror, store, stack, index }))).rejects.toMatchObject({
    code: "index-unreachable",
    message: expect.stringContaining("is no page of a simple index"),
  });
});
