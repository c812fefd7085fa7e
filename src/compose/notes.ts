import type { Location } from "../diagnostic.ts";
import { visible } from "../visible.ts";

/** A step in a manifest: a key, or the index of an item. */
export type ManifestPath = readonly string[];

/** What the import could not, or not exactly, take over. */
export interface Note {
  /** `lost`: the manifest has no counterpart. `changed`: it says so in another way. */
  readonly kind: "lost" | "changed";
  /** Where it stands in the compose file. */
  readonly place: Location;
  /** Where the manifest's comment goes: the key that it is nearest to. */
  readonly at: ManifestPath;
  /** What it is, such as `network_mode`; shown in tables. */
  readonly what: string;
  /** One sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string | undefined;
}

interface NoteParts {
  readonly at: ManifestPath;
  readonly what: string;
  readonly hint?: string | undefined;
}

/** Gathers the notes of one import, each place and subject once. */
export class Notes {
  readonly #list: Note[] = [];

  /** In the order of their places: files as they were first told of, then as the text goes. */
  get list(): readonly Note[] {
    const files = [...new Set(this.#list.map(({ place }) => place.file))];
    const rank = ({ place }: Note): number => files.indexOf(place.file);
    return this.#list.toSorted((a, b) => rank(a) - rank(b) || a.place.offset - b.place.offset);
  }

  /** Something has no counterpart and is left out. */
  lost(place: Location, parts: NoteParts & { readonly message?: string }): void {
    const { message = `${parts.what} has no counterpart and is left out.` } = parts;
    this.#add({ ...parts, kind: "lost", place, message });
  }

  /** Something is said in another way, or means something else. */
  changed(place: Location, parts: NoteParts & { readonly message: string }): void {
    this.#add({ ...parts, kind: "changed", place });
  }

  #add(note: Note): void {
    const isKnown = this.#list.some(
      ({ place, what, message }) =>
        place.file === note.place.file &&
        place.offset === note.place.offset &&
        what === note.what &&
        message === note.message,
    );
    if (!isKnown) this.#list.push({ ...note, message: visible(note.message) });
  }
}

/** A note as a comment: its place, what is the matter, and what to do. */
export function noteComment({ place, message, hint }: Note): string {
  const told = hint === undefined ? message : `${message} ${hint}`;
  return visible(`${place.file}:${place.line}:${place.column}: ${told}`);
}
