import type { LockNeed, UndecidedImage } from "../../packages/lock/foresee.ts";
import {
  type ChangeAction,
  type ChangeCounts,
  countChanges,
  type PlanChange,
  planChanges,
} from "../../plan/plan-changes.ts";
import type { Plan } from "../../plan/plan.ts";
import { formatBytes } from "./bytes.ts";
import { sanitizeLine } from "./sanitize.ts";
import type { Style } from "./style.ts";
import { displayWidth, padColumns, wrap } from "./width.ts";

export interface PlanTextOptions {
  readonly style: Style;
  /** Columns of the terminal; undefined where there is none, and no line is broken. */
  readonly columns: number | undefined;
  /** Each package that would be locked, instead of their number. */
  readonly verbose: boolean;
}

/**
 * A plan for people: a sign, a thing and a cause a line, then the counts, then what has to be
 * locked first. Ends without a newline.
 */
export function formatPlanText(
  { plan, need }: { readonly plan: Plan; readonly need?: LockNeed | undefined },
  options: PlanTextOptions,
): string {
  const changes = planChanges(plan);
  const kindWidth = Math.max(0, ...changes.map(({ kind }) => kind.length));
  const nameWidth = Math.max(0, ...changes.map(({ name }) => displayWidth(shortName(name))));
  const lines = changes.flatMap((change) => changeLines(change, { kindWidth, nameWidth, options }));
  const counts = formatChangeCounts(countChanges(changes), plan.unchanged.length);
  const external = externalLines(plan, options);
  return [
    ...lines,
    ...external,
    ...(lines.length + external.length > 0 ? [""] : []),
    ...wrap(counts, options.columns ?? Infinity).map(options.style.strong),
    ...(need === undefined ? [] : ["", ...lockLines(need, options)]),
  ].join("\n");
}

/**
 * What the stack uses and others made: it stays as it is, and has to be known when a plan is read.
 */
function externalLines(
  { unchanged }: Plan,
  { style, columns = Infinity }: PlanTextOptions,
): readonly string[] {
  return unchanged
    .filter(({ isExternal }) => isExternal === true)
    .flatMap(({ kind, name, reason }) => {
      const [first = "", ...more] = wrap(sanitizeLine(`${kind} ${name}   ${reason}`), columns - 4);
      return [`  = ${first}`, ...more.map((line) => `    ${line}`)].map(style.faint);
    });
}

/** `Plan: 3 to create, 1 to change, 0 to remove; 5 stay as they are.` */
export function formatChangeCounts(counts: ChangeCounts, unchanged: number): string {
  const { create, change, remove, start, wait } = counts;
  const facts = [
    `${create} to create`,
    `${change} to change`,
    `${remove} to remove`,
    ...(start > 0 ? [`${start} to start`] : []),
    ...(wait > 0 ? [`${wait} to wait for`] : []),
  ].join(", ");
  const rest =
    unchanged === 0
      ? ""
      : `; ${unchanged === 1 ? "1 stays as it is" : `${unchanged} stay as they are`}`;
  return `Plan: ${facts}${rest}.`;
}

const signs: Readonly<Record<ChangeAction, string>> = {
  create: "+",
  change: "~",
  remove: "-",
  start: ">",
  wait: ">",
};

function paint(action: ChangeAction, style: Style): (text: string) => string {
  switch (action) {
    case "create":
      return style.success;
    case "change":
      return style.warning;
    case "remove":
      return style.error;
    case "start":
    case "wait":
      return style.accent;
  }
}

/**
 * `  ~ service app   environment diverged`; on a narrow terminal the cause has lines of its own.
 */
function changeLines(
  change: PlanChange,
  layout: {
    readonly kindWidth: number;
    readonly nameWidth: number;
    readonly options: PlanTextOptions;
  },
): readonly string[] {
  const { kindWidth, nameWidth, options } = layout;
  const { style, columns = Infinity } = options;
  const { action, kind } = change;
  const sign = paint(action, style)(signs[action]);
  const name = shortName(change.name);
  const cause = causeOf(change);
  const label = `${padColumns(kind, kindWidth)} ${padColumns(name, nameWidth)}`;
  const indent = 4 + displayWidth(label) + 3;
  if (indent + Math.min(displayWidth(cause), 24) > columns) {
    const text = wrap(cause, Math.max(16, columns - 8));
    return [`  ${sign} ${kind} ${name}`, ...text.map((line) => style.faint(`        ${line}`))];
  }
  const [first = "", ...more] = wrap(cause, columns - indent);
  return [
    `  ${sign} ${label}   ${style.faint(first)}`.trimEnd(),
    ...more.map((line) => style.faint(" ".repeat(indent) + line)),
  ];
}

/** The cause, and for what the sign does not tell, what is done. */
function causeOf({ action, cause }: PlanChange): string {
  const text = sanitizeLine(cause);
  if (action === "start") return `to start: ${text}`;
  return action === "wait" ? `to wait for: ${text}` : text;
}

/** An image without a name goes by the beginning of its id, as the Engine's own lists have it. */
function shortName(name: string): string {
  return sanitizeLine(name.startsWith("sha256:") ? name.slice(7, 19) : name);
}

function lockLines(need: LockNeed, options: PlanTextOptions): readonly string[] {
  const { style, columns = Infinity } = options;
  const isResolved = need.images.some(({ pins }) => pins !== undefined);
  const why =
    need.state === "missing"
      ? "stack.lock.yaml pins nothing for this system yet."
      : "stack.lock.yaml does not fit the manifest.";
  const what = isResolved ? "would pin:" : "will resolve:";
  const hint = "`qclock plan --resolve` asks the mirrors which versions that would be.";
  const fit = (text: string, indent: string): readonly string[] =>
    wrap(text, columns - indent.length).map((line) => indent + line);
  return [
    ...fit(`${why} \`up\`, \`build\` and \`lock\` ${what}`, ""),
    ...need.images.flatMap((image) => [
      ...fit(`image ${image.name}: ${amount(image)}`, "  "),
      ...image.changes.flatMap((change) => fit(sanitizeLine(change), "    ")),
      ...(options.verbose
        ? (image.pins ?? []).map(({ name, version }) => sanitizeLine(`    ${name} ${version}`))
        : []),
    ]),
    ...(isResolved ? [] : fit(hint, "").map(style.faint)),
  ];
}

function amount(image: UndecidedImage): string {
  const { packages, essential, artifacts, wheels = [], pins } = image;
  const urls = [
    ...(artifacts.length === 0 ? [] : [count(artifacts.length, "artifact")]),
    ...(wheels.length === 0 ? [] : [count(wheels.length, "wheel")]),
  ];
  const others = [...(essential ? ["the essential packages"] : []), ...urls];
  if (pins === undefined) return [...packages, ...others].map(sanitizeLine).join(", ");
  const bytes = pins.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [`${count(pins.length, "package")}, ${formatBytes(bytes)}`, ...urls].join(", ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
