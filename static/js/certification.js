// The test cards: remembers how each test was last wanted, and asks before a restart.
// Without this module the cards work, and "Restart" asks by way of the page.

const KEY = "testprep:start";

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // A private window, or something else's data: start afresh.
  }
}

/** Return the choices to show: this test's own, else the last ones made anywhere. */
export function choicesFor(all, test) {
  return all[test] ?? all.last ?? null;
}

function show(form, choices) {
  // What the learner asked for a moment ago stands there already.
  if (!choices || "asked" in form.dataset) return;
  const length = form.querySelector(`[name=length][value="${Number(choices.length)}"]`);
  if (length) length.checked = true;
  form.elements.mode.checked = choices.mode === "exam";
}

function remember(form) {
  const data = new FormData(form);
  const choices = {
    length: Number(data.get("length")),
    mode: data.get("mode") ?? "practice",
  };
  const all = { ...remembered(), [form.dataset.start]: choices, last: choices };
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Full or forbidden: the choices are for this time only.
  }
}

function start() {
  const all = remembered();
  for (const form of document.querySelectorAll("[data-start]")) {
    show(form, choicesFor(all, form.dataset.start));
    form.addEventListener("change", () => remember(form));
  }
  for (const link of document.querySelectorAll("[data-dialog]")) {
    const dialog = document.getElementById(link.dataset.dialog);
    if (dialog.open) {
      // The address asked for it: now with the rest of the page out of reach.
      dialog.close();
      dialog.showModal();
    }
    link.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
    dialog.querySelector("[data-close]").addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
  }
}

if (globalThis.document) start();
