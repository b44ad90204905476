// What an attempt brought comes when it has been counted: ask for it, patiently.

// Milliseconds before each time but the first: a quarter of a minute in all.
export const PAUSES = [400, 800, 1200, 2000, 3500, 7000];

/**
 * Ask until there is an answer; null when there is none after the last pause, or never
 * will be. `ask()` returns { html } or { again }, or throws when nobody answered.
 */
export async function patiently(ask, pause, pauses = PAUSES) {
  for (const wait of [0, ...pauses]) {
    if (wait) await pause(wait);
    const { html = null, again } = await ask().catch(() => ({ again: true }));
    if (!again) return html;
  }
  return null;
}

async function ask(url) {
  // Who has signed out meanwhile is led to another page, which does not belong here.
  const response = await fetch(url, { redirect: "manual" });
  if (response.status === 202) return { again: true };
  return response.status === 200 ? { html: await response.text() } : {};
}

/** What stands there until then is true as well when nothing comes. */
async function show(region) {
  const pause = (wait) => new Promise((resolve) => setTimeout(resolve, wait));
  const html = await patiently(() => ask(region.dataset.earned), pause);
  // Our own template, with every word escaped.
  if (html !== null) region.innerHTML = html;
}

const region = globalThis.document?.querySelector("[data-earned]");
if (region) show(region);
