/** What this device remembers of an attempt, laid over what the server told. */

import { resumePlace } from "./select.js";
import { reduce } from "./state.js";

const find = (records, kind) => records.find((one) => one.kind === kind);

/** Return the state with the stored answers, flags and drafts, at the place to go on. */
export function restore(state, records) {
  const changes = records.filter((one) => ["answer", "flag", "draft"].includes(one.kind));
  const known = changes.reduce(
    (before, { kind, ...record }) => reduce(before, { type: kind, ...record }),
    state,
  );
  const local = find(records, "position");
  const position = local?.seq > state.remote.seq ? local : state.remote;
  const place = resumePlace(known, position);
  return reduce(known, { type: "move", place, seq: position.seq });
}

/** The seconds that were spent per question on this device. */
export function timeSpent(records) {
  return find(records, "time")?.spent ?? {};
}

/** The latest sequence number anywhere in the records. */
export function latestSeq(records) {
  return Math.max(0, ...records.map((one) => one.seq));
}
