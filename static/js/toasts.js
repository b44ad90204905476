/* What the learner has just earned, told once. The server tells it on one page only;
   this device also remembers, in case that page comes back from a cache. */

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
  if (!next) list.remove();
}

function tell(region, source) {
  const toasts = [...source.content.querySelectorAll("[data-toast]")];
  const { fresh, told } = sortOut(
    toasts.map((toast) => toast.dataset.toast),
    remembered(),
  );
  for (const toast of toasts) {
    if (!fresh.includes(toast.dataset.toast)) toast.remove();
  }
  if (!fresh.length) return;
  remember(told);
  region.addEventListener("click", (event) => {
    const button = event.target.closest("[data-dismiss]");
    if (button) dismiss(button.closest("[data-toast]"));
  });
  region.append(source.content);
}

const region = globalThis.document?.querySelector("[data-toasts]");
if (region) {
  // A live region speaks of what changes in it once it is there: not of its beginning.
  requestAnimationFrame(() => {
    tell(region, document.querySelector("[data-toasts-told]"));
  });
  // Coming back to this page must not tell it again.
  addEventListener("pagehide", () => region.replaceChildren());
}
