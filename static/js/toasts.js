/* What the learner has just earned, told once. The server tells it on one page only;
   this device also remembers, in case that page comes back from a cache. Without this
   script the page says it all the same. */

const REMEMBERED = "toasts-told";
const MOST_REMEMBERED = 100;

/** Return which of the ids were not told before, and what to remember from now on. */
export function sortOut(ids, told) {
  const fresh = ids.filter((id) => !told.includes(id));
  return { fresh, told: [...told, ...fresh].slice(-MOST_REMEMBERED) };
}

function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(REMEMBERED) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    // No storage, or not ours: the server's own record is the one that counts.
    return [];
  }
}

function remember(told) {
  try {
    localStorage.setItem(REMEMBERED, JSON.stringify(told));
  } catch {
    // The same.
  }
}

/** Take a toast away and leave the focus where somebody can go on from. */
function dismiss(toast) {
  const list = toast.parentElement;
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  const next = list.querySelector("[data-dismiss]");
  if (hadFocus) (next ?? document.getElementById("content")).focus();
}

function tell(region) {
  const toasts = [...region.querySelectorAll("[data-toast]")];
  const { fresh, told } = sortOut(
    toasts.map((toast) => toast.dataset.toast),
    remembered(),
  );
  for (const toast of toasts) {
    if (!fresh.includes(toast.dataset.toast)) toast.remove();
  }
  remember(told);
  for (const button of region.querySelectorAll("[data-dismiss]")) {
    button.hidden = false;
    button.addEventListener("click", () => dismiss(button.closest("[data-toast]")));
  }
}

/** Say it aloud: a live region speaks of what changes in it once it is there. */
function speak(region) {
  const titles = [...region.querySelectorAll(".toast__title")];
  const words = titles.map((title) => title.textContent).join(", ");
  requestAnimationFrame(() => {
    const speech = region.querySelector("[data-toasts-speech]");
    if (words) speech.textContent = `Achievement earned: ${words}`;
  });
}

const region = globalThis.document?.querySelector("[data-toasts]");
if (region) {
  tell(region);
  speak(region);
  // Coming back to this page must not tell it again.
  addEventListener("pagehide", () => region.remove());
}
