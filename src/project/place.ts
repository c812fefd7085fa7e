import path from "node:path";

/** What lies at a path of the project, once every link on the way to it has been followed. */
export type Place =
  | {
      readonly type: "file" | "directory" | "other";
      /** Absolute, without any link in it. */
      readonly path: string;
      /** The links that were followed, by their real paths; absent: none. */
      readonly links?: readonly string[];
    }
  | { readonly type: "missing" }
  | { readonly type: "loop"; readonly link: string }
  | {
      readonly type: "outside";
      /**
       * The link that leads out of the project, and its target as it is written; absent when the
       * path itself does.
       */
      readonly link?: string;
      readonly target?: string;
    };

/** Why a place is none of the project: `leads out of the project: conf is a link to /etc`. */
export function describeWay(
  project: string,
  place: Extract<Place, { readonly type: "loop" | "outside" }>,
): string {
  if (place.type === "loop") return `has links that go round in a circle at ${place.link}`;
  if (place.link === undefined) return "lies outside of the project";
  return `leads out of the project: ${path.relative(project, place.link)} is a link to ${place.target ?? ""}`;
}
