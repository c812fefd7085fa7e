// Apart from its schema, so that who needs the grammar alone does not load zod.

/** Source: distribution/reference, regexp.go. */
const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const domainComponent = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const host = String.raw`(?:${domainComponent}(?:\.${domainComponent})*|\[(?:[a-fA-F0-9:]+)\])(?::[0-9]+)?`;
const name = `(?:${host}/)?${component}(?:/${component})*`;
const tag = String.raw`[\w][\w.-]{0,127}`;
const digest = "sha256:[0-9a-f]{64}";

/** With a digest, as all must be that are pulled. */
export const pinned = new RegExp(`^${name}(?::${tag})?@${digest}$`);
/** Neither tag nor digest. */
export const nameOnly = new RegExp(`^${name}$`);
export const tagOnly = new RegExp(`^${tag}$`);

/** A name with or without a tag. */
export const unpinned = new RegExp(`^${name}(?::${tag})?$`);
