import type { Capability, PackageRelations, Relation } from "../../package-index.ts";
import { TEXT_BYTES } from "./memory-tally.ts";

/** Of an object with a few fields. */
const OBJECT_BYTES = 64;
/** Of a place in a list, and in lists that are made of it. */
const PLACE_BYTES = 24;
/** Parts of a relation that are counted in full. */
const MOST_OWN = 4;

/** What the relations of a package take in memory, beside the text that they were read from. */
export function memoryOfRelations(relations: PackageRelations): number {
  const { requires, provides, conflicts, preferences } = relations;
  const weak = [
    ...(preferences?.recommends ?? []),
    ...(preferences?.suggests ?? []),
    ...(preferences?.supplements ?? []).flat(),
    ...(preferences?.enhances ?? []).flat(),
  ];
  // The search keeps lists of needs, and who offers what.
  return (
    16 * OBJECT_BYTES +
    sum([...requires, ...weak], (each) => ofRelation(each) + 2 * OBJECT_BYTES) +
    sum(provides, (each) => ofCapability(each) + TEXT_BYTES) +
    sum(conflicts, ({ text, excluded }) => text.length + OBJECT_BYTES + ofCapability(excluded))
  );
}

/** Of a large boolean dependency each combination is a relation, and they share their parts. */
function ofRelation({ text, alternatives, conditions = [] }: Relation): number {
  const parts = [...alternatives, ...conditions];
  const shared = parts.splice(MOST_OWN).length;
  return (
    text.length + TEXT_BYTES + 3 * OBJECT_BYTES + sum(parts, ofCapability) + shared * PLACE_BYTES
  );
}

function ofCapability({ constraint, with: also = [], without = [] }: Capability): number {
  const own = constraint === undefined ? OBJECT_BYTES : 2 * OBJECT_BYTES + TEXT_BYTES;
  return own + sum([...also, ...without], ofCapability);
}

function sum<Value>(values: readonly Value[], of: (value: Value) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
