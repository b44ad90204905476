/** What a key means in the runner. */

const LETTERS = "abcdef";
const PLAIN = {
  ArrowLeft: { command: "previous" },
  ArrowRight: { command: "next" },
  Enter: { command: "proceed" },
  "?": { command: "help" },
  f: { command: "flag" },
  m: { command: "map" },
};

// These do something themselves when Enter is pressed on them.
const PRESSABLE = "a[href], button, summary, [role=button]";
// These want every key.
const TEXT =
  "textarea, select, [contenteditable], " +
  "input:not([type=radio], [type=checkbox], [type=button], [type=submit])";
// These scroll sideways by the arrow keys.
const SCROLLERS = "pre, .table-scroll";

/**
 * Return the command of a key press, or null. F chooses the sixth line of a question
 * that has one and flags everywhere else; Shift and F flag always.
 */
export function commandFor({ key, shiftKey = false, repeat = false }, lines) {
  const arrow = key.startsWith("Arrow");
  if (repeat && !arrow) return null;
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (name === "f" && shiftKey) return PLAIN.f;
  const letter = LETTERS.indexOf(name);
  const line = /^[1-9]$/.test(name) ? Number(name) - 1 : letter;
  if (line >= 0 && line < lines) return { command: "choose", line };
  return PLAIN[name] ?? null;
}

/** Say whether the element with the focus, or a dialog, needs this key itself. */
export function isTaken(event, page = document) {
  if (event.defaultPrevented || event.isComposing) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (page.querySelector("dialog[open]")) return true;
  const target = event.target.closest ? event.target : page.body;
  if (target.closest(TEXT)) return true;
  if (event.key === "Enter") return Boolean(target.closest(PRESSABLE));
  return event.key.startsWith("Arrow") && Boolean(target.closest(SCROLLERS));
}

const SWITCH = "testprep-shortcuts";

/** The switch for the page's keys: on, until this device is told otherwise. */
export class Shortcuts {
  constructor(box, storage = () => localStorage) {
    this.box = box;
    this.storage = storage;
    box.checked = this.#recall() !== "off";
    box.addEventListener("change", () => this.#remember());
  }

  get areOn() {
    return this.box.checked;
  }

  // A browser that keeps nothing throws; there the switch lasts as long as the page.
  #recall() {
    try {
      return this.storage().getItem(SWITCH);
    } catch {
      return null;
    }
  }

  #remember() {
    try {
      this.storage().setItem(SWITCH, this.areOn ? "on" : "off");
    } catch {
      return;
    }
  }
}

/** Listen to the page's keys: `commands` by name, `lines()` on the current question. */
export function listen(commands, lines, shortcuts, page = document) {
  page.addEventListener("keydown", (event) => {
    if (!shortcuts.areOn || isTaken(event, page)) return;
    const found = commandFor(event, lines());
    if (!found) return;
    event.preventDefault();
    commands[found.command](found.line);
  });
}
