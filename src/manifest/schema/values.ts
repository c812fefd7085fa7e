import * as z from "zod";

/**
 * Names of stacks, images, services, networks, volumes and secrets: what a part of an image
 * reference may be (distribution's grammar), which every engine, DNS and file system takes too.
 */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/,
    "a name of lower-case letters and digits, with `-`, `_` or `.` between them",
  )
  .max(63, "a name of at most 63 characters");

/** A duration as compose writes it: `250ms`, `2s`, `1m30s`. */
export const durationSchema = z
  .string()
  .regex(/^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us))+$/, "a duration such as `250ms`, `2s` or `1m30s`");

/** A duration above zero: a pause of nothing would never let go of the processor. */
export const positiveDurationSchema = durationSchema.regex(/[1-9]/, "a duration above zero");

/** A number of bytes as compose writes it: `512m`, `1g`, `65536`. */
export const sizeSchema = z
  .union([
    z.int().positive(),
    z
      .string()
      .regex(/^\d+(?:\.\d+)?\s*(?:[bBkKmMgGtT][bB]?)?$/, "a size such as `64k`, `512m` or `1g`"),
  ])
  .meta({ description: "A size in bytes, or with a unit: `64k`, `512m`, `1g`." });

/** File mode bits. Quoted: YAML reads an unquoted 0755 as the number 755. */
export const modeSchema = z
  .string('a quoted octal mode such as "0755" (YAML reads an unquoted 0755 as the number 755)')
  .regex(/^0?[0-7]{3,4}$/, 'an octal mode such as "0755"');

/** `uid:gid` of a file, in numbers. */
export const ownerSchema = z
  .string()
  .regex(/^\d+:\d+$/, 'an owner in numbers, such as "10001:10001"');

/** An absolute path inside an image or container. */
export const imagePathSchema = z
  .string()
  .regex(/^\/(?!.*(?:^|\/)\.\.(?:\/|$))/, "an absolute path without `..`");

export const environmentSchema = z
  .union([
    z.record(
      z.string().regex(/^[^=]+$/, "a variable's name, which has no `=`"),
      z.union([z.string(), z.number(), z.boolean()]),
    ),
    z.array(z.string().regex(/^[^=]+=/, "`NAME=value`")),
  ])
  .meta({ description: "Environment variables, as a map or as a list of `NAME=value`." });

/** qclock's own labels are the state of a stack; nobody else may write them. */
const labelKey = /^(?!dev\.qclock\.)/;
const labelWording = "a free label: `dev.qclock.` is qclock's own";

export const labelsSchema = z
  .union([
    z.record(
      z.string().regex(labelKey, labelWording),
      z.union([z.string(), z.number(), z.boolean()]),
    ),
    z.array(z.string().regex(labelKey, labelWording)),
  ])
  .meta({ description: "Labels, as a map or as a list of `name=value`." });

export const commandSchema = z
  .union([
    z.string().refine(hasClosedQuotes, "a command whose quotes are closed"),
    z.array(z.string()),
  ])
  .meta({
    description: "A command, as a list of words or as one string that is split as a shell would.",
  });

function hasClosedQuotes(line: string): boolean {
  return /^(?:[^"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')*$/.test(line);
}

/** A signal by name or number. Source: signal(7), Linux 6.1. */
export const signalSchema = z
  .string()
  .regex(
    /^(?:(?:SIG)?(?:HUP|INT|QUIT|ILL|TRAP|ABRT|IOT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|POLL|PWR|SYS|UNUSED|RTMIN(?:\+\d{1,2})?|RTMAX(?:-\d{1,2})?)|[1-9]|[1-5]\d|6[0-4])$/,
    "a signal such as SIGTERM or SIGQUIT",
  );

/** Why a departure from a hardened default is right. Shown by `verify`. */
export const reasonSchema = z.string().trim().min(10, "a reason of at least ten characters");
