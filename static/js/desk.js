// The agents' desk: keys, canned replies at the caret, and copying. All of it works
// without this, by buttons and links.

const form = globalThis.document?.querySelector("[data-reply]");
const box = form?.querySelector("[data-text]");
const canned = form?.querySelector("[data-canned]");

/** Put text where the caret is, with a paragraph's distance from what stands before. */
export function inserted(value, start, end, text) {
  const before = value.slice(0, start).trimEnd();
  const after = value.slice(end).trimStart();
  const head = before ? `${before}\n\n${text}` : text;
  return { value: after ? `${head}\n\n${after}` : head, caret: head.length };
}

/** Which button the keys press in the box, by its value; nothing for other keys. */
export function wayOf({ key, ctrlKey, metaKey, shiftKey, altKey, isComposing }) {
  if (key !== "Enter" || altKey || isComposing || !(ctrlKey || metaKey)) return null;
  return shiftKey ? "answer-close" : "answer";
}

function insert(text) {
  const { selectionStart, selectionEnd } = box;
  const next = inserted(box.value, selectionStart, selectionEnd, text);
  box.value = next.value;
  canned.open = false;
  box.focus();
  box.setSelectionRange(next.caret, next.caret);
}

function isTyping(target) {
  return target.isContentEditable || target.matches("input, textarea, select");
}

const SHORTCUTS = {
  r: () => box.focus(),
  c: () => {
    if (!canned) return;
    canned.open = true;
    canned.querySelector("input").focus();
  },
  n: () => document.querySelector("[data-next]").click(),
};

function onKey(event) {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  const shortcut = SHORTCUTS[key];
  if (!shortcut || ctrlKey || metaKey || altKey || isTyping(target)) return;
  event.preventDefault();
  shortcut();
}

function findReplies(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const one of canned.querySelectorAll("li")) {
    const text = one.textContent.toLowerCase();
    one.hidden = !wanted.every((word) => text.includes(word));
  }
}

function startCanned() {
  const find = canned.querySelector("[data-find]");
  find.hidden = false;
  find.addEventListener("input", (event) => findReplies(event.target.value));
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    canned.querySelector("li:not([hidden]) a")?.click();
  });
  canned.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-insert]");
    if (!chosen) return;
    event.preventDefault();
    insert(chosen.dataset.insert);
  });
  canned.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    canned.open = false;
    box.focus();
  });
}

function startReply() {
  let sent = false;
  form.querySelector("[data-keys]").hidden = false;
  box.addEventListener("keydown", (event) => {
    const way = wayOf(event);
    if (!way || event.repeat) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector(`button[value="${way}"]`));
  });
  // Twice is once for the server as well; this spares the second request.
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => {
    sent = false;
  });
  document.addEventListener("keydown", onKey);
}

/** Begin in the box where there are keys, with what is new in sight. */
function begin() {
  if (matchMedia("(pointer: fine)").matches) box.focus({ preventScroll: true });
  const news = document.querySelector("[data-new]") ?? form.querySelector("[role=alert]");
  news?.scrollIntoView({ block: "nearest" });
}

function startCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(JSON.parse(button.dataset.copy));
      button.textContent = "Copied";
    });
  }
}

if (form) {
  startReply();
  begin();
  if (canned) startCanned();
  startCopying();
}
