import type { Digest } from "../../digest.ts";
import type { Store } from "../../store/store.ts";
import { recallTables, writeTables } from "../kept-tables.ts";
import { FIELDS, type ParsedIndex } from "./packages-index.ts";

/** A Packages file as it was read before; `read` reads it where the store has not kept that. */
export async function recallIndex(
  store: Store,
  digest: Digest,
  read: () => Promise<ParsedIndex>,
): Promise<ParsedIndex> {
  const place = { store, key: digest.slice("sha256:".length), form: `deb ${FIELDS.join()}` };
  const [packages, providers] = await recallTables(place, async (file) => {
    const index = await read();
    await writeTables(file, place.form, [index.packages, index.providers]);
  });
  if (packages === undefined || providers === undefined) throw new Error("an index has two tables");
  return { packages, providers };
}
