import type { AssembledImage } from "../stack/stack.ts";
import { buildAccounts } from "./account-files.ts";
import { type ReadBelow, seenOf } from "./layers/below.ts";
import type { LayerDraft } from "./layers/draft.ts";
import type { Layer } from "./layers/layer.ts";
import type { LayerEntry } from "./layers/layer-entry.ts";
import { readEntry } from "./layers/read-entry.ts";

const FILES = ["passwd", "group", "shadow", "gshadow"] as const;

type AccountFile = (typeof FILES)[number];

/** Of an account file; one beyond that is left as it is. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Give the users that an image knows by number an account where the layers below have none:
 * programs such as sshd and PostgreSQL look up whom they run as, and end where nobody has the
 * number. Files of the project at the same paths stay as they are. Resolves with what was read.
 */
export async function addNumericUsers(
  draft: LayerDraft,
  { image, below }: { readonly image: AssembledImage; readonly below: readonly Layer[] },
): Promise<ReadBelow> {
  if (image.numericUsers.length === 0) return new Map();
  const found = new Map<AccountFile, LayerEntry>();
  for (const file of FILES) {
    const path = draft.resolve(`etc/${file}`);
    const entry = draft.own(path) === undefined ? draft.find(path) : undefined;
    if (entry?.type === "file" && entry.size <= MOST_BYTES) found.set(file, entry);
  }
  // Without one of them the image's accounts are somebody else's matter.
  if (found.size < FILES.length) return new Map();
  const reads = new Map([...found.values()].map((entry) => [entry.path, seenOf(entry)]));
  const texts = await readTexts(found, below);
  const users = new Map(linesOf(texts.passwd).map(([name = "", , uid]) => [name, Number(uid)]));
  const numbers = new Set(users.values());
  const added = image.numericUsers
    .filter(({ uid }) => !numbers.has(uid))
    .map((user) => ({
      ...user,
      name: freeName(user.uid, users),
      gecos: "",
      shell: "/usr/sbin/nologin",
    }));
  if (added.length === 0) return reads;
  const files = buildAccounts({ ...texts, users: added, groups: [] });
  for (const [file, { path, mode, uid, gid }] of found)
    draft.addFile(
      { type: "accounts" },
      { path, mode, uid, gid, content: Buffer.from(files[file], "latin1") },
    );
  return reads;
}

async function readTexts(
  found: ReadonlyMap<AccountFile, LayerEntry>,
  below: readonly Layer[],
): Promise<Record<AccountFile, string>> {
  const texts = { passwd: "", group: "", shadow: "", gshadow: "" };
  for (const [file, entry] of found)
    texts[file] = (await readEntry(below, entry)).toString("latin1");
  return texts;
}

function linesOf(text: string): readonly (readonly string[])[] {
  return text.split("\n").map((line) => line.split(":"));
}

/** `u10001`; with underscores after it where that is another one's name. */
function freeName(uid: number, users: ReadonlyMap<string, number>): string {
  let name = `u${uid}`;
  while (users.has(name)) name += "_";
  return name;
}
