/** How long to wait before the next try. */

const FIRST = 1000;
const LONGEST = 30_000;

/**
 * Milliseconds to wait after `failures` failures in a row (from 1): doubling, up to half
 * a minute, the second half of it by chance so that a thousand browsers that lost the
 * same server do not come back in the same instant.
 */
export function backoff(failures, random = Math.random) {
  const most = Math.min(FIRST * 2 ** (failures - 1), LONGEST);
  return Math.round(most / 2 + (random() * most) / 2);
}
