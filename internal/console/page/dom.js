// Helpers that every part of the page uses.

const byId = (id) => document.getElementById(id);

// el creates an element. Attributes that begin with "on" are listeners; true is an
// attribute without a value; false and null are left out.
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== false));
  return element;
}

const hidden = (text) => el("span", { class: "hidden" }, text);
const code = (text) => el("code", {}, text);

// ask posts a JSON object to this server, or sends GET if there is none.
async function ask(path, body) {
  const response = await fetch(path, body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `the server answered ${response.status}`);
  return answer;
}

// guarded runs the action of a button, marks the button busy meanwhile, and shows an
// error. A busy button keeps the focus.
async function guarded(button, action) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  byId("problem").hidden = true;
  try {
    await action();
  } catch (error) {
    byId("problem").textContent = `That did not work: ${error.message}`;
    byId("problem").hidden = false;
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

// list joins names: a, b and c.
function list(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

// copyButton copies the text that text returns.
function copyButton(what, text) {
  const button = el("button", { type: "button", class: "plain small", onclick: () => guarded(button, async () => {
    await navigator.clipboard.writeText(await text());
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = "Copy"; }, 1500);
  }) });
  const label = el("span", { "aria-live": "polite" }, "Copy");
  button.append(label, hidden(` ${what}`));
  return button;
}

