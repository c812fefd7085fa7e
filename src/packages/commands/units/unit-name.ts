const TYPES = "automount|device|mount|path|scope|service|slice|socket|swap|target|timer";
const NAME = new RegExp(String.raw`^([\w:.\\-]+)(?:@([\w:.\\@-]*))?\.(${TYPES})$`);

/** UNIT_NAME_MAX of systemd, its closing zero left out. */
const LONGEST = 255;

/** Kinds of units that may have a second name. Source: systemd.unit(5), "Alias=". */
const WITH_ALIASES: ReadonlySet<string> = new Set([
  "automount",
  "path",
  "service",
  "socket",
  "target",
  "timer",
]);

/** The name of a unit, taken apart. */
export interface UnitName {
  readonly text: string;
  /** What is before the `@`, or before the type. */
  readonly prefix: string;
  /** Absent: a plain unit. Empty: a template. */
  readonly instance?: string;
  /** Such as `service`. */
  readonly type: string;
}

/** Undefined for what is no name of a unit. Source: systemd 252, basic/unit-name.c. */
export function parseUnitName(text: string): UnitName | undefined {
  const [, prefix, instance, type] = NAME.exec(text) ?? [];
  if (prefix === undefined || type === undefined || text.length > LONGEST) return undefined;
  return { text, prefix, type, ...(instance === undefined ? {} : { instance }) };
}

/** A name as people write it for `systemctl`: without a type it is a service. */
export function completeUnitName(text: string): string {
  return parseUnitName(text) === undefined ? `${text}.service` : text;
}

export function isTemplate({ instance }: UnitName): boolean {
  return instance === "";
}

export function isInstance({ instance = "" }: UnitName): boolean {
  return instance !== "";
}

export function isInstanceText(text: string): boolean {
  return /^[\w:.\\@-]+$/.test(text);
}

/** The name of an instance, or with an empty one the template, of the same prefix and type. */
export function withInstance({ prefix, type }: UnitName, instance: string): string {
  return `${prefix}@${instance}.${type}`;
}

/**
 * Whether a unit may have another name: of the same type, and of the same instance where it has
 * one. An instance may be another name of a template. Source: systemd 252, shared/install.c,
 * `unit_validate_alias_symlink_or_warn`.
 */
export function canBeCalled(unit: UnitName, alias: UnitName): boolean {
  if (unit.type !== alias.type || !WITH_ALIASES.has(unit.type)) return false;
  if (isTemplate(unit)) return alias.instance !== undefined;
  return unit.instance === alias.instance;
}
