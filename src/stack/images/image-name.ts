/**
 * What the names of all images in the Engine begin with: a registry that cannot exist, so that no
 * pull can replace one.
 */
export const imageNamePrefix = "qclock.invalid";
