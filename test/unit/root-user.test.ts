import { expect, test } from "vitest";
import { isRootUser } from "../../src/root-user.ts";

// Seen with an Engine 20.10: `docker run --user USER IMAGE id`.
test.each(["", "0", "00", "+0", "-0", "0:0", "0:", "00:7", ":5", "root", "root:web"])(
  'a process of the user "%s" is root',
  (user) => {
    expect(isRootUser(user)).toBe(true);
  },
);

test.each(["10001", "10001:0", "+10001", "web", "web:root", "rooty", "toor", "0x0", "10", "1:0"])(
  'a process of the user "%s" is not known to be root',
  (user) => {
    expect(isRootUser(user)).toBe(false);
  },
);
