import type { CommandCall } from "../../scripts/command.ts";
import { below } from "../../scripts/commands/paths.ts";
import { putLink } from "../../scripts/root-files.ts";
import { type FoundUnit, findUnit } from "./find-unit.ts";
import { expandUnitText, type InstallSection, readInstallSection } from "./install-section.ts";
import {
  canBeCalled,
  completeUnitName,
  isInstance,
  isInstanceText,
  isTemplate,
  parseUnitName,
  withInstance,
} from "./unit-name.ts";

const ENABLED = "/etc/systemd/system";

/** A unit that is to be enabled, and what its file says of it. */
interface EnabledUnit extends FoundUnit {
  readonly section: InstallSection;
}

/** What became of the links of one kind. */
type Outcome = "none" | "made" | "failed";

/** How units are enabled. */
export interface EnableRequest {
  readonly verb: "enable" | "preset";
  /** Where units' files are; the first folder counts. */
  readonly folders: readonly string[];
}

/**
 * Make the links that enable units, and those units which they name with `Also=`. Gives the exit
 * status: 1 where a unit is not there or some link cannot be made; the others are.
 *
 * Source: systemd.unit(5); systemd 252, shared/install.c; seen with `systemctl --root` of 252.
 */
export function enableUnits(
  call: CommandCall,
  units: readonly string[],
  request: EnableRequest,
): 0 | 1 {
  const enabling = new Enabling(call, request);
  const found: EnabledUnit[] = [];
  for (const each of units) {
    const unit = enabling.find(completeUnitName(each));
    // No link is made before all units are known to be there.
    if (typeof unit === "string") {
      call.stderr.write(`Failed to ${request.verb} unit, unit ${each} is ${unit}.\n`);
      return 1;
    }
    found.push(unit);
  }
  for (const unit of found) enabling.enable(unit);
  return enabling.status;
}

class Enabling {
  status: 0 | 1 = 0;
  readonly #call: CommandCall;
  readonly #request: EnableRequest;
  readonly #done = new Set<string>();

  constructor(call: CommandCall, request: EnableRequest) {
    this.#call = call;
    this.#request = request;
  }

  find(text: string): EnabledUnit | "missing" | "masked" | "invalid" {
    const { folders } = this.#request;
    this.#call.countSteps(1);
    const found = findUnit(this.#call, text, folders);
    if (typeof found === "string") return found;
    const { name, path } = found;
    const section = readInstallSection(this.#call, { name: name.text, path, folders });
    const { defaultInstance: written, ...lists } = section;
    // Anything but a template does without one.
    if (written === undefined || !isTemplate(name)) return { ...found, section: lists };
    const defaultInstance = expandUnitText(this.#call, written, { name: name.text });
    if (!isInstanceText(defaultInstance)) return "invalid";
    return { ...found, section: { ...lists, defaultInstance } };
  }

  enable(unit: EnabledUnit): void {
    if (this.#done.has(unit.name.text)) return;
    this.#done.add(unit.name.text);
    // As systemd has it, the first of the three that has anything to do decides.
    const outcomes = [
      this.#linkAliases(unit),
      this.#linkWanting(unit, unit.section.wantedBy, "wants"),
      this.#linkWanting(unit, unit.section.requiredBy, "requires"),
    ];
    if (outcomes.find((each) => each !== "none") === "failed") this.status = 1;
    for (const each of unit.section.also) {
      const other = this.find(this.#expanded(unit, each));
      // One that is named so and is not there is passed over.
      if (typeof other !== "string") this.enable(other);
    }
  }

  #expanded({ name, section: { defaultInstance } }: EnabledUnit, text: string): string {
    const about = {
      name: name.text,
      ...(defaultInstance === undefined ? {} : { defaultInstance }),
    };
    return expandUnitText(this.#call, text, about);
  }

  #linkAliases(unit: EnabledUnit): Outcome {
    const { name, path, section } = unit;
    const outcomes: Outcome[] = [];
    for (const each of section.aliases) {
      const text = this.#expanded(unit, each);
      const alias = parseUnitName(text);
      const isOwn = alias !== undefined && isTemplate(alias) && isInstance(name);
      const called = isOwn ? parseUnitName(withInstance(alias, name.instance ?? "")) : alias;
      if (called?.text === name.text) continue;
      if (called === undefined || !canBeCalled(name, called))
        outcomes.push(this.#fail(`cannot alias ${name.text} as ${text}`));
      else outcomes.push(this.#link(below(ENABLED, called.text), path));
    }
    return ofAll(outcomes);
  }

  /** The links by which other units want it: of a template those of its default instance. */
  #linkWanting(unit: EnabledUnit, others: readonly string[], kind: "wants" | "requires"): Outcome {
    const { name, path, section } = unit;
    const { defaultInstance } = section;
    const instance =
      isTemplate(name) && defaultInstance !== undefined
        ? withInstance(name, defaultInstance)
        : undefined;
    if (others.length > 0 && instance !== undefined) {
      const found = findUnit(this.#call, instance, this.#request.folders);
      if (found === "masked") return this.#fail(`unit ${instance} is masked`);
    }
    const outcomes: Outcome[] = [];
    for (const each of others) {
      const text = this.#expanded(unit, each);
      const other = parseUnitName(text);
      // A template without an instance is wanted by templates alone.
      const isOpen = isTemplate(name) && instance === undefined;
      if (other !== undefined && (!isOpen || isTemplate(other))) {
        const link = `${ENABLED}/${other.text}.${kind}/${instance ?? name.text}`;
        outcomes.push(this.#link(link, path));
      } else if (this.#request.verb === "enable") {
        // Presets pass over what cannot be wanted, such as serial-getty@.service.
        outcomes.push(this.#fail(`${text} cannot want ${name.text}`));
      }
    }
    return ofAll(outcomes);
  }

  #link(link: string, path: string): Outcome {
    const { root } = this.#call;
    const present = root.lstat(link);
    if (present === undefined) {
      putLink(root, link, path);
      return "made";
    }
    const isSame =
      present.kind === "symlink" &&
      (root.readlink(link) === path ||
        (root.stat(link) !== undefined && root.realpath(link) === root.realpath(path)));
    return isSame ? "made" : this.#fail(`file ${link} already exists`);
  }

  #fail(what: string): "failed" {
    this.#call.stderr.write(`Failed to ${this.#request.verb} unit, ${what}.\n`);
    return "failed";
  }
}

function ofAll(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes("failed")) return "failed";
  return outcomes.length === 0 ? "none" : "made";
}
