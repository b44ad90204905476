/* Signing in and up, and the account page. Everything works without it, but passkeys. */

const deviceTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

function fillTimeZone() {
  for (const field of document.querySelectorAll("[data-device-time-zone]")) {
    field.value = deviceTimeZone();
  }
}

/** Offer the device's own zone where it is one of the choices and not the chosen one. */
function offerTimeZone() {
  const button = document.querySelector("[data-use-device-time-zone]");
  const select = button?.form.elements.time_zone;
  const zone = deviceTimeZone();
  const option = select && [...select.options].find((one) => one.value === zone);
  if (!option || option.selected) return;
  button.querySelector("span").textContent = option.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    select.value = zone;
    button.form.requestSubmit();
  });
}

function revealPasswords() {
  for (const button of document.querySelectorAll(".reveal__button")) {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    });
    // A browser offers to remember what was typed as a password only.
    field.form.addEventListener("submit", () => {
      field.type = "password";
    });
  }
}

/** Show a theme as soon as it is chosen; the form's button keeps it. */
function previewTheme() {
  for (const choice of document.querySelectorAll("input[name=theme]")) {
    choice.addEventListener("change", () => {
      document.documentElement.dataset.theme = choice.value;
    });
  }
}

function offerCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", async () => {
      const lines = [...source.children].map((line) => line.textContent.trim());
      await navigator.clipboard.writeText(lines.join("\n"));
      button.querySelector("span").textContent = button.dataset.done;
    });
  }
}

/** Say when a passkey was refused or dismissed, and hide them where there are none. */
function explainPasskeys() {
  document.addEventListener("allauth.error", () => {
    const trouble = document.getElementById("passkey-trouble");
    if (trouble) trouble.hidden = false;
  });
  if (window.PublicKeyCredential) return;
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) {
    part.hidden = true;
  }
}

fillTimeZone();
offerTimeZone();
revealPasswords();
previewTheme();
offerCopying();
explainPasskeys();
