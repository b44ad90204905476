/** What stands around the question: progress, status line, buttons, toast. */

import { icon, part, plural, setText } from "./dom.js";
import { counts, isFlagged, phase } from "./select.js";

const PATIENCE = 400;
const TOAST = 6000;

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

const SHORT_REASONS = { offline: "waiting", busy: "waiting" };

/** The same in a word or two, where there is no room. */
export function statusShort({ phase, answers, flags, finishing }, online = true) {
  if (phase === "sending") return finishing ? "Finishing…" : "Saving…";
  if (!REASONS[phase]) return online ? "Saved" : "Offline";
  const reason = SHORT_REASONS[phase] ?? "kept";
  if (answers) return `${answers} ${reason}`;
  if (flags) return `Flags ${reason}`;
  if (finishing) return `Finish ${reason}`;
  return phase === "offline" ? "Offline" : "Saved";
}

/** The icon beside those words. */
export function statusIcon({ phase }, online = true) {
  if (phase === "sending") return "saving";
  if (phase === "idle") return online ? "saved" : "offline";
  return "offline";
}

export class Frame {
  #saving = null;
  #status = { phase: "idle", answers: 0, flags: 0, finishing: false };
  #toastTimer = null;
  #saying = [];

  constructor(root) {
    this.root = root;
    for (const name of [
      "progress",
      "answered",
      "meter",
      "status-icon",
      "status-text",
      "status-short",
    ]) {
      this[name] = part(root, name);
    }
    this.toastBox = part(root, "toast");
    this.toastText = part(root, "toast-text");
    this.toastLink = part(root, "toast-link");
    this.speech = part(root, "speech");
    const command = (name) => part(root, `command="${name}"`);
    this.flag = command("flag");
    this.previous = command("previous");
    this.next = command("next");
    this.submit = command("submit");
  }

  /** `waits` says that a verdict takes longer than a moment: then one may go on. */
  update(state, waits) {
    const now = phase(state);
    const last = state.place === state.length - 1;
    const { answered } = counts(state);
    this.root.dataset.phase = now === "sent" && waits ? "kept" : now;
    setText(this.progress, `${state.place + 1} of ${state.length}`);
    setText(this.answered, `${answered} answered`);
    this.meter.value = answered;
    this.flag.setAttribute("aria-pressed", String(isFlagged(state)));
    setText(part(this.flag, "label"), isFlagged(state) ? "Flagged" : "Flag");
    this.previous.setAttribute("aria-disabled", String(state.place === 0));
    setText(part(this.next, "label"), last ? "Finish" : "Next");
    const sent = waits ? "Submitted" : "Checking…";
    setText(part(this.submit, "label"), now === "sent" ? sent : "Submit");
    this.submit.setAttribute("aria-disabled", String(now !== "ready"));
  }

  /** Show how the queue stands; "Saving…" only when it takes long enough to read. */
  status(status) {
    clearTimeout(this.#saving);
    this.#status = status;
    if (status.phase !== "sending") return this.#draw();
    this.#saving = setTimeout(() => this.#draw(), PATIENCE);
  }

  #draw() {
    const online = navigator.onLine;
    setText(this["status-text"], statusText(this.#status, online));
    setText(this["status-short"], statusShort(this.#status, online));
    const picture = statusIcon(this.#status, online);
    if (this.root.dataset.status === picture) return;
    this.root.dataset.status = picture;
    this["status-icon"].replaceChildren(icon(picture));
  }

  /** Draw again, as when the browser went offline with nothing to send. */
  redraw() {
    this.status(this.#status);
  }

  /** Say something above the bar; with a link it stays until it is taken away. */
  toast(words, link = null) {
    clearTimeout(this.#toastTimer);
    this.toastBox.dataset.shown = "yes";
    setText(this.toastText, words);
    this.toastLink.hidden = !link;
    if (link) {
      this.toastLink.href = link.href;
      setText(this.toastLink, link.words);
    } else this.#toastTimer = setTimeout(() => this.hideToast(), TOAST);
  }

  /** Take a hint away that has done its work; what has a link stays. */
  hideHint() {
    if (this.toastLink.hidden) this.hideToast();
  }

  focusNext() {
    this.next.focus({ preventScroll: true });
  }

  hideToast() {
    this.toastBox.dataset.shown = "no";
    this.toastLink.hidden = true;
    setText(this.toastText, "");
  }

  /** Say something to screen readers only; what comes at once is said together. */
  say(words) {
    this.speech.textContent = "";
    this.#saying.push(words);
    setTimeout(() => {
      if (this.#saying.length) setText(this.speech, this.#saying.splice(0).join(" "));
    }, 50);
  }
}

/** "Choose two: take one away first." */
export function tooMany(choose) {
  return `Only ${plural(choose, "choice")} here: take one away first.`;
}
