/**
 * Do several things at the same time. The first that fails ends the others, and its error is thrown
 * once all of them have ended: nothing goes on, and nothing is reported any more, behind a failure
 * that has been told.
 */
export async function together<const Works extends readonly unknown[]>(
  signal: AbortSignal,
  begin: (signal: AbortSignal) => Works,
): Promise<{ -readonly [Index in keyof Works]: Awaited<Works[Index]> }> {
  const over = new AbortController();
  const works = begin(AbortSignal.any([signal, over.signal]));
  try {
    return await Promise.all(works);
  } catch (error) {
    over.abort(error);
    await Promise.allSettled(works);
    throw error;
  }
}
