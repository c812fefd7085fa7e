import { type Diagnostic, type DiagnosticCode, errorAt, type Location } from "../../diagnostic.ts";
import { visible } from "../../visible.ts";
import type { Written } from "./written.ts";

/** What is wrong with a compose file; each place once. */
export class ComposeProblems {
  readonly list: Diagnostic[] = [];

  add(
    location: Location,
    code: DiagnosticCode,
    parts: { readonly message: string; readonly hint?: string | undefined },
  ): void {
    const isKnown = this.list.some(
      (each) => each.location.file === location.file && each.location.offset === location.offset,
    );
    if (!isKnown) this.list.push(errorAt(location, code, parts));
  }

  /** Another kind of value stands where a kind is expected. */
  addWrongType(written: Written, about: { readonly what: string; readonly wanted: string }): void {
    this.add(written.place, "wrong-type", {
      message: `${about.what} must be ${about.wanted}, but here is ${describe(written)}.`,
    });
  }

  /** Whether a value is a map; when not, and there is one, that is a problem. */
  isMap(written: Written | undefined, what: string): written is Written {
    if (written === undefined || written.isEmpty) return false;
    if (written.kind === "map") return true;
    this.addWrongType(written, { what, wanted: "a map" });
    return false;
  }
}

function describe(written: Written): string {
  switch (written.kind) {
    case "nothing":
      return "nothing";
    case "map":
      return "a map";
    case "list":
      return "a list";
    case "value": {
      const text = written.text ?? "";
      return `"${visible(text.length > 40 ? `${text.slice(0, 37)}...` : text)}"`;
    }
  }
}
