/**
 * Wrap a function so that at most `count` calls of it run at a time; others wait in the order in
 * which they came.
 */
export function limit<Arguments extends readonly unknown[], Result>(
  count: number,
  work: (...parameters: Arguments) => Promise<Result>,
): (...parameters: Arguments) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (...parameters) => {
    if (running >= count) await new Promise<void>((resolve) => void waiting.push(resolve));
    else running++;
    try {
      return await work(...parameters);
    } finally {
      // The place is handed on, so that nobody can slip in between.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
