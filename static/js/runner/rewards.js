/** What answers brought: XP and levels. Pure: no page, no clock, no network. */

const total = (rewards) => rewards.reduce((sum, { xp }) => sum + xp, 0);

/**
 * What the server tells of XP and levels: `base` is the XP that this attempt has not
 * brought, so that with its rewards it is the sum, however often they are told; `steps`
 * are the XP that `level` and the next ones begin with. Null where nobody counts XP.
 */
export function standingOf({ standing, rewards }) {
  if (!standing) return null;
  const base = standing.xp - total(Object.values(rewards));
  const steps = [standing.level_starts_at, ...standing.next_levels];
  return { base, level: standing.level, steps };
}

/** The learner's XP with all that this attempt brought so far, or null. */
export function xpOf({ standing, rewards }) {
  return standing && standing.base + total(Object.values(rewards));
}

/** The level that so much XP is, where it begins and ends, and how far one is, 0 to 1. */
export function levelAt({ level, steps }, xp) {
  const step = steps.findLastIndex((start) => start <= xp);
  // Before the first step is the end of the level before it.
  const [start, end] = [steps[step] ?? 0, steps[step + 1] ?? Infinity];
  return { level: level + step, end, share: (xp - start) / (end - start) };
}

/**
 * What the answers to these questions brought just now: `xp`, by how many of them, and
 * the `level` that it made, or null if it is still the same.
 */
export function news(state, questions) {
  const earned = questions.map((one) => state.rewards[one]).filter(Boolean);
  const xp = total(earned);
  const now = xpOf(state);
  if (now === null) return { xp, answers: earned.length, level: null };
  const { level } = levelAt(state.standing, now);
  const isNew = level > levelAt(state.standing, now - xp).level;
  return { xp, answers: earned.length, level: isNew ? level : null };
}

/** "1,250 XP". */
export function xpWords(xp) {
  return `${xp.toLocaleString("en-GB")} XP`;
}
