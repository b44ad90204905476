/** The words of the status line. Pure. */

const REASONS = {
  offline: "waiting for a connection",
  busy: "waiting for the server",
  "signed-out": "kept on this device",
  gone: "kept on this device",
};

/**
 * Say how the queue stands: its `phase`, how many answers and flags wait, whether a
 * finish waits, and whether the browser says that it is online.
 */
export function statusText({ phase, answers, flags, finishing }, online = true) {
  if (phase === "sending") return finishing ? "Finishing…" : "Saving…";
  const reason = REASONS[phase];
  if (!reason) return online ? "Saved" : "No connection";
  if (answers === 1) return `1 answer ${reason}`;
  if (answers > 1) return `${answers} answers ${reason}`;
  if (flags) return `Flags ${reason}`;
  if (finishing) return `The finish is ${reason}`;
  return phase === "offline" ? "No connection" : "Saved";
}

/** The icon beside those words. */
export function statusIcon({ phase }, online = true) {
  if (phase === "sending") return "saving";
  if (phase === "idle") return online ? "saved" : "offline";
  return "offline";
}
